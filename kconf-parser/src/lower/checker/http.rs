//! `HTTP_GET` and `SSL_GET`.

use super::super::reader::{Reader, Section, Statement};
use super::super::value::{IGNORED, parse};
use super::regex::RegexDraft;
use crate::Problem;
use crate::keywords::Keyword;
use crate::model::{HttpProtocol, HttpUrl, StatusCodes};

/// The block as written.
#[derive(Default)]
pub(super) struct HttpDraft {
    pub(super) tls: bool,
    pub(super) protocol: HttpProtocol,
    pub(super) enable_sni: bool,
    pub(super) sni_name: Option<String>,
    pub(super) fast_recovery: bool,
    pub(super) tls_compliant: bool,
    pub(super) urls: Vec<HttpUrl>,
}

impl HttpDraft {
    pub(super) fn keyword<'t>(
        &mut self,
        reader: &mut Reader<'t>,
        keyword: &'static Keyword,
        line: Statement<'t>,
    ) -> bool {
        match keyword.name {
            "url" => {
                let mut url = UrlDraft::default();
                if let Some(table) = keyword.block() {
                    reader.block(table, &mut url, (keyword, line));
                }
                self.urls.extend(url.complete(reader, &line));
            }
            "http_protocol" => self.protocol = protocol(reader, &line).unwrap_or(self.protocol),
            "enable_sni" => self.enable_sni = reader.switch(&line).unwrap_or(self.enable_sni),
            "sni_name" => self.sni_name = reader.text(&line),
            "fast_recovery" => self.fast_recovery = reader.switch(&line).unwrap_or(self.fast_recovery),
            "tls_compliant" => self.tls_compliant = reader.switch(&line).unwrap_or(self.tls_compliant),
            _ => return false,
        }
        true
    }
}

fn protocol(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<HttpProtocol> {
    let word = line.arg(1)?;
    match &*word.text {
        b"1.0" => Some(HttpProtocol::Http10),
        b"1.0C" | b"1.0c" => Some(HttpProtocol::Http10Close),
        b"1.1" => Some(HttpProtocol::Http11),
        _ => {
            reader.invalid_choice(&word, "1.0, 1.0C or 1.1", IGNORED, &["1.0", "1.0C", "1.1"]);
            None
        }
    }
}

#[derive(Default)]
struct UrlDraft {
    path: Option<String>,
    digest: Option<[u8; 16]>,
    status_codes: Vec<(u16, u16)>,
    virtualhost: Option<String>,
    regex: RegexDraft,
    tls_compliant: bool,
}

impl<'t> Section<'t> for UrlDraft {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "path" => self.path = reader.text(&line),
            "digest" if self.digest.is_some() => {
                reader.adjusted(line.span(), "the URL already has a digest", IGNORED, true);
            }
            "digest" => self.digest = digest(reader, &line),
            "status_code" => status_codes(reader, &line, &mut self.status_codes),
            "virtualhost" => self.virtualhost = reader.text(&line),
            "tls_compliant" => self.tls_compliant = reader.switch(&line).unwrap_or(self.tls_compliant),
            name => return self.regex.keyword(reader, name, &line),
        }
        true
    }
}

impl UrlDraft {
    fn complete(mut self, reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<HttpUrl> {
        let Some(path) = self.path else {
            let problem = Problem::Incomplete { kind: "block", name: "url".to_owned(), missing: "path" };
            reader.report(line.span(), problem);
            return None;
        };
        if self.status_codes.is_empty() {
            self.status_codes.push((200, 299));
        }
        Some(HttpUrl {
            path,
            digest: self.digest,
            status_codes: StatusCodes(self.status_codes),
            virtualhost: self.virtualhost,
            regex: self.regex.complete(reader, line),
            tls_compliant: self.tls_compliant,
        })
    }
}

/// 32 hexadecimal digits.
fn digest(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<[u8; 16]> {
    let word = line.arg(1)?;
    let octets = word.text.chunks(2).map(|pair| {
        let pair = core::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.bytes().all(|octet| octet.is_ascii_hexdigit()));
        u8::from_str_radix(pair?, 16).ok()
    });
    let octets: Option<Vec<u8>> = octets.collect();
    let digest = octets.filter(|_| word.text.len() == 32).and_then(|octets| octets.try_into().ok());
    if digest.is_none() {
        reader.invalid(&word, "an MD5 sum of 32 hexadecimal digits", IGNORED);
    }
    digest
}

/// `N` and `N-M`, several on a line.
fn status_codes(reader: &mut Reader<'_>, line: &Statement<'_>, codes: &mut Vec<(u16, u16)>) {
    if line.arg(1).is_none() {
        reader.adjusted(line.span(), "'status_code' names no code", IGNORED, false);
    }
    for word in line.args() {
        let mut bounds = word.text.splitn(2, |octet| *octet == b'-').map(parse::<u16>);
        let low = bounds.next().flatten();
        let high = bounds.next().unwrap_or(low);
        match (low, high) {
            (Some(low), Some(high)) if (100..=599).contains(&low) && (low..=599).contains(&high) => {
                codes.push((low, high));
            }
            _ => reader.invalid(
                &word,
                "a status code from 100 to 599, or a range of them",
                "it does not count",
            ),
        }
    }
}
