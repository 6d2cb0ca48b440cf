//! `MISC_CHECK`.

use core::time::Duration;

use super::super::command::Written;
use super::super::reader::{Reader, Statement};
use crate::Facts;
use crate::model::ScriptUser;

/// The block as written.
#[derive(Default)]
pub(super) struct MiscDraft {
    pub(super) command: Option<Written>,
    pub(super) timeout: Option<Duration>,
    pub(super) dynamic: bool,
    pub(super) user: Option<ScriptUser>,
    /// The user does not exist: keepalived drops the check.
    pub(super) unknown_user: bool,
}

impl MiscDraft {
    pub(super) fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        facts: &dyn Facts,
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        match name {
            "misc_path" => self.command = reader.bare_command(line, "misc_path"),
            "misc_timeout" => self.timeout = reader.seconds(line, 0, 4294).or(self.timeout),
            "misc_dynamic" => self.dynamic = true,
            "user" => {
                self.user = reader.user(facts, line);
                self.unknown_user |= self.user.is_none();
            }
            _ => return false,
        }
        true
    }
}
