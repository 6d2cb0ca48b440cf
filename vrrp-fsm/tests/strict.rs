//! keepalived's `vrrp_strict` and `strict_mode`, as far as the machine goes.

mod common;

use core::num::NonZeroU8;
use core::time::Duration;

use common::{address, at, drain, heard, master, router};
use vrrp_fsm::{AddressLoss, AnnounceSchedule, Config, Event, Output, StateKind};
use vrrp_proto::{Priority, Version};

/// `preempt_delay`, `down_timer_adverts`, `lower_prio_no_advert`, `higher_prio_send_advert` and the
/// `garp_lower_prio_*` keywords are reset, and nothing else.
#[test]
fn strict_resets_what_keepalived_resets() {
    for version in [Version::V2, Version::V3] {
        let loose = router(version, |config| {
            config.preempt = false;
            config.preempt_delay = Duration::from_secs(9);
            config.startup_delay = Duration::from_secs(3);
            config.down_timer_adverts = NonZeroU8::new(7).unwrap();
            config.answer_losing = true;
            config.answer_winning = true;
            config.owner_ignores = true;
            config.address_loss = AddressLoss::ReAdd;
            config.announce = AnnounceSchedule::KEEPALIVED;
        });
        let loose = loose.config().clone();
        let want = Config {
            preempt_delay: Duration::ZERO,
            down_timer_adverts: NonZeroU8::new(3).unwrap(),
            answer_losing: false,
            answer_winning: false,
            announce: AnnounceSchedule { losing_repeat: 0, losing_delay: None, ..loose.announce },
            ..loose.clone()
        };
        assert_eq!(loose.strict(), want);
        assert_eq!(want.clone().strict(), want, "once is enough");
    }
}

#[test]
fn a_strict_master_neither_answers_nor_announces_after_a_rival() {
    for version in [Version::V2, Version::V3] {
        let strict = router(version, |config| {
            config.answer_winning = true;
            config.answer_losing = true;
            config.announce = AnnounceSchedule::KEEPALIVED;
            *config = config.clone().strict();
        });
        let mut machine = master(strict);
        let due = machine.poll_timeout();
        machine.handle_input(at(7500), heard(99, 9));
        let (priority, source) = (Priority::new(99), address(9));
        assert_eq!(drain(&mut machine), [Output::Event(Event::LosingMaster { priority, source })]);
        assert_eq!(machine.poll_timeout(), due);
        machine.handle_input(at(7600), heard(101, 9));
        assert_eq!(machine.state(), StateKind::Backup);
        let spoke = |output: &Output| matches!(output, Output::SendAdvertisement { .. });
        assert!(!drain(&mut machine).iter().any(spoke), "it yields in silence");
    }
}
