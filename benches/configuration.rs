//! What a configuration costs: reading and understanding 68 lines for each instance with its virtual server.

use core::fmt::Write as _;
use core::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kconf_parser::{AssumePresent, ExpandOptions, LintOptions, NoFiles, Parsed, expand, lint, lower, parse};

/// As many instances as virtual servers: 680, 6,800 and 68,000 lines.
const SIZES: [u32; 3] = [10, 100, 1000];

fn configuration(size: u32) -> String {
    let mut text = String::from("global_defs {\n    router_id bench\n}\n");
    for number in 0..size {
        let (interface, vrid) = (number / 255, number % 255 + 1);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "vrrp_instance VI_{number} {{\n    state BACKUP\n    interface e{interface}\n    virtual_router_id {vrid}\n    \
             priority 100            # of two\n    advert_int 1\n    garp_master_delay 5\n    authentication {{\n        \
             auth_type PASS\n        auth_pass secret\n    }}\n    virtual_ipaddress {{\n        \
             10.{interface}.1.{vrid}/24 dev e{interface}\n        10.{interface}.2.{vrid}/24 dev e{interface}\n        \
             10.{interface}.3.{vrid}/24 dev e{interface}\n    }}\n}}\n"
        );
    }
    for number in 0..size {
        let (high, low) = (number / 250, number % 250 + 1);
        let _ = write!(
            text,
            "virtual_server 10.{high}.1.{low} 80 {{\n    delay_loop 6\n    lb_algo wlc\n    lb_kind DR\n    \
             persistence_timeout 50\n    protocol TCP\n"
        );
        for server in 1..=4 {
            let _ = write!(
                text,
                "    real_server 10.{high}.10{server}.{low} 80 {{\n        weight {server}\n        inhibit_on_failure\n        \
                 TCP_CHECK {{\n            connect_timeout 3\n            connect_port 80\n            retry 2\n            \
                 delay_before_retry 3\n        }}\n    }}\n"
            );
        }
        let _ = write!(
            text,
            "    # In case that all of them are gone:\n    sorry_server 10.{high}.200.{low} 80\n    alpha\n    omega\n}}\n"
        );
    }
    text
}

fn read(text: &str) -> Parsed {
    expand("bench", text.as_bytes(), &NoFiles, &ExpandOptions::default())
}

/// KiB of this process in memory; `None` where there is no `/proc`.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Prints what tree and meaning of the largest text hold in memory, before anything else has left holes there.
fn memory() {
    let text = configuration(SIZES[2]);
    let before = resident();
    let parsed = read(&text);
    let tree = resident();
    let lowered = lower(&parsed.tree, &AssumePresent);
    let all = resident();
    black_box((&parsed, &lowered));
    if let (Some(before), Some(tree), Some(all)) = (before, tree, all) {
        let (lines, tree, meaning) = (text.lines().count(), tree - before, all - tree);
        println!("memory of {lines} lines: text and tree {tree} KiB, meaning {meaning} KiB");
    }
}

fn benches(c: &mut Criterion) {
    memory();
    for size in SIZES {
        let text = configuration(size);
        let mut group = c.benchmark_group(format!("{} lines", text.lines().count()));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("parse", |b| b.iter(|| parse("bench", black_box(text.as_bytes()))));
        group.bench_function("expand", |b| b.iter(|| read(black_box(&text))));
        group.bench_function("lower", |b| {
            b.iter_batched(
                || read(&text),
                |parsed| lower(&parsed.tree, &AssumePresent),
                BatchSize::LargeInput,
            );
        });
        let parsed = read(&text);
        let lowered = lower(&parsed.tree, &AssumePresent);
        group.bench_function("lint", |b| {
            b.iter(|| lint(black_box(&parsed.tree), &lowered.config, &LintOptions::default()));
        });
        group.finish();
    }
}

criterion_group!(all, benches);
criterion_main!(all);
