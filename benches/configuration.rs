//! What a configuration costs: reading and understanding 68 lines an instance.

use core::fmt::Write as _;
use core::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kconf_parser::{AssumePresent, lower, parse};

fn configuration(instances: u32) -> String {
    let mut text = String::from("global_defs {\n    router_id bench\n}\n");
    for number in 0..instances {
        let (interface, vrid) = (number / 255, number % 255 + 1);
        let (high, low) = (number / 250, number % 250 + 1);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "vrrp_instance VI_{number} {{\n    state BACKUP\n    interface eth{interface}\n    virtual_router_id \
             {vrid}\n    priority 100 # of two\n    advert_int 1\n    authentication {{\n        auth_type PASS\n        \
             auth_pass secret\n    }}\n    virtual_ipaddress {{\n        10.{high}.0.{low}/24 dev eth0 label eth0:{low}\n    \
             }}\n}}\n"
        );
    }
    text
}

fn benches(c: &mut Criterion) {
    for instances in [10, 1000] {
        let text = configuration(instances);
        let mut group = c.benchmark_group(format!("{instances} instances"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("parse", |b| b.iter(|| parse("bench", black_box(text.as_bytes()))));
        group.bench_function("lower", |b| {
            b.iter_batched(
                || parse("bench", text.as_bytes()),
                |parsed| lower(&parsed.tree, &AssumePresent),
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(all, benches);
criterion_main!(all);
