//! Each rule speaks where it should and is silent where one thing is different.
#![expect(clippy::expect_used, reason = "a test may panic")]

use core::net::SocketAddr;

use ipvs_netlink::{
    Advice, Destination, Facts, ForwardMethod, Granularity, Persistence, Service, ServiceKey, Settings,
    SyncRole, Table, Timeouts, advise,
};

const KERNEL_4_19: Option<(u32, u32)> = Some((4, 19));

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address with its port")
}

fn table(key: ServiceKey, forward: ForwardMethod, real: &str) -> Table {
    let mut table = Table::new();
    table.insert(key, Service::new("rr".parse().expect("a short name")));
    table.insert_destination(key, address(real).into(), Destination::new(forward));
    table
}

fn tcp() -> Table {
    table(ServiceKey::tcp(address("192.0.2.1:80")), ForwardMethod::Masquerade, "198.51.100.1:80")
}

fn udp() -> Table {
    table(ServiceKey::udp(address("192.0.2.1:53")), ForwardMethod::DirectRoute, "198.51.100.1:53")
}

fn tcp6() -> Table {
    table(ServiceKey::tcp(address("[2001:db8::1]:80")), ForwardMethod::Masquerade, "[2001:db8::2]:80")
}

fn persistent() -> Table {
    let key = ServiceKey::tcp(address("192.0.2.1:80"));
    let mut table = udp();
    let persistence = Some(Persistence { timeout_s: 300, granularity: Granularity::Host });
    table.insert(key, Service { persistence, ..Service::new("rr".parse().expect("a short name")) });
    table
}

fn settings(text: &str) -> Settings {
    text.lines().filter_map(|line| line.trim().split_once('=')).collect()
}

fn told(table: &Table, kernel: Option<(u32, u32)>, sync: &[SyncRole], text: &str) -> Vec<Advice> {
    let timeouts = Timeouts { tcp_s: Some(900), tcp_fin_s: Some(120), udp_s: Some(300) };
    advise(&Facts { settings: settings(text), kernel, timeouts, table: Some(table), sync })
}

/// Table, kernel, synchronization, settings, and the name that is told.
type Case<'a> = (&'a Table, Option<(u32, u32)>, &'a [SyncRole], &'a str, Option<&'a str>);

/// Settings that hurt, and the same with one thing different.
#[test]
fn every_rule_speaks_where_it_hurts_and_is_silent_where_it_does_not() {
    let (tcp, udp, tcp6, persistent) = (tcp(), udp(), tcp6(), persistent());
    let backup = [SyncRole::Backup];
    let both = [SyncRole::Backup, SyncRole::Master];
    let nobody: [SyncRole; 0] = [];
    #[rustfmt::skip]
    let cases: [Case<'_>; 27] = [
        (&tcp, KERNEL_4_19, &nobody, "net.ipv4.vs.conn_reuse_mode=1\nnet.ipv4.vs.conntrack=1", Some("net.ipv4.vs.conn_reuse_mode")),
        (&tcp, Some((5, 9)), &nobody, "net.ipv4.vs.conn_reuse_mode=1\nnet.ipv4.vs.conntrack=1", None),
        (&tcp, KERNEL_4_19, &nobody, "net.ipv4.vs.conn_reuse_mode=1\nnet.ipv4.vs.conntrack=0", None),
        (&udp, KERNEL_4_19, &nobody, "net.ipv4.vs.conn_reuse_mode=1\nnet.ipv4.vs.conntrack=1", None),
        (&tcp, None, &nobody, "net.ipv4.vs.conn_reuse_mode=0", Some("net.ipv4.vs.conn_reuse_mode")),
        (&udp, None, &nobody, "net.ipv4.vs.conn_reuse_mode=0", None),
        (&udp, None, &nobody, "net.ipv4.vs.expire_nodest_conn=0", Some("net.ipv4.vs.expire_nodest_conn")),
        (&udp, None, &nobody, "net.ipv4.vs.expire_nodest_conn=1", None),
        (&persistent, None, &nobody, "net.ipv4.vs.expire_quiescent_template=0", Some("net.ipv4.vs.expire_quiescent_template")),
        (&persistent, None, &nobody, "net.ipv4.vs.expire_quiescent_template=1", None),
        (&tcp, None, &nobody, "net.ipv4.vs.expire_quiescent_template=0", None),
        (&tcp, None, &nobody, "net.ipv4.ip_forward=0", Some("net.ipv4.ip_forward")),
        (&tcp, None, &nobody, "net.ipv4.ip_forward=1", None),
        (&udp, None, &nobody, "net.ipv4.ip_forward=0", None),
        (&tcp6, None, &nobody, "net.ipv6.conf.all.forwarding=0", Some("net.ipv6.conf.all.forwarding")),
        (&tcp6, None, &nobody, "net.ipv4.ip_forward=0", None),
        (&tcp, None, &nobody, "net.ipv4.vs.conntrack=1\nnet.netfilter.nf_conntrack_tcp_timeout_established=600", Some("net.netfilter.nf_conntrack_tcp_timeout_established")),
        (&tcp, None, &nobody, "net.ipv4.vs.conntrack=1\nnet.netfilter.nf_conntrack_tcp_timeout_established=432000", None),
        (&tcp, None, &nobody, "net.ipv4.vs.conntrack=0\nnet.netfilter.nf_conntrack_tcp_timeout_established=600", None),
        (&udp, None, &nobody, "net.ipv4.vs.conntrack=1\nnet.netfilter.nf_conntrack_udp_timeout_stream=120", Some("net.netfilter.nf_conntrack_udp_timeout_stream")),
        (&tcp, None, &nobody, "net.ipv4.vs.conntrack=1\nnet.netfilter.nf_conntrack_udp_timeout_stream=120", None),
        (&tcp, None, &nobody, "net.ipv4.vs.drop_packet=3\nnet.ipv4.vs.am_droprate=10", Some("net.ipv4.vs.drop_packet")),
        (&tcp, None, &nobody, "net.ipv4.vs.drop_packet=1", None),
        (&tcp, None, &nobody, "net.ipv4.vs.run_estimation=0", Some("net.ipv4.vs.run_estimation")),
        (&udp, None, &backup, "net.ipv4.vs.backup_only=0", Some("net.ipv4.vs.backup_only")),
        (&udp, None, &both, "net.ipv4.vs.backup_only=0", None),
        (&tcp, None, &backup, "net.ipv4.vs.backup_only=0", None),
    ];
    for (table, kernel, sync, text, want) in cases {
        let told = told(table, kernel, sync, text);
        let names: Vec<_> = told.iter().map(|advice| advice.setting).collect();
        assert_eq!(names, want.into_iter().collect::<Vec<_>>(), "{text:?}, {sync:?}");
        for advice in &told {
            assert!(!advice.symptom.is_empty() && !advice.remedy.is_empty(), "{advice}");
        }
    }
}

#[test]
fn what_is_not_known_is_not_judged() {
    assert_eq!(advise(&Facts::default()), []);
    let (tcp, unreadable) = (tcp(), "net.ipv4.vs.conn_reuse_mode=soon\nnet.ipv4.vs.expire_nodest_conn=");
    assert_eq!(told(&tcp, None, &[], unreadable), []);
    // Nobody is hurt where nothing is balanced.
    assert_eq!(told(&Table::new(), None, &[], "net.ipv4.vs.expire_nodest_conn=0"), []);
}

#[test]
fn a_setting_of_two_numbers_counts_by_its_first() {
    let settings = settings("net.ipv4.vs.sync_threshold=3\t50\n");
    assert_eq!(settings.number("net.ipv4.vs.sync_threshold"), Some(3));
    assert_eq!(settings.text("net.ipv4.vs.sync_threshold"), Some("3\t50"));
    assert_eq!(settings.number("net.ipv4.vs.conntrack"), None);
}
