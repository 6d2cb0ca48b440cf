//! What is on or off.

use super::draft::Draft;
use crate::Problem;
use crate::lower::reader::{Reader, Statement};

pub(super) fn keyword(draft: &mut Draft, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
    match name {
        "skip_check_adv_addr" => {
            let written = reader.switch(line);
            if written == Some(false) {
                let what = "keepalived only looks whether this switch can be read".to_owned();
                let effect = "skip_check_adv_addr is on";
                reader.report(line.span(), Problem::Adjusted { what, effect, reported: false });
            }
            draft.skip_check_adv_addr = written.map(|_| true).or(draft.skip_check_adv_addr);
        }
        "strict_mode" => draft.strict = reader.switch(line).or(draft.strict),
        "lower_prio_no_advert" => {
            draft.lower_prio_no_advert = reader.switch(line).or(draft.lower_prio_no_advert);
        }
        "higher_prio_send_advert" => {
            draft.higher_prio_send_advert = reader.switch(line).or(draft.higher_prio_send_advert);
        }
        "notify_priority_changes" => {
            draft.notify_priority_changes = reader.switch(line).or(draft.notify_priority_changes);
        }
        "smtp_alert" => draft.smtp_alert = reader.switch(line).or(draft.smtp_alert),
        "v3_checksum_as_v2" => draft.v3_checksum_as_v2 = reader.switch(line).or(draft.v3_checksum_as_v2),
        "accept" => draft.accept = Some(true),
        "no_accept" => draft.accept = Some(false),
        "promote_secondaries" => draft.promote_secondaries = Some(line.span()),
        "use_vmac_addr" => draft.use_vmac_addr = true,
        "vmac_xmit_base" => draft.vmac_xmit_base = Some(line.span()),
        "no_virtual_ipaddress" => draft.no_addresses_wanted = true,
        "debug" => draft.debug = reader.number(line, 0, 4).unwrap_or(draft.debug),
        _ => return false,
    }
    true
}
