//! Keywords of `virtual_server` and `real_server`.

use super::build::{
    at_least, block, counted, flag, keywords, number, optional, required, switch, time_from, wanted, within,
};
use super::checkers::{
    BFD_CHECK, DNS_CHECK, FILE_CHECK, HTTP_GET, MISC_CHECK, PING_CHECK, SMTP_CHECK, SSL_GET, TCP_CHECK,
    UDP_CHECK,
};
use super::{Block, Takes, Unit};

const SCHEDULER: Takes = Takes::OneOf(&[
    "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos",
]);
const METHOD: Takes =
    Takes::Special("NAT or DR or TUN [type ipip|gue port NUMBER|gre] [nocsum|csum|remcsum]");

/// `virtual_server`.
pub(super) static VIRTUAL_SERVER: Block = within(
    "virtual_server",
    "virtual_server",
    keywords!(&[
        flag("alpha", "Real servers begin as down until a check succeeds.").since(1, 1, 16),
        required(
            "connect_timeout",
            time_from(1),
            "How long connecting may take, for checks that do not say."
        )
        .or("5")
        .since(2, 0, 13),
        required(
            "delay_before_retry",
            time_from(0),
            "Time before a failed check is tried again, for checks that do not say."
        )
        .or("that of the check")
        .since(1, 3, 7),
        required("delay_loop", time_from(1), "Time between two probes, for checks that do not say.").or("60"),
        flag("flag-1", "First flag of the scheduler.").since(1, 3, 0),
        flag("flag-2", "Second flag of the scheduler.").since(1, 3, 0),
        flag("flag-3", "Third flag of the scheduler.").since(1, 3, 0),
        flag("ha_suspend", "Stops checks while the virtual address is not on this machine."),
        flag("hashed", "Takes sh for granted and does nothing else.").since(1, 3, 0),
        required(
            "hysteresis",
            at_least(0),
            "Weight above quorum that must come, and below it that must go, before the state changes."
        )
        .or("0")
        .since(1, 1, 16),
        flag("inhibit_on_failure", "Sets the weight of failed real servers to 0 rather than removing them.")
            .since(1, 3, 7),
        required("ip_family", Takes::OneOf(&["inet", "inet6"]), "Family of a service by firewall mark.")
            .or("inet")
            .since(1, 2, 20),
        required("lb_algo", SCHEDULER, "Scheduler; the same as lvs_sched.").or("wlc").instead("lvs_sched"),
        required("lb_kind", METHOD, "How packets reach the real servers; the same as lvs_method.")
            .or("NAT")
            .instead("lvs_method"),
        required("lvs_method", METHOD, "How packets reach the real servers.").or("NAT").since(1, 1, 5),
        required("lvs_sched", SCHEDULER, "Scheduler.").or("wlc").since(1, 1, 5),
        flag("mh-fallback", "mh takes the next server if the chosen one is not available.").since(2, 0, 20),
        flag("mh-port", "mh looks at the source port, too.").since(2, 0, 20),
        flag("omega", "Notifies about everything that goes down when the daemon stops, too.").since(1, 1, 16),
        flag("ops", "Schedules each datagram for itself; only with UDP.").since(1, 2, 8),
        required(
            "persistence_engine",
            Takes::OneOf(&["sip"]),
            "What tells that two connections belong together."
        )
        .since(1, 2, 20),
        required(
            "persistence_granularity",
            Takes::Special("NETMASK or PREFIX"),
            "Clients of the same network go to the same server."
        )
        .or("32, or 128 with IPv6"),
        optional(
            "persistence_timeout",
            counted(1, 2_678_400, Unit::Seconds),
            "How long a client stays with its real server."
        )
        .or("360"),
        required("protocol", Takes::OneOf(&["TCP", "UDP", "SCTP"]), "Protocol of the service.")
            .or("UDP, with a complaint"),
        required("quorum", at_least(1), "Weight of live real servers that the service needs.")
            .or("1")
            .since(1, 1, 16),
        required("quorum_down", Takes::Script, "Runs when the quorum is lost.").since(1, 1, 16),
        required("quorum_up", Takes::Script, "Runs when the quorum is reached.").since(1, 1, 16),
        block("real_server", Takes::Special("ADDRESS [PORT]"), &REAL_SERVER, "A server that does the work."),
        required(
            "retry",
            at_least(1),
            "Failures in a row after the first before a server is down, for checks that do not say."
        )
        .or("that of the check")
        .since(1, 3, 7),
        flag("sh-fallback", "sh takes the next server if the chosen one is not available.").since(1, 3, 0),
        flag("sh-port", "sh looks at the source port, too.").since(1, 3, 0),
        switch("smtp_alert", "Sends mail when the quorum is reached or lost.")
            .or("smtp_alert_checker")
            .since(2, 0, 0),
        wanted("snmp_name", Takes::Text("NAME"), "Name in SNMP.").since(2, 2, 3),
        required(
            "sorry_server",
            Takes::Special("ADDRESS [PORT]"),
            "Server that answers while the quorum is lost."
        ),
        flag("sorry_server_inhibit", "inhibit_on_failure for the sorry_server.").since(1, 2, 13),
        required("sorry_server_lvs_method", METHOD, "How packets reach the sorry_server.")
            .or("lvs_method")
            .since(1, 3, 6),
        wanted("virtualhost", Takes::Text("NAME"), "Host that HTTP checks ask for."),
        required("warmup", time_from(0), "Longest time before the first probe; it is chosen at random.")
            .or("delay_loop")
            .since(1, 3, 7),
        required("weight", at_least(1), "Weight of real servers that do not say.").or("1").since(1, 3, 7),
    ]),
)
.without(&[
    optional("nat_mask", Takes::Text("NETMASK"), "Has had no meaning for long.").until(1, 2, 19),
    optional("real_group", Takes::Text("NAME"), "Real servers from a real_server_group.")
        .until(1, 0, 0)
        .instead("real_server"),
]);

/// `real_server`.
pub(super) static REAL_SERVER: Block = within(
    "virtual_server/real_server",
    "real_server",
    keywords!(&[
        block("BFD_CHECK", Takes::Nothing, &BFD_CHECK, "Follows a BFD session.").since(2, 0, 0),
        block("DNS_CHECK", Takes::Nothing, &DNS_CHECK, "Asks a name server.").since(1, 3, 0),
        block("FILE_CHECK", Takes::Nothing, &FILE_CHECK, "Follows a track_file.").since(2, 1, 0),
        block("HTTP_GET", Takes::Nothing, &HTTP_GET, "Fetches pages over HTTP."),
        block("MISC_CHECK", Takes::Nothing, &MISC_CHECK, "Runs a program."),
        block("PING_CHECK", Takes::Nothing, &PING_CHECK, "Sends ICMP echo requests.").since(2, 1, 0),
        block("SMTP_CHECK", Takes::Nothing, &SMTP_CHECK, "Greets a mail server.").since(1, 1, 8),
        block("SSL_GET", Takes::Nothing, &SSL_GET, "Fetches pages over TLS."),
        block("TCP_CHECK", Takes::Nothing, &TCP_CHECK, "Opens a TCP connection."),
        block("UDP_CHECK", Takes::Nothing, &UDP_CHECK, "Sends a datagram.").since(2, 1, 0),
        switch("alpha", "The server begins as down until a check succeeds.")
            .or("alpha of the virtual server")
            .since(1, 3, 7),
        required(
            "connect_timeout",
            time_from(1),
            "How long connecting may take, for checks that do not say."
        )
        .or("that of the virtual server")
        .since(2, 0, 13),
        required(
            "delay_before_retry",
            time_from(0),
            "Time before a failed check is tried again, for checks that do not say."
        )
        .or("that of the virtual server")
        .since(1, 3, 7),
        required("delay_loop", time_from(1), "Time between two probes, for checks that do not say.")
            .or("that of the virtual server")
            .since(1, 3, 7),
        switch("inhibit_on_failure", "Sets the weight to 0 rather than removing the server when it fails.")
            .or("that of the virtual server"),
        required("lthreshold", at_least(0), "Connections below which a full server gets new ones again.")
            .or("0")
            .since(1, 1, 13),
        required("lvs_method", METHOD, "How packets reach the server.")
            .or("that of the virtual server")
            .since(1, 3, 6),
        required("notify_down", Takes::Script, "Runs when the server goes down."),
        required("notify_up", Takes::Script, "Runs when the server comes up."),
        required(
            "retry",
            at_least(1),
            "Failures in a row after the first before the server is down, for checks that do not say."
        )
        .or("that of the virtual server")
        .since(1, 3, 7),
        switch("smtp_alert", "Sends mail when the server comes up or goes down.").or("on").since(2, 0, 0),
        wanted("snmp_name", Takes::Text("NAME"), "Name in SNMP.").since(2, 2, 3),
        required(
            "uthreshold",
            at_least(0),
            "Connections above which the server gets no new ones; 0 any number."
        )
        .or("0")
        .since(1, 1, 13),
        wanted("virtualhost", Takes::Text("NAME"), "Host that HTTP checks ask for.")
            .or("that of the virtual server")
            .since(1, 3, 6),
        required("warmup", time_from(0), "Longest time before the first probe; it is chosen at random.")
            .or("that of the virtual server")
            .since(1, 3, 7),
        required("weight", number(0, 2147483647), "Share of new connections; 0 none.").or("1"),
    ]),
)
.without(&[flag("CI-LINUX", "A check of the Comma project.").until(1, 1, 4).instead("MISC_CHECK")]);
