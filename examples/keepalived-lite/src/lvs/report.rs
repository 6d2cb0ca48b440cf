//! The file that `SIGUSR1` asks for about virtual servers, with keepalived's words.

use core::fmt::Write as _;

use healthcheck::Health;
use ipvs_netlink::ServiceKey;

use super::judge::Judge;

/// Name of the file beside `keepalived.data`.
pub(crate) const FILE: &str = "keepalived_check.data";

/// Every virtual server, its real servers and what their checks have found.
#[must_use]
pub(crate) fn text(judges: &[Judge]) -> String {
    let mut out = String::from("------< LVS Topology >------\n");
    for judge in judges {
        // Writing to a string cannot fail.
        let _ = service(&mut out, judge);
    }
    out
}

fn service(out: &mut String, judge: &Judge) -> core::fmt::Result {
    let server = &judge.server;
    writeln!(out, " ------< Virtual server >------")?;
    for key in &server.keys {
        match key {
            ServiceKey::Address { protocol, address } => {
                writeln!(out, " VS VIP = {}, VPORT = {}", address.ip(), address.port())?;
                writeln!(out, "   protocol = {protocol}")?;
            }
            ServiceKey::FirewallMark { mark, .. } => writeln!(out, " VS FWMARK = {mark}")?,
        }
    }
    writeln!(out, "   lvs_sched = {}", server.service.scheduler.as_str())?;
    writeln!(out, "   quorum = {}, hysteresis = {}", server.quorum.quorum, server.quorum.hysteresis)?;
    if let Some(sorry) = &server.sorry {
        writeln!(out, "   sorry server = {}", sorry.address())?;
    }
    writeln!(out, "   alive weight = {}", judge.live_weight())?;
    writeln!(out, "   quorum_state_up = {}", u8::from(judge.has_quorum()))?;
    for (place, real) in server.servers.iter().enumerate() {
        let found: Vec<_> = (0..real.checks.len()).map(|check| judge.found(place, check)).collect();
        let failed = found.iter().filter(|health| **health == Some(Health::Down)).count();
        let address = real.member.address();
        writeln!(out, "   ------< Real server >------")?;
        writeln!(out, "   RIP = {}, RPORT = {}", address.ip(), address.port())?;
        writeln!(out, "   initial weight = {}", real.weight)?;
        writeln!(out, "   effective weight = {}", judge.weight(place))?;
        writeln!(out, "   alive = {}", u8::from(judge.is_up(place)))?;
        writeln!(out, "   num failed checkers = {failed}")?;
        for (check, health) in real.checks.iter().zip(found) {
            let up = match health {
                None => "not known yet",
                Some(Health::Up) => "yes",
                Some(Health::Down) => "no",
            };
            writeln!(out, "     {} of {}: Up = {up}", check.word(), check.target())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_who_is_alive_and_what_is_not_known_yet() {
        let text_of = "virtual_server 192.0.2.1 80 {\n lvs_sched rr\n lvs_method DR\n protocol TCP\n\
                       real_server 198.51.100.1 80 {\n weight 4\n TCP_CHECK {\n }\n }\n }\n";
        let mut orders = Vec::new();
        let server = super::super::judge::tests::server(text_of);
        let mut judge = Judge::start(server, &mut orders);
        assert!(
            text(core::slice::from_ref(&judge)).contains("TCP_CHECK of 198.51.100.1:80: Up = not known yet")
        );
        judge.heard((0, 0), Health::Down, &mut orders);
        let down = text(&[judge]);
        for line in
            ["quorum_state_up = 0", "alive = 0", "num failed checkers = 1", "Up = no", "initial weight = 4"]
        {
            assert!(down.contains(line), "{line} in\n{down}");
        }
    }
}
