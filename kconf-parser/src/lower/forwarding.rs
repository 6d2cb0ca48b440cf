//! `lvs_method`, `lb_kind`, `sorry_server_lvs_method`.

use super::reader::{Reader, Statement, Word};
use super::value::IGNORED;
use crate::Problem;
use crate::model::{ForwardMethod, TunnelChecksum};

/// What becomes of a tunnel of which something is wrong.
const AS_BEFORE: &str = "the kind of tunnel stays as it is";

/// `NAT|DR|TUN [type ipip|gue|gre] [port N] [nocsum|csum|remcsum]`. `before` is what held so far, and what holds where
/// the line is wrong.
pub(super) fn forward_method(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    before: Option<ForwardMethod>,
) -> Option<ForwardMethod> {
    let Some(word) = line.arg(1) else { return before };
    let method = match &*word.text {
        b"NAT" => ForwardMethod::Masquerade,
        b"DR" => ForwardMethod::DirectRoute,
        b"TUN" => ForwardMethod::Tunnel,
        _ => {
            reader.invalid_choice(&word, "NAT, DR or TUN", IGNORED, &["NAT", "DR", "TUN"]);
            return before;
        }
    };
    // keepalived reads the options even where they mean nothing.
    let tunnel = Options::read(reader, line).and_then(|options| options.tunnel(reader, line));
    match tunnel {
        _ if !method.is_tunnel() => Some(method),
        Some(tunnel) => Some(tunnel),
        None => Some(before.filter(|before| before.is_tunnel()).unwrap_or(method)),
    }
}

#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum Kind {
    #[default]
    Ipip,
    Gue,
    Gre,
}

#[derive(Default)]
struct Options {
    kind: Kind,
    port: u16,
    checksum: TunnelChecksum,
}

impl Options {
    fn read(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<Self> {
        let mut options = Self::default();
        let mut words = line.args().skip(1);
        while let Some(word) = words.next() {
            match &*word.text {
                b"type" => options.kind = kind(reader, &word, words.next().as_ref())?,
                b"port" => {
                    let Some(number) = words.next() else {
                        missing(reader, &word, "port");
                        return None;
                    };
                    let port = reader.exact_integer_word(&number, 1, 65_535, AS_BEFORE)?;
                    options.port = u16::try_from(port).ok()?;
                }
                b"nocsum" => options.checksum = TunnelChecksum::None,
                b"csum" => options.checksum = TunnelChecksum::Full,
                b"remcsum" => options.checksum = TunnelChecksum::Remote,
                _ => {
                    let options = ["type", "port", "nocsum", "csum", "remcsum"];
                    let expected = "one of type, port, nocsum, csum, remcsum";
                    reader.invalid_choice(&word, expected, AS_BEFORE, &options);
                    return None;
                }
            }
        }
        Some(options)
    }

    fn tunnel(self, reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<ForwardMethod> {
        let Self { kind, port, checksum } = self;
        let wrong = match (kind, checksum) {
            (Kind::Gue, _) if port == 0 => "a GUE tunnel needs a port",
            (Kind::Ipip | Kind::Gre, _) if port != 0 => "only a GUE tunnel has a port",
            (Kind::Ipip, TunnelChecksum::Full | TunnelChecksum::Remote) => "an IPIP tunnel has no checksum",
            (Kind::Gre, TunnelChecksum::Remote) => "a GRE tunnel has no remote checksum",
            (Kind::Ipip, TunnelChecksum::None) => return Some(ForwardMethod::Tunnel),
            (Kind::Gue, _) => return Some(ForwardMethod::TunnelGue { port, checksum }),
            (Kind::Gre, _) => return Some(ForwardMethod::TunnelGre { checksum }),
        };
        reader.adjusted(line.span(), wrong, AS_BEFORE, true);
        None
    }
}

fn kind(reader: &mut Reader<'_>, option: &Word<'_>, word: Option<&Word<'_>>) -> Option<Kind> {
    let Some(word) = word else {
        missing(reader, option, "type");
        return None;
    };
    match &*word.text {
        b"ipip" => Some(Kind::Ipip),
        b"gue" => Some(Kind::Gue),
        b"gre" => Some(Kind::Gre),
        _ => {
            reader.invalid_choice(word, "ipip, gue or gre", AS_BEFORE, &["ipip", "gue", "gre"]);
            None
        }
    }
}

fn missing(reader: &mut Reader<'_>, option: &Word<'_>, keyword: &'static str) {
    reader.report(option.span, Problem::MissingValue { keyword });
}
