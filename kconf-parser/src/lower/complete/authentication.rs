//! Who may speak.

use core::time::Duration;

use super::Completion;
use crate::lower::instance::{AuthType, HmacDraft};
use crate::model::{AddressFamily, AntiReplay, AuthHmac, AuthPass, Authentication, HmacMode, VrrpVersion};

/// Shortest and longest age of an advert that keepalived allows by itself.
const WINDOW: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

impl Completion<'_> {
    pub(super) fn authentication(&mut self, hmac: bool) -> Option<Authentication> {
        let kind = self.draft.authentication.kind?;
        let at = self.draft.authentication.span;
        let what = if self.strict {
            "strict mode has no authentication"
        } else if self.version == VrrpVersion::V3 {
            "VRRP version 3 has no authentication"
        } else if self.draft.authentication.secret.first().is_none_or(|first| *first == 0) {
            "authentication without auth_pass"
        } else if kind == AuthType::Ah && self.family == AddressFamily::V6 {
            "auth_type AH is for IPv4"
        } else if hmac {
            "auth_hmac takes the place of authentication"
        } else {
            let secret = AuthPass::new(&self.draft.authentication.secret);
            return Some(match kind {
                AuthType::Pass => Authentication::Pass(secret),
                AuthType::Ah => Authentication::Ah(secret),
            });
        };
        self.adjust(at, what, "adverts are not authenticated by auth_pass");
        None
    }

    pub(super) fn auth_hmac(&mut self, advert_interval: Duration) -> Option<AuthHmac> {
        let HmacDraft { keys, active_key, monotonic, window, mut mode, span } = self.draft.hmac.take()?;
        if keys.iter().all(|key| key.id != active_key) {
            let what = format!("auth_hmac has no key {active_key} to sign with (active_key)");
            self.adjust(span, what, "the whole block has no effect");
            return None;
        }
        if self.strict && mode != HmacMode::Enforce {
            self.adjust(span, "strict mode wants every advert signed", "mode is enforce");
            mode = HmacMode::Enforce;
        }
        let intervals = Duration::from_secs(3 * advert_interval.as_secs());
        let window = window.unwrap_or(intervals.clamp(WINDOW.0, WINDOW.1));
        let anti_replay = if monotonic { AntiReplay::Monotonic } else { AntiReplay::Time(window) };
        Some(AuthHmac { keys, active_key, anti_replay, mode })
    }
}
