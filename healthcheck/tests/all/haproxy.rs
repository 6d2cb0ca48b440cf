//! Probes against a real HTTP server: HAProxy, answering by itself.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs, process, thread};

use healthcheck::{
    Close, ConnectTo, Failure, HttpExpect, HttpFailure, HttpProbe, HttpRequest, HttpVersion, Outcome, Probe,
    TcpProbe,
};

/// Printed by `printf hello | md5sum`.
const MD5_OF_HELLO: [u8; 16] = 0x5d41_402a_bc4b_2a76_b971_9d91_1017_c592_u128.to_be_bytes();

struct Haproxy {
    process: Child,
    file: PathBuf,
    address: SocketAddr,
}

impl Haproxy {
    /// `None` if it is not installed.
    fn start() -> Option<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let file = env::temp_dir().join(format!("healthcheck-haproxy-{}.cfg", process::id()));
        let text = format!(
            "defaults\n mode http\n timeout client 5s\n\
             frontend test\n bind {address}\n\
             http-request return status 200 content-type text/plain string hello if {{ path /check }} {{ hdr(host) www.example.org }}\n\
             http-request return status 503 content-type text/plain string busy\n"
        );
        fs::write(&file, text).unwrap();
        // Debian keeps it out of an ordinary user's path.
        let process = ["haproxy", "/usr/sbin/haproxy"].into_iter().find_map(|program| {
            let mut command = Command::new(program);
            command.arg("-db").arg("-f").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        });
        let Some(process) = process else {
            fs::remove_file(&file).unwrap();
            return None;
        };
        let haproxy = Self { process, file, address };
        let up = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(address).is_ok()
        });
        assert!(up, "HAProxy listens within 5 s");
        Some(haproxy)
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        // It may have ended already, and the temporary file is nobody's concern.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.file);
    }
}

fn run(probe: &dyn Probe) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe()).outcome
}

#[test]
fn haproxy_understands_every_version_of_the_request() {
    let Some(haproxy) = Haproxy::start() else {
        println!("skipped: haproxy is not installed");
        return;
    };
    let probe = |version, virtualhost, digest| HttpProbe {
        connect: ConnectTo::new(haproxy.address),
        request: HttpRequest::new(version, "/check", virtualhost, haproxy.address).unwrap(),
        expect: HttpExpect { digest, ..HttpExpect::default() },
        deadline: Duration::from_secs(5),
    };
    let host = Some("www.example.org");
    for version in [HttpVersion::Http10, HttpVersion::Http10Close, HttpVersion::Http11] {
        assert_eq!(run(&probe(version, host, Some(MD5_OF_HELLO))), Outcome::Success, "{version:?}");
        let wrong = Outcome::Failure(Failure::Http(HttpFailure::Digest { got: MD5_OF_HELLO }));
        assert_eq!(run(&probe(version, host, Some([0; 16]))), wrong, "{version:?}");
        let busy = Outcome::Failure(Failure::Http(HttpFailure::Status(503)));
        assert_eq!(run(&probe(version, None, None)), busy, "{version:?}: the host is the address");
    }
    for close in [Close::Reset, Close::Graceful] {
        let connect = ConnectTo::new(haproxy.address);
        assert_eq!(run(&TcpProbe { connect, close }), Outcome::Success, "{close:?}");
    }
}
