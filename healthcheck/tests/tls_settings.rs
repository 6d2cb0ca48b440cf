//! Settings for TLS that cannot work are refused before the first probe.
#![cfg(feature = "tls")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod certificates;

use certificates::{Authority, FAR};
use healthcheck::{InvalidTls, Tls, TlsIdentity, TlsOptions, TlsVerify};

fn refused(options: &TlsOptions) -> Option<InvalidTls> {
    Tls::new(options).err()
}

#[test]
fn what_cannot_work_is_named() {
    let authority = Authority::new("one");
    let (ours, theirs) = (authority.certify("a.test", 2020, FAR), authority.certify("b.test", 2020, FAR));
    let identity = |certificates: &str, key: &str| TlsOptions {
        identity: Some(TlsIdentity { certificates: certificates.into(), key: key.into() }),
        ..TlsOptions::default()
    };
    let verify = |roots: &str, name: &str| TlsOptions {
        verify: TlsVerify::Server { roots: roots.into(), name: name.into() },
        ..TlsOptions::default()
    };
    let told = |name: &str| TlsOptions { server_name: Some(name.into()), ..TlsOptions::default() };
    let alpn = |name: &[u8]| TlsOptions { alpn: vec![name.into()], ..TlsOptions::default() };
    let roots = authority.pem();
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    let long = [b'a'; 256];
    #[rustfmt::skip]
    let cases = [
        ("default",                 TlsOptions::default(),                   None),
        ("roots",                   verify(&roots, "a.test"),                None),
        ("an address",              verify(&roots, "2001:db8::1"),           None),
        ("no roots",                verify("", "a.test"),                    Some(InvalidTls::Roots)),
        ("a root that is none",     verify(broken, "a.test"),                Some(InvalidTls::Roots)),
        ("a key for a root",        verify(&ours.key, "a.test"),             Some(InvalidTls::Roots)),
        ("a name with a blank",     verify(&roots, "a test"),                Some(InvalidTls::Name)),
        ("no name",                 verify(&roots, ""),                      Some(InvalidTls::Name)),
        ("an address to tell",      told("192.0.2.1"),                       None),
        ("a name with a port",      told("a.test:443"),                      Some(InvalidTls::ServerName)),
        ("our own",                 identity(&ours.certificate, &ours.key),  None),
        ("no certificate",          identity("", &ours.key),                 Some(InvalidTls::Certificates)),
        ("no key",                  identity(&ours.certificate, ""),         Some(InvalidTls::Key)),
        ("a key that is none",      identity(&ours.certificate, key),        Some(InvalidTls::Key)),
        ("a key with a password",   identity(&ours.certificate, encrypted),  Some(InvalidTls::EncryptedKey)),
        ("another's key",           identity(&ours.certificate, &theirs.key), Some(InvalidTls::KeyMismatch)),
        ("a protocol",              alpn(b"h2"),                             None),
        ("a protocol without name", alpn(b""),                               Some(InvalidTls::Alpn)),
        ("a protocol with a long one", alpn(&long),                          Some(InvalidTls::Alpn)),
    ];
    for (name, options, want) in cases {
        assert_eq!(refused(&options), want, "{name}");
    }
}

#[test]
fn a_key_is_not_shown() {
    let ours = Authority::new("one").certify("a.test", 2020, FAR);
    let key = ours.key.clone().into_bytes();
    let identity = Some(TlsIdentity { certificates: ours.certificate.into(), key: key.clone() });
    let options = TlsOptions { identity, ..TlsOptions::default() };
    for shown in [format!("{options:?}"), format!("{:?}", Tls::new(&options).unwrap())] {
        // As text, or as the numbers of its octets.
        let numbers = format!("{:?}", &key[60..70]);
        assert!(!shown.contains(ours.key.lines().nth(1).unwrap()), "{shown}");
        assert!(!shown.contains(numbers.trim_matches(['[', ']'])), "{shown}");
    }
}
