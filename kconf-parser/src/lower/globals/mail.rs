//! Mail.

use core::time::Duration;

use super::super::reader::{Reader, Statement};
use super::super::value::IGNORED;
use super::{GlobalsReader, set};
use crate::Problem;
use crate::keywords::Keyword;

impl GlobalsReader<'_> {
    pub(super) fn mail<'t>(
        &mut self,
        reader: &mut Reader<'t>,
        keyword: &'static Keyword,
        line: &Statement<'t>,
    ) -> bool {
        let globals = &mut self.globals;
        match keyword.name {
            "notification_email" => {
                let before = globals.notification_email.len();
                let addresses = &mut globals.notification_email;
                reader.list((keyword, *line), |_, entry| {
                    addresses.extend(entry.words().map(|word| word.string()));
                });
                if globals.notification_email.len() == before {
                    let (kind, name) = ("block", keyword.name.to_owned());
                    reader
                        .report(line.keyword_span(), Problem::Incomplete { kind, name, missing: "address" });
                }
            }
            "notification_email_from" => globals.notification_email_from = reader.text(line),
            "smtp_server" => globals.smtp_server = smtp_server(reader, line),
            "smtp_connect_timeout" => set(&mut globals.smtp_connect_timeout, timeout(reader, line)),
            "smtp_helo_name" => globals.smtp_helo_name = reader.text(line).or(globals.smtp_helo_name.take()),
            "smtp_alert" => globals.smtp_alert = reader.switch(line).or(globals.smtp_alert),
            "smtp_alert_vrrp" => globals.smtp_alert_vrrp = reader.switch(line).or(globals.smtp_alert_vrrp),
            "smtp_alert_checker" => {
                globals.smtp_alert_checker = reader.switch(line).or(globals.smtp_alert_checker);
            }
            "no_email_faults" => globals.no_email_faults = true,
            "no_checker_emails" => set(&mut globals.no_checker_emails, reader.switch(line)),
            "router_id" => globals.router_id = reader.text(line),
            _ => return false,
        }
        true
    }
}

fn smtp_server(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<(String, u16)> {
    let host = reader.text(line)?;
    let port = match line.arg(2) {
        Some(word) => reader.integer_word(&word, 1, 65_535, IGNORED)?,
        None => 25,
    };
    Some((host, u16::try_from(port).ok()?))
}

/// 0 is taken for 1.
fn timeout(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Duration> {
    let timeout = reader.seconds(line, 0, 4294)?;
    if timeout.is_zero() {
        reader.adjusted(line.span(), "a connection needs some time", "it is 1 s", true);
    }
    Some(timeout.max(Duration::from_secs(1)))
}
