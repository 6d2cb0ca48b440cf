//! How keepalived splits the line of a script keyword into words: much like a shell.

use super::is_blank;

/// Splits the arguments of a script keyword into command words.
///
/// Both quotes group, adjacent pieces join, `\a \b \E \f \n \r \t \v`, `\nnn`, `\xXX` and `\cC` stand for one octet,
/// and any other `\c` for `c`. `None` if a quote is never closed.
pub(crate) fn command_words(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        while let Some((octet, after)) = rest.split_first() {
            if !is_blank(*octet) {
                break;
            }
            rest = after;
        }
        if rest.is_empty() {
            return Some(words);
        }
        let (word, after) = command_word(rest)?;
        words.push(word);
        rest = after;
    }
}

fn command_word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    let mut quote = None;
    let mut rest = text;
    while let Some((octet, after)) = rest.split_first() {
        rest = match (quote, *octet) {
            (None, octet) if is_blank(octet) => break,
            (None, octet @ (b'"' | b'\'')) => {
                quote = Some(octet);
                after
            }
            (Some(open), octet) if open == octet => {
                quote = None;
                after
            }
            (_, b'\\') => escape(after, &mut word),
            (_, octet) => {
                word.push(octet);
                after
            }
        };
    }
    quote.is_none().then_some((word, rest))
}

/// Takes what follows a backslash and adds the octet that it stands for.
fn escape<'a>(after: &'a [u8], word: &mut Vec<u8>) -> &'a [u8] {
    let Some((octet, rest)) = after.split_first() else {
        word.push(b'\\');
        return after;
    };
    let (plain, rest) = match octet {
        b'a' => (0x07, rest),
        b'b' => (0x08, rest),
        b'E' => (0x1b, rest),
        b'f' => (0x0c, rest),
        b'n' => (b'\n', rest),
        b'r' => (b'\r', rest),
        b't' => (b'\t', rest),
        b'v' => (0x0b, rest),
        b'x' => number(rest, 2, 16).unwrap_or((b'x', rest)),
        b'0'..=b'7' => number(after, 3, 8).unwrap_or((*octet, rest)),
        b'c' => match rest.split_first() {
            Some((control, rest)) => (control & 0x1f, rest),
            None => (b'c', rest),
        },
        other => (*other, rest),
    };
    word.push(plain);
    rest
}

fn number(text: &[u8], max_digits: usize, radix: u32) -> Option<(u8, &[u8])> {
    let is_digit = |octet: &&u8| char::from(**octet).is_digit(radix);
    let len = text.iter().take(max_digits).take_while(is_digit).count();
    let (digits, rest) = text.split_at_checked(len)?;
    let parsed = u32::from_str_radix(core::str::from_utf8(digits).ok()?, radix).ok()?;
    // Three octal digits can exceed an octet; C keeps the low eight bits.
    Some((u8::try_from(parsed & 0xff).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_split_like_a_shell_does() {
        #[rustfmt::skip]
        let cases: &[(&str, Option<&[&str]>)] = &[
            (r#"/a b  c"#, Some(&["/a", "b", "c"])),
            (r#""/a b" c"#, Some(&["/a b", "c"])),
            (r#"a'b c'"d e"f"#, Some(&["ab cd ef"])),
            (r"\x41\102\t\q", Some(&["AB\tq"])),
            (r#"a "b"#, None),
            ("  ", Some(&[])),
            ("''", Some(&[""])),
        ];
        for (text, want) in cases {
            let want =
                want.map(|words| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>());
            assert_eq!(command_words(text.as_bytes()), want, "{text}");
        }
    }
}
