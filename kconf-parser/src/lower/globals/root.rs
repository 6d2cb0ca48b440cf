//! Scalars of the top level.

use super::super::reader::{Reader, Statement};
use super::{GlobalsReader, already, set};

impl GlobalsReader<'_> {
    pub(super) fn root(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let globals = &mut self.globals;
        match name {
            "net_namespace" if globals.net_namespace.is_some() => already(reader, line, name),
            "net_namespace" => {
                globals.net_namespace = reader.text(line);
                globals.use_pid_dir = true;
            }
            "net_namespace_ipvs" if globals.net_namespace_ipvs.is_some() => already(reader, line, name),
            "net_namespace_ipvs" => {
                globals.net_namespace_ipvs = Some(reader.text(line).unwrap_or_default());
            }
            "namespace_with_ipsets" => globals.namespace_with_ipsets = true,
            "instance" if globals.instance.is_some() => already(reader, line, name),
            "instance" => {
                globals.instance = reader.text(line);
                globals.use_pid_dir = true;
            }
            "use_pid_dir" => globals.use_pid_dir = true,
            "child_wait_time" => {
                set(&mut globals.child_wait_time, reader.exact_seconds(line, 0, i64::from(u32::MAX)));
            }
            _ => return false,
        }
        true
    }
}
