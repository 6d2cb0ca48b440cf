//! Builders shared by the scenarios: the machine under test is priority 100 at 192.0.2.5.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use vrrp_fsm::{Config, Input, Instant, Output, StateKind, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

pub(crate) fn address(last_octet: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, last_octet).into()
}

pub(crate) fn at(millis: u64) -> Instant {
    Instant::from_origin(Duration::from_millis(millis))
}

/// Interval 2 s: at 1 s the skews of both versions are alike and a test proves nothing.
pub(crate) fn router(version: Version, change: impl FnOnce(&mut Config)) -> VirtualRouter {
    let mut config = Config::new(version, Vrid::new(51).unwrap(), address(5));
    config.advert_interval = AdvertInterval::from_secs(2).unwrap();
    change(&mut config);
    VirtualRouter::new(config)
}

pub(crate) fn drain(router: &mut VirtualRouter) -> Vec<Output> {
    core::iter::from_fn(|| router.poll_output()).collect()
}

/// Started at 0 and waiting.
pub(crate) fn backup(mut router: VirtualRouter) -> VirtualRouter {
    router.handle_input(at(0), Input::Startup);
    drain(&mut router);
    assert_eq!(router.state(), StateKind::Backup);
    router
}

/// Master since its timer fired, that is to say for 0 ms; time starts anew at 0.
pub(crate) fn master(router: VirtualRouter) -> VirtualRouter {
    let down = {
        let config = router.config();
        config.advert_interval.master_down_interval(config.version, config.priority, 3)
    };
    let mut router = backup(router);
    router.handle_timeout(Instant::from_origin(down));
    drain(&mut router);
    assert_eq!(router.state(), StateKind::Master);
    router
}

pub(crate) fn heard(priority: u8, last_octet: u8) -> Input {
    Input::Advertisement {
        priority: Priority::new(priority),
        interval: AdvertInterval::from_secs(2).unwrap(),
        source: address(last_octet),
    }
}
