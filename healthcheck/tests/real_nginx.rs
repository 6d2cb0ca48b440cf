//! A real nginx, asked in every way.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "shared with other tests")]
mod daemon;

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;

use daemon::{Daemon, Directory, unused};
use healthcheck::{
    ConnectTo, Failure, HeaderCondition, HttpExpect, HttpFailure, HttpHeader, HttpMethod, HttpProbe,
    HttpReport, HttpRequest, HttpVersion, Outcome, Probe as _,
};

/// Printed by `printf hello | md5sum`.
const MD5_OF_HELLO: [u8; 16] = 0x5d41_402a_bc4b_2a76_b971_9d91_1017_c592_u128.to_be_bytes();

/// `None` if it is not installed.
fn nginx(directory: &Directory) -> Option<(Daemon, SocketAddr)> {
    let address = unused();
    let place = directory.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
        .concat();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {place}/pid;\nerror_log {place}/log;\nevents {{}}\nhttp {{\n{temporary}\
         access_log off;\nroot {place};\nserver {{\nlisten {address};\n\
         location = /chunked {{ ssi on; ssi_types *; alias {place}/hello; }}\n\
         location = /empty {{ return 204; }}\n\
         location = /gone {{ return 410; }}\n\
         location = /moved {{ return 301 /hello; }}\n\
         add_header X-Role primary;\n}}\n}}\n"
    );
    directory.write("hello", "hello");
    fs::write(directory.path().join("long"), [vec![b'x'; 50_000], b"needle\n".to_vec()].concat()).unwrap();
    let file = directory.write("nginx.conf", &text);
    let programs = ["nginx", "/usr/sbin/nginx"];
    let arguments = ["-p", &place.to_string(), "-c", &file.display().to_string()];
    let Some(daemon) = Daemon::start(&programs, &arguments) else {
        println!("skipped: nginx is not installed");
        return None;
    };
    Some((daemon.listens(address), address))
}

struct Asked {
    version: HttpVersion,
    method: HttpMethod,
    path: &'static str,
}

impl Asked {
    fn at(&self, address: SocketAddr, expect: HttpExpect) -> (Result<(), HttpFailure>, HttpReport) {
        let request = HttpRequest::new(self.version, self.path, None, address).unwrap();
        let probe = HttpProbe {
            connect: ConnectTo::new(address),
            request: request.with_method(self.method),
            expect,
            deadline: Duration::from_secs(10),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let report = runtime.block_on(probe.probe());
        let result = match report.outcome {
            Outcome::Success => Ok(()),
            Outcome::Failure(Failure::Http(failure)) => Err(failure),
            other @ (Outcome::Failure(_) | Outcome::NotProbed(_)) => panic!("{other:?}"),
        };
        (result, report.http.unwrap())
    }
}

#[test]
fn nginx_is_understood_in_every_framing() {
    let directory = Directory::new("nginx-framing");
    let Some((_daemon, address)) = nginx(&directory) else { return };
    let any = HttpExpect::default;
    let hello = || HttpExpect { digest: Some(MD5_OF_HELLO), ..any() };
    for version in [HttpVersion::Http10, HttpVersion::Http10Close, HttpVersion::Http11] {
        let get = |path, expect| Asked { version, method: HttpMethod::Get, path }.at(address, expect);
        let (result, report) = get("/hello", hello());
        assert_eq!((result, report.body_len, report.content_length), (Ok(()), 5, Some(5)), "{version:?}");
        // Until the connection ends, or in chunks.
        let (result, report) = get("/chunked", hello());
        assert_eq!((result, report.body_len, report.content_length), (Ok(()), 5, None), "{version:?}");
        assert_eq!(get("/empty", any()).0, Ok(()), "{version:?}");
        assert_eq!(get("/gone", any()).0, Err(HttpFailure::Status(410)), "{version:?}");
        assert_eq!(
            get("/moved", any()).0,
            Err(HttpFailure::Status(301)),
            "keepalived follows nothing either"
        );
        let (result, report) = Asked { version, method: HttpMethod::Head, path: "/hello" }.at(address, any());
        assert_eq!((result, report.body_len, report.content_length), (Ok(()), 0, Some(5)), "{version:?}");
    }
}

#[test]
fn nginx_s_headers_are_judged() {
    let directory = Directory::new("nginx-headers");
    let Some((_daemon, address)) = nginx(&directory) else { return };
    let get = |name: &str, condition| {
        let headers = vec![HttpHeader { name: name.into(), condition }];
        let asked = Asked { version: HttpVersion::Http11, method: HttpMethod::Get, path: "/hello" };
        asked.at(address, HttpExpect { headers, ..HttpExpect::default() }).0
    };
    assert_eq!(get("x-role", HeaderCondition::Equals("primary".into())), Ok(()));
    assert_eq!(get("x-role", HeaderCondition::Equals("replica".into())), Err(HttpFailure::Header(0)));
    assert_eq!(get("Server", HeaderCondition::Contains("nginx".into())), Ok(()));
    assert_eq!(get("Set-Cookie", HeaderCondition::Absent), Ok(()));
}

#[cfg(feature = "regex")]
#[test]
fn nginx_s_pages_are_searched() {
    use healthcheck::{HttpRegex, RegexPattern};
    let directory = Directory::new("nginx-regex");
    let Some((_daemon, address)) = nginx(&directory) else { return };
    let get = |path, pattern, no_match| {
        let regex = HttpRegex { no_match, ..HttpRegex::new(RegexPattern::new(pattern, &[]).unwrap()) };
        let asked = Asked { version: HttpVersion::Http11, method: HttpMethod::Get, path };
        asked.at(address, HttpExpect { regex: Some(regex), ..HttpExpect::default() }).0
    };
    assert_eq!(get("/chunked", "^hello$", false), Ok(()));
    assert_eq!(get("/long", "(?<!y)needle$", false), Ok(()));
    assert_eq!(get("/long", "(?<=y)needle", false), Err(HttpFailure::RegexNoMatch));
    assert_eq!(get("/long", "needle", true), Err(HttpFailure::RegexMatch));
    assert_eq!(get("/hello", "error", true), Ok(()));
}
