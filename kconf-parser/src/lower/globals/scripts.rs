//! Who runs scripts, and those that run at the start and at the end.

use super::super::reader::{Reader, Statement};
use super::{GlobalsReader, already, newer_switch, set};

impl GlobalsReader<'_> {
    pub(super) fn scripts(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "script_user" => {
                globals.script_user = reader.user(self.facts, line).or(globals.script_user.take());
            }
            "enable_script_security" => globals.enable_script_security = true,
            "use_symlink_paths" => set(&mut globals.use_symlink_paths, reader.switch(line)),
            "set_supplementary_groups" => globals.set_supplementary_groups = newer_switch(line, reader),
            "startup_script" | "shutdown_script" => self.start_or_stop(reader, name, line),
            "startup_script_timeout" => {
                set(&mut globals.startup_script_timeout, reader.seconds(line, 1, 1000));
            }
            "shutdown_script_timeout" => {
                set(&mut globals.shutdown_script_timeout, reader.seconds(line, 1, 1000));
            }
            _ => return false,
        }
        true
    }

    /// keepalived keeps the first.
    fn start_or_stop(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) {
        let script = match name {
            "startup_script" => &mut self.startup_script,
            _ => &mut self.shutdown_script,
        };
        if script.is_some() {
            already(reader, line, name);
        } else {
            *script = reader.command(self.facts, line);
        }
    }
}
