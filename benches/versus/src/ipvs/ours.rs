//! Our side: what `ipvsadm -R` and `ipvsadm -Ln` do, by the library.

use std::io::{self, BufWriter, Read, Write};

use ipvs_netlink::{Client, ForwardMethod, ServiceKey, Socket};

use super::rules;
use crate::failure::{Failure, check};

/// Reads rules from standard input and makes them so.
pub(super) fn restore() -> Result<(), Failure> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(Failure::file("read", "standard input"))?;
    let commands = rules::parse(&text)?;
    let results = Client::open()?.apply_all(&commands);
    check(results.len() == commands.len(), || "results are missing".into())?;
    results.into_iter().try_for_each(|result| result.map_err(Failure::from))
}

/// Prints the table, numeric, as `ipvsadm -Ln` does.
pub(super) fn list() -> Result<(), Failure> {
    let mut client = Client::open()?;
    let info = client.info()?;
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let ((major, minor, patch), size) = (info.version, info.connection_table_size);
    write_table(&mut client, &mut out, &format!("{major}.{minor}.{patch} (size={size})"))
}

fn write_table(client: &mut Client<Socket>, out: &mut impl Write, version: &str) -> Result<(), Failure> {
    let unwritable = || Failure::file("write", "standard output");
    writeln!(out, "IP Virtual Server version {version}").map_err(unwritable())?;
    writeln!(out, "Prot LocalAddress:Port Scheduler Flags").map_err(unwritable())?;
    writeln!(out, "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn")
        .map_err(unwritable())?;
    for service in client.services()? {
        writeln!(out, "{} {}", name(&service.key), service.service.scheduler).map_err(unwritable())?;
        for found in client.destinations(&service.key)? {
            let forward = forward(found.destination.forward);
            let (address, weight) = (found.key.address().to_string(), found.destination.weight);
            let (active, inactive) = (found.active_connections, found.inactive_connections);
            writeln!(out, "  -> {address:<28} {forward:<7} {weight:<6} {active:<10} {inactive:<10}")
                .map_err(unwritable())?;
        }
    }
    out.flush().map_err(unwritable())
}

fn name(key: &ServiceKey) -> String {
    match key {
        ServiceKey::Address { protocol, address } => format!("{:<4} {address}", protocol.to_string()),
        ServiceKey::FirewallMark { mark, .. } => format!("FWM  {mark}"),
    }
}

fn forward(method: ForwardMethod) -> &'static str {
    match method {
        ForwardMethod::Masquerade => "Masq",
        ForwardMethod::LocalNode => "Local",
        ForwardMethod::Tunnel(_) => "Tunnel",
        ForwardMethod::DirectRoute => "Route",
        ForwardMethod::Bypass => "Bypass",
        ForwardMethod::Unknown(_) | _ => "Unknown",
    }
}
