//! genhash's command line, read as getopt_long reads it.

use core::net::IpAddr;
use core::time::Duration;
use std::ffi::OsString;

use healthcheck::HttpVersion;

pub(super) const USAGE: &str = "\
usage: keepalived-lite genhash [-S [-I]] -s ADDRESS -p PORT -u URL [OPTION]...

  -s, --server ADDRESS         address of the server, no name
  -p, --port PORT              its port
  -u, --url URL                path of the page
  -S, --use-ssl                over TLS
  -I, --use-sni                with the name of -V in the TLS handshake
  -V, --use-virtualhost NAME   what the Host header says
  -P, --protocol VERSION       1.0 (the default), 1.0c (with Connection: close), or 1.1
  -m, --fwmark MARK            firewall mark of the packets
  -t, --timeout SECONDS        for connecting; three times that for everything
  -H, --hash NAME              md5 (the default, and what digest wants), or sha256
  -v, --verbose                show the reply as well
  -h, --help                   this
";

/// What is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Args {
    pub(super) tls: bool,
    pub(super) sni: bool,
    pub(super) verbose: bool,
    pub(super) server: IpAddr,
    pub(super) port: u16,
    pub(super) url: String,
    pub(super) virtual_host: Option<String>,
    pub(super) mark: u32,
    pub(super) version: HttpVersion,
    pub(super) timeout: Option<Duration>,
    pub(super) hash: Hash,
}

/// Which digest; keepalived knows the first only.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Hash {
    #[default]
    Md5,
    Sha256,
}

/// Short name, long name, whether it takes an argument.
const OPTIONS: [(char, &str, bool); 12] = [
    ('h', "help", false),
    ('v', "verbose", false),
    ('S', "use-ssl", false),
    ('I', "use-sni", false),
    ('s', "server", true),
    ('V', "use-virtualhost", true),
    ('p', "port", true),
    ('u', "url", true),
    ('m', "fwmark", true),
    ('P', "protocol", true),
    ('t', "timeout", true),
    ('H', "hash", true),
];

impl Args {
    /// What is wrong, if that takes words; the usage follows anyway.
    pub(super) fn read(args: &[OsString]) -> Result<Self, Option<String>> {
        let (mut tls, mut sni, mut verbose, mut mark) = (false, false, false, 0);
        let (mut server, mut port, mut url, mut virtual_host) = (None, None, None, None);
        let (mut version, mut timeout, mut hash) = (HttpVersion::Http10, None, Hash::default());
        for (option, value) in split(args)? {
            match option {
                'v' => verbose = true,
                'S' => tls = true,
                'I' => sni = true,
                's' => server = Some(address(&value)?),
                'V' => virtual_host = Some(value),
                'p' => port = Some(port_number(&value)?),
                'u' => url = Some(value),
                'm' => mark = number(&value).ok_or_else(|| format!("invalid fwmark '{value}'"))?,
                'P' => version = protocol(&value)?,
                't' => timeout = Some(seconds(&value)?),
                'H' => hash = hash_named(&value)?,
                // Help.
                _ => return Err(None),
            }
        }
        match (server, port, url) {
            (Some(server), Some(port), Some(url)) => {
                Ok(Self { tls, sni, verbose, server, port, url, virtual_host, mark, version, timeout, hash })
            }
            _ => Err(None),
        }
    }
}

/// The options in their order, with their arguments.
fn split(args: &[OsString]) -> Result<Vec<(char, String)>, Option<String>> {
    let (mut options, mut stray) = (Vec::new(), Vec::new());
    let mut args = args.iter().map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        if arg == "--" {
            stray.extend(args.by_ref());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let (short, takes) = long_option(name).ok_or_else(|| format!("unknown option --{name}"))?;
            let value = match (takes, value) {
                (false, None) => String::new(),
                (false, Some(_)) => return Err(Some(format!("option --{name} takes no argument"))),
                (true, Some(value)) => value.to_owned(),
                (true, None) => args.next().ok_or_else(|| format!("option --{name} wants an argument"))?,
            };
            options.push((short, value));
        } else if let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut letters = letters.chars();
            while let Some(letter) = letters.next() {
                let known = OPTIONS.iter().find(|(short, _, _)| *short == letter);
                let (_, _, takes) = known.ok_or_else(|| format!("unknown option -{letter}"))?;
                let value = match (takes, letters.as_str()) {
                    (false, _) => String::new(),
                    (true, "") => args.next().ok_or_else(|| format!("option -{letter} wants an argument"))?,
                    (true, rest) => {
                        let rest = rest.to_owned();
                        letters = "".chars();
                        rest
                    }
                };
                options.push((letter, value));
            }
        } else {
            stray.push(arg);
        }
    }
    if stray.is_empty() { Ok(options) } else { Err(Some(format!("unexpected: {}", stray.join(" ")))) }
}

/// A long name may be cut short as long as it is one option's only.
fn long_option(name: &str) -> Option<(char, bool)> {
    let mut found = OPTIONS.iter().filter(|(_, long, _)| long.starts_with(name));
    let exact = OPTIONS.iter().find(|(_, long, _)| *long == name);
    let (short, _, takes) = match (exact, found.next(), found.next()) {
        (Some(exact), _, _) => exact,
        (None, Some(only), None) => only,
        (None, _, _) => return None,
    };
    Some((*short, *takes))
}

fn address(value: &str) -> Result<IpAddr, String> {
    value.parse().map_err(|_| format!("the server must be an address, not '{value}'"))
}

fn port_number(value: &str) -> Result<u16, String> {
    let port = number(value).and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0);
    port.ok_or_else(|| format!("invalid port number '{value}'"))
}

fn protocol(value: &str) -> Result<HttpVersion, String> {
    match value {
        "1.0" => Ok(HttpVersion::Http10),
        "1.0c" | "1.0C" => Ok(HttpVersion::Http10Close),
        "1.1" => Ok(HttpVersion::Http11),
        _ => Err(format!("invalid HTTP protocol version '{value}'")),
    }
}

fn hash_named(value: &str) -> Result<Hash, String> {
    match value {
        "md5" => Ok(Hash::Md5),
        "sha256" => Ok(Hash::Sha256),
        _ => Err(format!("unknown hash '{value}'")),
    }
}

fn seconds(value: &str) -> Result<Duration, String> {
    let seconds = number(value).ok_or_else(|| format!("invalid timeout '{value}'"))?;
    Ok(Duration::from_secs(seconds.into()))
}

/// As C reads it: white space and a sign may come first.
fn number(value: &str) -> Option<u32> {
    value.trim_ascii_start().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Args, Option<String>> {
        Args::read(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    fn plain() -> Args {
        Args {
            tls: false,
            sni: false,
            verbose: false,
            server: [192, 0, 2, 1].into(),
            port: 80,
            url: "/".to_owned(),
            virtual_host: None,
            mark: 0,
            version: HttpVersion::Http10,
            timeout: None,
            hash: Hash::Md5,
        }
    }

    #[test]
    fn options_are_read_as_getopt_reads_them() {
        let all = Args {
            tls: true,
            sni: true,
            verbose: true,
            virtual_host: Some("a.example".to_owned()),
            mark: 7,
            version: HttpVersion::Http10Close,
            timeout: Some(Duration::from_secs(3)),
            ..plain()
        };
        #[rustfmt::skip]
        let cases = [
            ("-s 192.0.2.1 -p 80 -u /",                         plain()),
            ("-s 192.0.2.1 -p 80 -u / -H sha256",               Args { hash: Hash::Sha256, ..plain() }),
            ("-u/ -p80 -s192.0.2.1",                            plain()),
            ("--ser 192.0.2.1 --port=80 --ur /",                plain()),
            ("-s 192.0.2.1 -p 443 -u /x -p +80 -u /",           plain()),
            ("-s ::1 -p 80 -u / -P 1.1", Args { server: core::net::Ipv6Addr::LOCALHOST.into(), version: HttpVersion::Http11, ..plain() }),
            ("-vSIs 192.0.2.1 -p 80 -u / -V a.example -m 7 -P 1.0C -t 3", all.clone()),
            ("--verbose --use-ssl --use-sni --server 192.0.2.1 --port 80 --url / --use-virtualhost a.example \
              --fwmark 7 --protocol 1.0c --timeout 3",          all),
        ];
        for (line, want) in cases {
            assert_eq!(read(line), Ok(want), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let good = "-s 192.0.2.1 -p 80 -u /";
        for line in ["-h", "-s 192.0.2.1 -p 80", "-p 80 -u /", "-s 192.0.2.1 -u /"] {
            assert_eq!(read(line), Err(None), "{line}");
        }
        #[rustfmt::skip]
        let bad = [
            "-s host.example", "-p 0", "-p 65536", "-p 80x", "-p -1", "-P 2", "-P 1.0x", "-m -1", "-m x", "-t", "-t x",
            "-t -1", "-H", "-H sha1", "-z", "--nonsense", "--use", "--verbose=1", "stray", "-- -v",
        ];
        for option in bad {
            assert!(matches!(read(&format!("{good} {option}")), Err(Some(_))), "{option}");
        }
        assert_eq!(read(&format!("{good} -h")), Err(None));
    }
}
