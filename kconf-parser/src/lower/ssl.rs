//! `SSL`.

use std::path::PathBuf;

use super::command::os_word;
use super::reader::{Reader, Section, Statement};
use crate::keywords::Keyword;
use crate::model::{KeyPassword, SslSettings};

/// Reads the block that `line` opens. The last one holds.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    keyword: &'static Keyword,
    line: Statement<'t>,
    settings: &mut Option<SslSettings>,
) {
    if settings.is_some() {
        let what = "there is a block 'SSL' already";
        reader.adjusted(line.span(), what, "this one takes its place", true);
    }
    let empty = SslSettings { span: line.span(), ca: None, certificate: None, key: None, password: None };
    let mut block = SslReader(empty);
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    *settings = Some(block.0);
}

struct SslReader(SslSettings);

impl<'t> Section<'t> for SslReader {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let path = line.arg(1).map(|word| PathBuf::from(os_word(&word)));
        let settings = &mut self.0;
        let replaced = match keyword.name {
            "ca" => core::mem::replace(&mut settings.ca, path).is_some(),
            "certificate" => core::mem::replace(&mut settings.certificate, path).is_some(),
            "key" => core::mem::replace(&mut settings.key, path).is_some(),
            "password" => {
                let password = line.arg(1).map(|word| KeyPassword::new(word.string()));
                core::mem::replace(&mut settings.password, password).is_some()
            }
            _ => return false,
        };
        if replaced {
            let what = format!("'{}' is already set", keyword.name);
            reader.adjusted(line.keyword_span(), what, "this one takes its place", true);
        }
        true
    }
}
