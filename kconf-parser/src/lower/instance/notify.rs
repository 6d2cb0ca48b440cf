//! Notify scripts of instances and groups.

use crate::lower::command::Written;
use crate::lower::reader::{Reader, Statement};
use crate::{Facts, Problem};

/// Notify scripts as written.
#[derive(Debug, Default)]
pub(in crate::lower) struct NotifyDraft {
    pub(in crate::lower) master: Option<Written>,
    pub(in crate::lower) backup: Option<Written>,
    pub(in crate::lower) fault: Option<Written>,
    pub(in crate::lower) stop: Option<Written>,
    pub(in crate::lower) any: Option<Written>,
    pub(in crate::lower) deleted: Option<Written>,
    pub(in crate::lower) report_deleted: bool,
    pub(in crate::lower) master_rx_lower_pri: Option<Written>,
}

impl NotifyDraft {
    pub(in crate::lower) fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        facts: &dyn Facts,
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        let command = match name {
            "notify_master" => &mut self.master,
            "notify_backup" => &mut self.backup,
            "notify_fault" => &mut self.fault,
            "notify_stop" => &mut self.stop,
            "notify" => &mut self.any,
            "notify_master_rx_lower_pri" => &mut self.master_rx_lower_pri,
            "notify_deleted" => {
                if self.report_deleted {
                    twice(reader, name, line);
                } else if line.arg(1).is_some() {
                    self.deleted = reader.silent_command(facts, line);
                }
                self.report_deleted = true;
                return true;
            }
            _ => return false,
        };
        if command.is_some() {
            twice(reader, name, line);
        } else {
            *command = reader.silent_command(facts, line);
        }
        true
    }
}

fn twice(reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) {
    let what = format!("'{name}' is set twice");
    let problem = Problem::Adjusted { what, effect: "the first one counts", reported: true };
    reader.report(line.span(), problem);
}
