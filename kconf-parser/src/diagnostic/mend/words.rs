//! Words that are not what they should be: what was probably meant.

use core::ops::Range;

use crate::diagnostic::Problem;
use crate::keywords::{BLOCKS, near};

/// What to do about a word.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Repair {
    pub(super) advice: Option<String>,
    /// The octets of the word to replace, if a tool can do that.
    pub(super) range: Option<Range<usize>>,
    pub(super) replacement: String,
}

impl Repair {
    fn advise(advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..Self::default() }
    }

    fn whole(written: &str, replacement: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { range: Some(0..written.len()), replacement: replacement.into(), ..Self::advise(advice) }
    }
}

/// What to do about the word `written` on `line`.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named is not about a word")]
pub(super) fn repair(problem: &Problem, written: &str, line: &[u8]) -> Option<Repair> {
    match problem {
        Problem::StrangeSpace { keyword, .. } => {
            // Where an ordinary space is behind it, the strange one is a word of its own.
            let end = if keyword.is_empty() { written.len() } else { written.find(keyword.as_str())? };
            let replacement = " ".repeat(written.get(..end)?.chars().count());
            Some(Repair { range: Some(0..end), replacement, advice: None })
        }
        Problem::UnterminatedQuote => {
            let end = written.trim_end().len();
            Some(Repair { range: Some(end..end), replacement: "\"".to_owned(), advice: None })
        }
        Problem::AuthPassTruncated { .. } => cut(written),
        Problem::Deprecated { keyword } => renamed(keyword).map(|new| Repair {
            range: Some(0..written.len()),
            replacement: new.to_owned(),
            advice: None,
        }),
        Problem::InterfaceMissing { name } => alias(name, written, line),
        Problem::UnknownKeyword { keyword, block } => unknown(keyword, block, written),
        Problem::InvalidNumber { value, min, max, .. } => {
            sign(value, written).or_else(|| number(value, written, min, max, line))
        }
        Problem::InvalidValue { value, expected, .. } => {
            sign(value, written).or_else(|| choice(value, expected, written))
        }
        Problem::InvalidAddress { value, expected } => {
            sign(value, written).or_else(|| address(value, written, expected))
        }
        Problem::Undefined { name, .. } => sign(name, written),
        _ => None,
    }
}

/// Everything behind the eighth octet. The secret is in neither the advice nor the replacement.
fn cut(written: &str) -> Option<Repair> {
    let quote = usize::from(written.starts_with('"'));
    let end = written.len().checked_sub(quote)?;
    let start = 8 + quote;
    let range = (written.is_char_boundary(start) && start < end).then_some(start..end);
    let advice = "cut it to 8 octets, the same on every node; what is behind them protects nothing";
    Some(Repair { range, ..Repair::advise(advice) })
}

/// Old keywords with a new name and the same meaning.
fn renamed(keyword: &str) -> Option<&'static str> {
    match keyword {
        "nb_get_retry" => Some("retry"),
        "vrrp_vmac_garp_intvl" => Some("vrrp_garp_extra_if"),
        "vmac_garp_intvl" => Some("garp_extra_if"),
        "global_tracking" => Some("sync_group_tracking_weight"),
        _ => None,
    }
}

/// `eth0:1`, an alias, is an interface to VRRP only without what follows the colon.
fn alias(name: &str, written: &str, line: &[u8]) -> Option<Repair> {
    let (device, _) = name.split_once(':')?;
    let first = first_word(line);
    match first.as_str() {
        "interface" => Some(Repair { range: Some(device.len()..written.len()), ..Repair::default() }),
        _ if written == name && line.windows(4).any(|part| part == b"dev ") => {
            let advice = format!("an alias is a label; write 'dev {device} label {name}'");
            Some(Repair::whole(written, format!("{device} label {name}"), advice))
        }
        _ => None,
    }
}

fn unknown(keyword: &str, block: &str, written: &str) -> Option<Repair> {
    let block = BLOCKS.iter().find(|known| known.name == block)?;
    if let Some(repair) = space(written) {
        return Some(repair);
    }
    let known = |word: &str| block.keyword(word.as_bytes()).is_some();
    for comment in ["//", "/*", "--", ";", "*/", "*"] {
        if let Some(rest) = written.strip_prefix(comment).filter(|_| keyword == written) {
            let advice = "a comment begins with '#' or '!'";
            return Some(Repair::whole(written, format!("#{rest}"), advice));
        }
    }
    if let Some((name, value)) = written.split_once(['=', ':']).filter(|(name, _)| known(name)) {
        let advice = format!("a blank stands between a keyword and its value; write '{name} …'");
        let range = Some(name.len()..name.len() + 1);
        let replacement = if value.is_empty() { "" } else { " " };
        return Some(Repair { range, replacement: replacement.to_owned(), ..Repair::advise(advice) });
    }
    let bare = written.trim_end_matches([';', ',']);
    if bare.len() < written.len() && known(bare) {
        return Some(Repair::whole(written, bare, format!("nothing stands behind a line; write '{bare}'")));
    }
    None
}

/// Characters that look like what was meant and are not.
fn sign(value: &str, written: &str) -> Option<Repair> {
    if value != written {
        return None;
    }
    if let Some(repair) = space(written) {
        return Some(repair);
    }
    if written.contains(|sign| ('\u{ff01}'..='\u{ff5e}').contains(&sign)) {
        let narrow: String = written.chars().map(narrow).collect();
        let advice = format!("it has full-width characters; write '{narrow}'");
        return Some(Repair::whole(written, narrow, advice));
    }
    let bare = written.trim_end_matches([';', ',']);
    if bare.len() < written.len() && !bare.is_empty() {
        let (range, advice) =
            (bare.len()..written.len(), format!("nothing stands behind a value; write '{bare}'"));
        return Some(Repair { range: Some(range), ..Repair::advise(advice) });
    }
    None
}

/// Only the space is replaced, so that no secret behind it gets into the change.
fn space(written: &str) -> Option<Repair> {
    let (at, sign) = written.char_indices().find(|(_, sign)| is_space(*sign))?;
    let code = u32::from(sign);
    let advice =
        format!("the space in it is U+{code:04X}, which keepalived reads as a letter; write an ordinary one");
    let range = Some(at..at + sign.len_utf8());
    Some(Repair { range, replacement: " ".to_owned(), ..Repair::advise(advice) })
}

fn is_space(sign: char) -> bool {
    matches!(sign, '\u{a0}' | '\u{3000}' | '\u{feff}' | '\u{2000}'..='\u{200b}')
}

fn narrow(sign: char) -> char {
    let code = u32::from(sign);
    let ascii = (0xff01..=0xff5e).contains(&code).then(|| char::from_u32(code - 0xfee0)).flatten();
    ascii.unwrap_or(sign)
}

fn number(value: &str, written: &str, min: &str, max: &str, line: &[u8]) -> Option<Repair> {
    let digits = value.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let in_range = |digits: &str| {
        let (min, max) = (min.parse::<f64>().ok()?, max.parse::<f64>().ok()?);
        digits.parse::<f64>().ok().filter(|number| (min..=max).contains(number))
    };
    let unit = value.get(digits.len()..).unwrap_or("").to_ascii_lowercase();
    if !digits.is_empty() && matches!(unit.as_str(), "s" | "sec" | "secs" | "second" | "seconds") {
        let advice = format!("write the number alone, it counts seconds: '{digits}'");
        let whole = value == written && in_range(digits).is_some();
        return Some(if whole { Repair::whole(written, digits, advice) } else { Repair::advise(advice) });
    }
    if !digits.is_empty() && matches!(unit.as_str(), "ms" | "m" | "min" | "h") {
        return Some(Repair::advise("write the number alone; it counts seconds, and units have no meaning"));
    }
    if let Some(name) = value.strip_prefix('$') {
        return Some(Repair::advise(format!(
            "above this line nothing defines '{}'",
            name.trim_matches(['{', '}'])
        )));
    }
    let advice = match first_word(line).as_str() {
        "priority" => {
            "254 is the highest priority of a router that does not own the addresses; 255 is the owner's, and 0 is only sent, by a master that stops"
        }
        "virtual_router_id" => {
            "the number of a virtual router has 8 bits; choose one that no other on this network has"
        }
        "weight" if min == "0" => "a real server's weight is not negative; 0 gives it no new connections",
        "weight" if max == "253" => "a weight is added to the priority, which goes from 1 to 254",
        _ => return None,
    };
    Some(Repair::advise(advice))
}

/// One of several words.
fn choice(value: &str, expected: &'static str, written: &str) -> Option<Repair> {
    if ["//", "/*"].iter().any(|comment| written.starts_with(comment)) {
        let rest = written.get(2..).unwrap_or("");
        return Some(Repair::whole(written, format!("#{rest}"), "a comment begins with '#' or '!'"));
    }
    let words = words_of(expected);
    let meant = synonym(value).filter(|word| words.contains(word)).or_else(|| {
        let value = if value == "device" { "dev" } else { value };
        let same = words.iter().find(|word| word.eq_ignore_ascii_case(value));
        same.copied().or_else(|| near(words.iter().copied(), value))
    })?;
    let advice = match meant {
        "BACKUP" => {
            "write 'BACKUP'; whoever has the lower priority is the backup, whatever it is called".to_owned()
        }
        _ => format!("did you mean '{meant}'?"),
    };
    Some(if value == written { Repair::whole(written, meant, advice) } else { Repair::advise(advice) })
}

/// The words that a phrase allows.
fn words_of(expected: &'static str) -> Vec<&'static str> {
    if expected.starts_with("an option of ") {
        return vec![
            "dev",
            "brd",
            "broadcast",
            "scope",
            "label",
            "peer",
            "home",
            "no_track",
            "preferred_lft",
        ];
    }
    if let Some((_, list)) = expected.split_once(": ") {
        return list.split(' ').collect();
    }
    let expected = expected.strip_prefix("one of ").unwrap_or(expected);
    let words = expected.split(", ").flat_map(|part| part.split(" or "));
    words.filter(|word| !word.is_empty() && !word.contains(' ')).collect()
}

fn synonym(value: &str) -> Option<&'static str> {
    let word = value.to_ascii_uppercase();
    Some(match word.as_str() {
        "SLAVE" | "EQUAL" | "SECONDARY" | "STANDBY" | "PASSIVE" | "BACK" => "BACKUP",
        "PRIMARY" | "ACTIVE" | "MAIN" => "MASTER",
        "HTTP" | "HTTPS" | "TLS" | "SSL" | "SMTP" => "TCP",
        "PASSWORD" | "PASSWD" | "SIMPLE" | "TEXT" => "PASS",
        "1" | "ENABLE" | "ENABLED" | "ON" | "TRUE" | "YES" | "Y" => "on",
        "0" | "DISABLE" | "DISABLED" | "OFF" | "FALSE" | "NO" | "N" => "off",
        _ => return None,
    })
}

fn address(value: &str, written: &str, expected: &str) -> Option<Repair> {
    let bare = value.split('/').next().unwrap_or(value);
    let parts: Vec<&str> = bare.split('.').collect();
    let numeric =
        parts.iter().all(|part| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit()));
    if let Some((host, port)) = value.rsplit_once(':')
        && host.parse::<core::net::Ipv4Addr>().is_ok()
        && port.parse::<u16>().is_ok()
    {
        if !expected.contains("server") {
            return Some(Repair::advise("no port belongs to this address"));
        }
        let advice = format!("a port stands behind a blank: '{host} {port}'");
        let whole = value == written;
        return Some(if whole {
            Repair::whole(written, format!("{host} {port}"), advice)
        } else {
            Repair::advise(advice)
        });
    }
    if ["//", "/*"].iter().any(|comment| value.starts_with(comment)) {
        let rest = written.get(2..).unwrap_or("");
        return Some(Repair::whole(written, format!("#{rest}"), "a comment begins with '#' or '!'"));
    }
    if numeric && parts.len() > 1 && parts.len() != 4 {
        return Some(Repair::advise(format!("an IPv4 address has four numbers, this has {}", parts.len())));
    }
    if numeric && parts.len() == 4 {
        if let Some(part) = parts.iter().find(|part| part.parse::<u8>().is_err()) {
            return Some(Repair::advise(format!(
                "'{part}' is more than 255, the largest number in an address"
            )));
        }
        let plain: Vec<String> =
            parts.iter().filter_map(|part| part.parse::<u8>().ok()).map(|n| n.to_string()).collect();
        let plain = plain.join(".");
        if plain != bare {
            let advice = format!("numbers in an address have no leading zeros: '{plain}'");
            let range = (value == written).then_some(0..bare.len());
            return Some(Repair { range, replacement: plain, ..Repair::advise(advice) });
        }
    }
    let name =
        bare.contains('.') && bare.bytes().any(|octet| octet.is_ascii_alphabetic()) && !bare.contains(':');
    name.then(|| Repair::advise("names are not looked up here; write the address"))
}

fn first_word(line: &[u8]) -> String {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    String::from_utf8_lossy(words.next().unwrap_or(&[])).into_owned()
}
