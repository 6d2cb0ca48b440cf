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
    use proptest::prelude::*;

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

    /// What a piece of a command stands for, written another way: words are what lies between bare blanks.
    #[derive(Clone, Debug)]
    enum Piece {
        Blank,
        Plain(u8),
        /// Backslash and the octet that it makes.
        Escaped(&'static str, u8),
        /// In one of the two quotes, in which the other one is an ordinary sign.
        In(u8, Vec<u8>),
    }

    fn piece() -> impl Strategy<Value = Piece> {
        let escapes: &[(&str, u8)] = &[
            ("a", 7),
            ("b", 8),
            ("E", 27),
            ("f", 12),
            ("n", 10),
            ("r", 13),
            ("t", 9),
            ("v", 11),
            ("101", 65),
            ("x41", 65),
            ("cA", 1),
            ("\\", 92),
            ("\"", 34),
            ("'", 39),
            (" ", 32),
            ("q", 113),
        ];
        prop_oneof![
            2 => Just(Piece::Blank),
            4 => prop::sample::select(b"abc/-=G{}#".to_vec()).prop_map(Piece::Plain),
            2 => prop::sample::select(escapes.to_vec()).prop_map(|(text, octet)| Piece::Escaped(text, octet)),
            2 => (prop::sample::select(vec![b'"', b'\'']), prop::collection::vec(32_u8..127, 0..6)).prop_map(
                |(quote, inner)| {
                    let is_plain = |octet: &u8| *octet != quote && *octet != b'\\';
                    Piece::In(quote, inner.into_iter().filter(is_plain).collect())
                }
            ),
        ]
    }

    proptest! {
        #[test]
        fn words_are_what_bare_blanks_separate(pieces in prop::collection::vec(piece(), 0..20)) {
            let mut text = Vec::new();
            let mut words: Vec<Option<Vec<u8>>> = vec![None];
            for piece in &pieces {
                let word = words.last_mut().unwrap();
                match piece {
                    Piece::Blank => {
                        text.push(b' ');
                        words.push(None);
                    }
                    Piece::Plain(octet) => {
                        text.push(*octet);
                        word.get_or_insert_default().push(*octet);
                    }
                    Piece::Escaped(written, octet) => {
                        text.push(b'\\');
                        text.extend_from_slice(written.as_bytes());
                        word.get_or_insert_default().push(*octet);
                    }
                    Piece::In(quote, inner) => {
                        text.push(*quote);
                        text.extend_from_slice(inner);
                        text.push(*quote);
                        word.get_or_insert_default().extend_from_slice(inner);
                    }
                }
            }
            let words: Vec<_> = words.into_iter().flatten().collect();
            prop_assert_eq!(command_words(&text), Some(words));
        }

        #[test]
        fn a_quote_that_stays_open_is_no_command(start in "[a-z ]{0,9}", rest in "[a-z ]{0,9}") {
            prop_assert_eq!(command_words(format!("{start}\"{rest}").as_bytes()), None);
            prop_assert_eq!(command_words(format!("{start}'{rest}").as_bytes()), None);
        }
    }
}
