//! Where the kernel has the virtual address.

use netlab::with_namespaces;

use crate::common::{PATIENCE, Program, Solo, VIRTUAL};

#[test]
fn the_address_has_the_prefix_device_and_label_of_the_file() {
    with_namespaces(|| {
        let mut solo = Solo::new("dev and label", Program::Ours);
        solo.configure(|configuration| configuration.address = "10.77.0.100/24 dev eth0 label eth0:vip");
        solo.become_master();
        let addresses = solo.machine.namespace(&solo.lan).addresses().unwrap();
        let found = addresses.iter().find(|found| found.address == VIRTUAL).expect("it is there");
        assert_eq!((found.interface.as_str(), found.prefix_len), ("eth0", 24));
        assert_eq!((found.label.as_deref(), found.scope), (Some("eth0:vip"), 0));
        solo.machine.stop();
        assert!(!solo.machine.owns(&solo.lan), "and it goes as it came");
    });
}

#[test]
fn an_address_without_a_prefix_is_a_host() {
    with_namespaces(|| {
        let mut solo = Solo::new("no prefix", Program::Ours);
        solo.configure(|configuration| configuration.address = "10.77.0.100");
        solo.become_master();
        let addresses = solo.machine.namespace(&solo.lan).addresses().unwrap();
        let found = addresses.iter().find(|found| found.address == VIRTUAL).expect("it is there");
        assert_eq!((found.prefix_len, found.label.as_deref()), (32, Some("eth0")));
    });
}

#[test]
fn the_address_is_announced_five_times_at_once_and_five_times_later() {
    with_namespaces(|| {
        let mut solo = Solo::new("announcements", Program::Ours);
        solo.configure(|configuration| configuration.more = "    garp_master_delay 1\n".to_owned());
        solo.become_master();
        let times = solo.hearing.announcements(10, PATIENCE, VIRTUAL);
        let &[first, .., _] = times.as_slice() else { panic!("none heard") };
        let bursts: Vec<f64> = times.iter().map(|time| (*time - first).as_secs_f64().round()).collect();
        assert_eq!(bursts, [0., 0., 0., 0., 0., 1., 1., 1., 1., 1.], "in seconds since the first");
        solo.hearing.tell(first, "the first of ten announcements");
    });
}

#[test]
fn announcements_keep_the_distance_that_the_file_asks_for() {
    with_namespaces(|| {
        let mut solo = Solo::new("garp_interval", Program::Ours);
        solo.configure(|configuration| {
            configuration.before = "global_defs {\n vrrp_garp_interval 0.2\n}\n".to_owned();
        });
        solo.become_master();
        let times = solo.hearing.announcements(5, PATIENCE, VIRTUAL);
        let gaps = times.iter().zip(times.iter().skip(1)).map(|(one, next)| (*next - *one).as_secs_f64());
        let shortest = gaps.fold(f64::INFINITY, f64::min);
        // Each is timed from the one before, and seen a moment after it was sent.
        assert!(shortest > 0.15, "{shortest} s");
    });
}
