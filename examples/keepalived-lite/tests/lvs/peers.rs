//! Servers that are not HTTP: real ones in hosts of their own, and one that echoes datagrams.

use core::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    fs::{self, File},
    net::UdpSocket,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread::{self, JoinHandle},
};

use netlab::{Isolation, Namespace, Node};
use tempfile::NamedTempFile;

/// How long an echo waits before it looks whether it should end.
const LOOK: Duration = Duration::from_millis(200);

/// A program that serves, and can be started again.
pub(crate) struct Daemonised<'lab> {
    namespace: &'lab Namespace,
    program: &'static str,
    arguments: Vec<String>,
    node: Option<Node>,
    /// What it says, over all its lives.
    log: NamedTempFile,
}

impl<'lab> Daemonised<'lab> {
    /// OpenSMTPD at port 25 of `address`.
    pub(crate) fn mail(namespace: &'lab Namespace, address: Ipv4Addr, folder: &Path) -> Self {
        let file = folder.join("smtpd.conf");
        let text = format!(
            "listen on {address} port 25\naction \"local\" mbox\nmatch from local for local action \"local\"\n"
        );
        fs::write(&file, text).unwrap();
        Self::started(
            namespace,
            "/usr/sbin/smtpd",
            vec!["-d".into(), "-f".into(), file.display().to_string()],
        )
    }

    /// dnsmasq at port 53 of `address`: `there.test` has an address, nothing else below `test` exists, and
    /// it refuses everything else.
    pub(crate) fn names(namespace: &'lab Namespace, address: Ipv4Addr) -> Self {
        let arguments = [
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--pid-file=",
            "--user=root",
            "--no-resolv",
            "--no-hosts",
            "--bind-interfaces",
            "--local=/test/",
            "--host-record=there.test,192.0.2.1",
        ];
        let mut arguments = arguments.map(str::to_owned).to_vec();
        arguments.push(format!("--listen-address={address}"));
        Self::started(namespace, "/usr/sbin/dnsmasq", arguments)
    }

    /// nginx at `address`: port 80 in clear text; over TLS 443, and 8443 for clients that show the certificate
    /// that it has itself. Each page says which name it was told in the handshake. Its files, `key` and
    /// `certificate` among them, are in `folder`.
    pub(crate) fn pages(namespace: &'lab Namespace, address: Ipv4Addr, folder: &Path) -> Self {
        let place = folder.display();
        let (file, key, certificate) =
            (folder.join("nginx.conf"), folder.join("key"), folder.join("certificate"));
        let curve = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let mut openssl = Command::new("openssl");
        openssl.args(curve).args(["-subj", "/CN=one.test", "-days", "2", "-keyout"]).arg(&key);
        let output = openssl.arg("-out").arg(&certificate).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = format!(
            "daemon off;\nuser root;\nworker_processes 1;\npid {place}/pid;\nerror_log /dev/null;\nevents {{}}\n\
             http {{\naccess_log off;\nclient_body_temp_path {place}/t1;\nproxy_temp_path {place}/t2;\n\
             fastcgi_temp_path {place}/t3;\nuwsgi_temp_path {place}/t4;\nscgi_temp_path {place}/t5;\n\
             ssl_certificate {place}/certificate;\nssl_certificate_key {place}/key;\n\
             server {{\nlisten {address}:80;\nreturn 200 \"clear\\n\";\n}}\n\
             server {{\nlisten {address}:443 ssl;\nreturn 200 \"sni=$ssl_server_name\\n\";\n}}\n\
             server {{\nlisten {address}:8443 ssl;\nssl_verify_client on;\n\
             ssl_client_certificate {place}/certificate;\nreturn 200 \"known\\n\";\n}}\n}}\n"
        );
        fs::write(&file, text).unwrap();
        let arguments = ["-c".into(), file.display().to_string(), "-e".into(), "/dev/null".into()];
        Self::started(namespace, "/usr/sbin/nginx", arguments.to_vec())
    }

    fn started(namespace: &'lab Namespace, program: &'static str, arguments: Vec<String>) -> Self {
        let log = NamedTempFile::new().unwrap();
        let mut daemon = Self { namespace, program, arguments, node: None, log };
        daemon.revive();
        daemon
    }

    /// Starts it again.
    pub(crate) fn revive(&mut self) {
        let mut command = Command::new(self.program);
        let log = File::options().append(true).open(self.log.path()).unwrap();
        command.args(&self.arguments).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        // What a mail server keeps is written for good otherwise: the file system is the host's. Nor may it
        // find what an earlier life of it has left.
        let isolation = Isolation::none().private("/var/spool").private("/run");
        self.node = Some(self.namespace.spawn(&mut command, &isolation).unwrap());
    }

    /// Ends all of its processes at once.
    pub(crate) fn fail(&mut self) {
        if let Some(mut node) = self.node.take() {
            node.crash().unwrap();
        }
    }
}

impl Drop for Daemonised<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let status = self.node.as_mut().map(Node::try_wait);
            let said = fs::read(self.log.path()).unwrap_or_default();
            println!("--- log of {}, {status:?}\n{}", self.program, String::from_utf8_lossy(&said));
        }
    }
}

/// A UDP port that sends back whatever comes, or takes it in silence.
pub(crate) struct Echo<'lab> {
    namespace: &'lab Namespace,
    port: u16,
    silent: bool,
    alive: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl<'lab> Echo<'lab> {
    /// One that runs.
    pub(crate) fn start(namespace: &'lab Namespace, port: u16, silent: bool) -> Self {
        let mut echo = Self { namespace, port, silent, alive: None };
        echo.revive();
        echo
    }

    /// Starts it again.
    pub(crate) fn revive(&mut self) {
        let (port, silent) = (self.port, self.silent);
        // The socket stays in the namespace where it was made.
        let socket = self.namespace.run(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).unwrap()).unwrap();
        socket.set_read_timeout(Some(LOOK)).unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        let thread = thread::spawn(move || {
            let mut buffer = [0; 512];
            while !told.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut buffer)
                    && !silent
                {
                    // Whoever asked may be gone.
                    let _ = socket.send_to(&buffer[..length], from);
                }
            }
        });
        self.alive = Some((ends, thread));
    }

    /// Closes the port.
    pub(crate) fn fail(&mut self) {
        if let Some((ends, thread)) = self.alive.take() {
            ends.store(true, Ordering::Relaxed);
            thread.join().unwrap();
        }
    }
}

impl Drop for Echo<'_> {
    fn drop(&mut self) {
        self.fail();
    }
}
