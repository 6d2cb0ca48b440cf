//! How long `-t` takes, the whole process.

use core::fmt::Write as _;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use netlab::Namespace;

use crate::{
    experiment::{Bench, Experiment, fail, take_turns},
    failure::{Failure, check},
    row::{Goal, Row, Side, Unit},
};

/// VRIDs on one interface.
const PER_INTERFACE: u16 = 255;

/// The test of a file of one size.
#[derive(Debug)]
pub(crate) struct ConfigurationTest {
    instances: u16,
    services: u16,
    goal: Goal,
}

/// Every size that is measured.
pub(crate) fn all() -> [ConfigurationTest; 3] {
    [
        ConfigurationTest { instances: 3, services: 1, goal: Goal::NONE },
        ConfigurationTest { instances: 103, services: 103, goal: Goal::NONE },
        ConfigurationTest { instances: 1000, services: 1000, goal: Goal::ratio(0.2) },
    ]
}

impl Experiment for ConfigurationTest {
    fn name(&self) -> String {
        format!("configuration test, {} instances", self.instances)
    }

    fn rounds(&self) -> u32 {
        20
    }

    fn rows(&self) -> Vec<Row> {
        let text = self.text();
        let (lines, kib) = (text.lines().count(), text.len() / 1024);
        let id = format!("config-test/{lines}");
        let what = format!("configuration test (-t), {lines} lines, {kib} KiB, whole process");
        vec![Row::new(id, what, Unit::Milliseconds, self.goal)]
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        if let Err(failure) = self.measure(bench, rounds, rows) {
            fail(rows, &failure.to_string());
        }
    }
}

impl ConfigurationTest {
    fn measure(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) -> Result<(), Failure> {
        let path = bench.folder.join("test.conf");
        fs::write(&path, self.text()).map_err(Failure::file("write", &path))?;
        let [namespace, _far] = self.namespaces()?;
        // Inside, so that entering it is not measured.
        namespace.run(|| {
            // Once each for the page cache; the verdict counts, the time does not.
            for side in [Side::Theirs, Side::Ours] {
                test(bench.daemon(side), &path)?;
            }
            take_turns(&self.name(), rounds, rows, |side| Ok(vec![test(bench.daemon(side), &path)?]));
            Ok(())
        })?
    }

    /// Where to test, for both sides look whether the interfaces exist; and the far ends, with which
    /// the near ones would go.
    fn namespaces(&self) -> Result<[Namespace; 2], Failure> {
        let (namespace, far) = (Namespace::new()?, Namespace::new()?);
        for number in 0..self.instances.div_ceil(PER_INTERFACE) {
            let name = format!("e{number}");
            namespace.add_veth(&name, &far, &name)?;
            namespace.set_up(&name)?;
        }
        Ok([namespace, far])
    }

    fn text(&self) -> String {
        let mut text = String::from("global_defs {\n    router_id bench\n}\n");
        // Writing to a string cannot fail.
        (0..self.instances).for_each(|number| {
            let _ = write_instance(&mut text, number);
        });
        (0..self.services).for_each(|number| {
            let _ = write_service(&mut text, number);
        });
        text
    }
}

/// Milliseconds of one configuration test, which must accept the file.
fn test(program: &PathBuf, configuration: &Path) -> Result<f64, Failure> {
    let mut command = Command::new(program);
    command.args(["-t", "-f"]).arg(configuration);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status().map_err(Failure::file("start", program))?;
    let took = began.elapsed();
    check(status.code() == Some(0), || format!("the configuration test ended with {status}"))?;
    Ok(took.as_secs_f64() * 1e3)
}

/// 17 lines.
fn write_instance(out: &mut String, number: u16) -> core::fmt::Result {
    let (interface, vrid) = (number / PER_INTERFACE, number % PER_INTERFACE + 1);
    writeln!(out, "vrrp_instance VI_{number} {{")?;
    writeln!(out, "    state BACKUP")?;
    writeln!(out, "    interface e{interface}")?;
    writeln!(out, "    virtual_router_id {vrid}")?;
    writeln!(out, "    priority 100            # of two")?;
    writeln!(out, "    advert_int 1")?;
    writeln!(out, "    garp_master_delay 5")?;
    writeln!(out, "    authentication {{")?;
    writeln!(out, "        auth_type PASS")?;
    writeln!(out, "        auth_pass secret")?;
    writeln!(out, "    }}")?;
    writeln!(out, "    virtual_ipaddress {{")?;
    writeln!(out, "        10.{interface}.1.{vrid}/24 dev e{interface}")?;
    writeln!(out, "        10.{interface}.2.{vrid}/24 dev e{interface}")?;
    writeln!(out, "        10.{interface}.3.{vrid}/24 dev e{interface}")?;
    writeln!(out, "    }}")?;
    writeln!(out, "}}")
}

/// 51 lines.
fn write_service(out: &mut String, number: u16) -> core::fmt::Result {
    let (high, low) = (number / 250, number % 250 + 1);
    writeln!(out, "virtual_server 10.{high}.1.{low} 80 {{")?;
    writeln!(out, "    delay_loop 6")?;
    writeln!(out, "    lb_algo wlc")?;
    writeln!(out, "    lb_kind DR")?;
    writeln!(out, "    persistence_timeout 50")?;
    writeln!(out, "    protocol TCP")?;
    for server in 1..=4 {
        writeln!(out, "    real_server 10.{high}.{}.{low} 80 {{", 100 + server)?;
        writeln!(out, "        weight {server}")?;
        writeln!(out, "        inhibit_on_failure")?;
        writeln!(out, "        TCP_CHECK {{")?;
        writeln!(out, "            connect_timeout 3")?;
        writeln!(out, "            connect_port 80")?;
        writeln!(out, "            retry 2")?;
        writeln!(out, "            delay_before_retry 3")?;
        writeln!(out, "        }}")?;
        writeln!(out, "    }}")?;
    }
    writeln!(out, "    # In case that all of them are gone:")?;
    writeln!(out, "    sorry_server 10.{high}.200.{low} 80")?;
    writeln!(out, "    alpha")?;
    writeln!(out, "    omega")?;
    writeln!(out, "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_sizes_that_the_table_speaks_of() {
        let lines = all().map(|one| one.text().lines().count());
        assert_eq!(lines, [105, 7007, 68_003]);
    }
}
