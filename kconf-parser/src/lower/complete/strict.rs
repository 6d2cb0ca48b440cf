//! What strict mode does not allow.

use core::time::Duration;

use super::{Completion, OWNER};
use crate::Problem;
use crate::lower::instance::Draft;
use crate::model::{GarpSettings, VrrpVersion};

impl Completion<'_> {
    pub(super) fn accept(&mut self, draft: &Draft, priority: u8) -> bool {
        if self.strict && self.version == VrrpVersion::V2 && draft.accept == Some(true) && priority != OWNER {
            self.adjust(
                draft.at("accept"),
                "RFC 3768 lets only the address owner accept packets",
                "accept has no effect",
            );
            return false;
        }
        draft.accept.unwrap_or(!self.strict || priority == OWNER)
    }

    pub(super) fn down_timer_adverts(&mut self, draft: &Draft) -> u8 {
        let written = draft.down_timer_adverts.unwrap_or(self.around.globals.down_timer_adverts);
        if self.strict && written != 3 {
            self.adjust(
                draft.at("down_timer_adverts"),
                "strict mode waits for 3 adverts",
                "down_timer_adverts has no effect",
            );
            return 3;
        }
        written
    }

    pub(super) fn lower_prio_no_advert(&mut self, draft: &Draft) -> bool {
        let written = draft.lower_prio_no_advert.or(self.around.lower_prio_no_advert);
        if self.strict && written == Some(false) {
            let what = "strict mode does not answer adverts of lower priority".to_owned();
            // What the globals say is put aside without a word.
            let reported = draft.lower_prio_no_advert.is_some();
            let problem = Problem::Adjusted { what, effect: "lower_prio_no_advert is on", reported };
            self.report(draft.at("lower_prio_no_advert"), problem);
        }
        self.strict || written == Some(true)
    }

    pub(super) fn higher_prio_send_advert(&mut self, draft: &Draft) -> bool {
        let written = draft.higher_prio_send_advert.unwrap_or(self.around.globals.higher_prio_send_advert);
        if self.strict && written {
            let what = "strict mode does not answer adverts of higher priority".to_owned();
            let reported = draft.higher_prio_send_advert.is_some();
            let problem = Problem::Adjusted { what, effect: "higher_prio_send_advert is off", reported };
            self.report(draft.at("higher_prio_send_advert"), problem);
        }
        written && !self.strict
    }

    pub(super) fn garp(&mut self, instance: &Draft) -> GarpSettings {
        let draft = &instance.garp;
        let defaults = &self.around.globals.garp;
        let mut garp = GarpSettings {
            master_delay: draft.master_delay.unwrap_or(defaults.master_delay),
            master_repeat: draft.master_repeat.unwrap_or(defaults.master_repeat),
            master_refresh: draft.master_refresh.unwrap_or(defaults.master_refresh),
            master_refresh_repeat: draft.master_refresh_repeat.unwrap_or(defaults.master_refresh_repeat),
            // Measured: the instance's own garp_master_* do not reach these, the global ones do.
            lower_prio_delay: draft
                .lower_prio_delay
                .or(defaults.lower_prio_delay)
                .unwrap_or(defaults.master_delay),
            lower_prio_repeat: draft
                .lower_prio_repeat
                .or(defaults.lower_prio_repeat)
                .unwrap_or(defaults.master_repeat),
            garp_interval: defaults.garp_interval,
            gna_interval: defaults.gna_interval,
        };
        if self.strict {
            if draft.lower_prio_repeat.is_some_and(|repeat| repeat > 0) {
                let what = "strict mode does not repeat gratuitous ARP";
                self.adjust(instance.at("garp_lower_prio_repeat"), what, "garp_lower_prio_repeat is 0");
            }
            if draft.lower_prio_delay.is_some_and(|delay| !delay.is_zero()) {
                let what = "strict mode does not repeat gratuitous ARP";
                self.adjust(instance.at("garp_lower_prio_delay"), what, "garp_lower_prio_delay is 0");
            }
            garp.lower_prio_delay = Duration::ZERO;
            garp.lower_prio_repeat = 0;
        }
        garp
    }

    /// Whether an address owner drops every advert.
    pub(super) fn owner_ignore_adverts(&mut self, priority: u8) -> bool {
        let (at, owner) = (self.draft.at("owner_ignore_adverts"), priority == OWNER);
        match self.draft.owner_ignore_adverts {
            Some(true) if !owner => {
                let what = "owner_ignore_adverts is for an address owner (priority 255)";
                self.adjust(at, what, "it has no effect");
                false
            }
            // keepalived 2.4.3 means strict mode and does not look at it.
            Some(false) if owner => {
                self.adjust(at, "an address owner has to drop adverts", "owner_ignore_adverts is on");
                true
            }
            Some(written) => written,
            None => owner && (self.strict || self.around.globals.owner_ignore_adverts),
        }
    }
}
