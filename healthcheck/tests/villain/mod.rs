//! Servers that mean harm, or are as broken as if they did.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::TcpListener;
use std::sync::Arc;
use std::{io, thread};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Certified;

/// What a server does once it has the word.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// Says nothing and holds the connection.
    Silent,
    /// An octet of these, and again from the first, each second.
    Drips(&'static [u8]),
    /// The first octets, then the others for ever.
    Floods(&'static [u8], &'static [u8]),
    /// Hears something, says these octets, and resets the connection.
    Resets(&'static [u8]),
    /// Ends its side.
    Closes,
    /// Hears something, says these octets and holds the connection.
    Says(&'static [u8]),
    /// The same below TLS, where there is TLS.
    SaysBelow(&'static [u8]),
    /// Changes its key for ever (RFC 8446 §4.6.3).
    Rekeys,
}

/// What comes before it does that.
#[derive(Clone)]
pub(crate) enum Opening {
    Nothing,
    /// A mail server greets, offers STARTTLS and agrees to begin.
    StartTls,
    /// A handshake; it is all there is where that fails.
    Tls(Arc<ServerConfig>),
    StartTlsAndTls(Arc<ServerConfig>),
}

/// TLS with `certified`, as a server would have it; the key may be another's.
pub(crate) fn tls(certified: &Certified, key: &Certified) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.key.as_bytes()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let resolver: Arc<dyn ResolvesServerCert> =
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key)));
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(builder.unwrap().with_no_client_auth().with_cert_resolver(resolver))
}

/// Serves until the test ends, each connection in the same way.
pub(crate) fn serve(opening: Opening, manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    // Each its own thread, so that a flood does not keep another from answering.
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever hangs up on a villain is right.
                tokio::spawn(meet(stream, opening.clone(), manner));
            }
        });
    });
    address
}

async fn meet(mut stream: TcpStream, opening: Opening, manner: Manner) -> io::Result<()> {
    if let Opening::StartTls | Opening::StartTlsAndTls(_) = opening {
        for line in ["220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 b\r\n"] {
            stream.write_all(line.as_bytes()).await?;
            // What is heard after the last of them is the handshake's.
            if line != "220 b\r\n" {
                hear(&mut stream).await?;
            }
        }
    }
    match opening {
        Opening::Nothing | Opening::StartTls => {
            // Else the first octet may come along with the last line, and be clear text.
            if let (Opening::StartTls, Manner::Drips(_)) = (&opening, manner) {
                hear(&mut stream).await?;
            }
            if let Manner::Resets(words) = manner {
                hear_and_say(&mut stream, words).await?;
                return socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
            behave(&mut stream, manner).await
        }
        Opening::Tls(config) | Opening::StartTlsAndTls(config) => {
            let mut over = TlsAcceptor::from(config).accept(stream).await?;
            match manner {
                Manner::Resets(words) => {
                    hear_and_say(&mut over, words).await?;
                    socket2::SockRef::from(over.get_ref().0).set_linger(Some(Duration::ZERO))
                }
                Manner::SaysBelow(words) => {
                    hear(&mut over).await?;
                    over.get_mut().0.write_all(words).await?;
                    behave(&mut over, Manner::Silent).await
                }
                Manner::Rekeys => loop {
                    over.get_mut().1.refresh_traffic_keys().map_err(io::Error::other)?;
                    over.flush().await?;
                    tokio::task::yield_now().await;
                },
                Manner::Silent | Manner::Drips(_) | Manner::Floods(..) | Manner::Closes | Manner::Says(_) => {
                    behave(&mut over, manner).await
                }
            }
        }
    }
}

/// Whether there was something to hear before the end.
async fn hear(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<bool> {
    Ok(stream.read(&mut [0; 4096]).await? > 0)
}

async fn hear_and_say(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), words: &[u8]) -> io::Result<()> {
    hear(stream).await?;
    stream.write_all(words).await?;
    stream.flush().await
}

async fn behave(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), manner: Manner) -> io::Result<()> {
    match manner {
        // There is no key to change without TLS.
        Manner::Silent | Manner::Rekeys => {}
        Manner::Drips(words) => {
            for octet in words.iter().cycle() {
                stream.write_all(&[*octet]).await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Manner::Floods(first, rest) => {
            stream.write_all(first).await?;
            // One octet of TLS's own for each of ours would be a flood of another kind.
            let rest = rest.repeat(4096 / rest.len() + 1);
            loop {
                stream.write_all(&rest).await?;
                // One thread serves all.
                tokio::task::yield_now().await;
            }
        }
        Manner::Closes => stream.shutdown().await?,
        Manner::Says(words) | Manner::SaysBelow(words) | Manner::Resets(words) => {
            hear_and_say(stream, words).await?;
        }
    }
    while hear(stream).await? {}
    Ok(())
}
