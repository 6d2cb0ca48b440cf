//! Probes in a process of their own, so that what they hold can be seen.

use core::time::Duration;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use healthcheck::{
    Checker, Close, Config, ConnectTo, Entry, ExchangeProbe, HttpExpect, HttpProbe, HttpRequest, HttpVersion,
    Outcome, Policy, Probe, ProbeReport, Scheduled, Scheduler, Sequence, SmtpDialogue, SmtpExchange,
    SmtpReplies, SmtpRequest, StartTlsProbe, TcpProbe, Tls, TlsOptions, TlsProbe, TlsVerify,
};

/// So many probes at once.
pub(crate) const CROWD: u32 = 100;

/// What the table is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Http,
    Https,
    Handshake,
    Smtp,
    StartTls,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Http, Self::Https, Self::Handshake, Self::Smtp, Self::StartTls];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
            Self::Handshake => "TLS alone",
            Self::Smtp => "SMTP",
            Self::StartTls => "SMTP, STARTTLS",
        }
    }

    /// A probe that verifies `a.test`. A body longer than 256 KiB has no digest.
    fn probe(self, address: &str, deadline: Duration, roots: Vec<u8>) -> Arc<dyn Probe> {
        let address = address.parse().unwrap();
        let connect = ConnectTo { timeout: deadline, ..ConnectTo::new(address) };
        let verify = TlsVerify::Server { roots, name: "a.test".to_owned() };
        let tls = Tls::new(&TlsOptions { verify, ..TlsOptions::default() }).unwrap();
        let request = HttpRequest::new(HttpVersion::Http11, "/", None, address).unwrap();
        let expect = HttpExpect { digest: Some([0; 16]), max_body: 256 * 1024, ..HttpExpect::default() };
        let http = HttpProbe { connect: connect.clone(), request, expect, deadline };
        let mail = |dialogue| {
            let request = SmtpRequest::new(dialogue, SmtpReplies::Rfc5321, "probe.test").unwrap();
            ExchangeProbe { connect: connect.clone(), exchange: SmtpExchange::new(request), deadline }
        };
        match self {
            Self::Http => Arc::new(http),
            Self::Https => Arc::new(TlsProbe { probe: http, tls }),
            Self::Handshake => Arc::new(TlsProbe { probe: TcpProbe { connect, close: Close::Reset }, tls }),
            Self::Smtp => Arc::new(mail(SmtpDialogue::Ehlo)),
            Self::StartTls => Arc::new(StartTlsProbe { probe: mail(SmtpDialogue::StartTls), tls }),
        }
    }
}

/// What a process found out.
#[derive(Debug)]
pub(crate) struct Row {
    /// Of one probe alone, as it is written in Rust; two of them, if on a scheduler it is another one.
    pub(crate) verdict: String,
    /// As people read it.
    pub(crate) words: String,
    /// Until that probe ended.
    pub(crate) time: Duration,
    /// What a probe of a crowd held at most.
    pub(crate) octets_each: u64,
    /// How many of the crowd ended with the same verdict.
    pub(crate) agreed: u32,
}

/// Starts this program once more, as [`run_if_asked`].
pub(crate) fn ask(kind: Kind, address: &str, deadline: Duration, roots: &Path) -> Row {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_crowd_of_probes_in_a_process_of_its_own", "--nocapture"])
        .env("CROWD", format!("{}\t{address}\t{}", kind.name(), deadline.as_millis()))
        .env("CROWD_ROOTS", roots)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once("ROW\t"));
    let Some((_, line)) = line else {
        panic!("{kind:?} {address}: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    let [verdict, words, time, octets, agreed] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("{line}");
    };
    Row {
        verdict: verdict.to_owned(),
        words: words.to_owned(),
        time: Duration::from_micros(time.parse().unwrap()),
        octets_each: octets.parse().unwrap(),
        agreed: agreed.parse().unwrap(),
    }
}

/// Makes a probe once on a scheduler.
async fn scheduled(probe: &Arc<dyn Probe>) -> ProbeReport {
    let day = Duration::from_secs(86_400);
    let checker = Checker::new(Config::keepalived(Policy::keepalived(day, 1, day), false, Sequence::Single));
    let mut scheduler = Scheduler::new();
    scheduler.insert((), Entry::with_targets(checker, vec![Arc::clone(probe)]).unwrap());
    loop {
        if let Scheduled::Probed { report, .. } = scheduler.next().await.what {
            return report;
        }
    }
}

/// One probe, alone and on a scheduler, then a crowd; nothing unless it was asked for.
pub(crate) fn run_if_asked() {
    let Ok(asked) = env::var("CROWD") else { return };
    let [kind, address, deadline] = asked.split('\t').collect::<Vec<_>>()[..] else { unreachable!() };
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
    let deadline = Duration::from_millis(deadline.parse().unwrap());
    let probe = kind.probe(address, deadline, fs::read(env::var("CROWD_ROOTS").unwrap()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The first one also makes everything be there that is there once.
    let (alone, twin) = runtime.block_on(async { tokio::join!(probe.probe(), scheduled(&probe)) });
    let before = anonymous();
    let (agreed, most) = runtime.block_on(async {
        let crowd: Vec<_> = (0..CROWD)
            .map(|_| {
                let probe = Arc::clone(&probe);
                tokio::spawn(async move { probe.probe().await.outcome })
            })
            .collect();
        let mut most = before;
        while !crowd.iter().all(tokio::task::JoinHandle::is_finished) {
            most = most.max(anonymous());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut agreed = 0;
        for one in crowd {
            agreed += u32::from(one.await.unwrap() == alone.outcome);
        }
        (agreed, most)
    });
    let words = match alone.outcome {
        Outcome::Success => "success".to_owned(),
        Outcome::Failure(failure) => failure.to_string(),
        Outcome::NotProbed(problem) => problem.to_string(),
    };
    let same = alone.outcome == twin.outcome && (alone.total >= deadline) == (twin.total >= deadline);
    let verdict = match same {
        true => format!("{:?}", alone.outcome),
        false => format!("{alone:?}, on a scheduler {twin:?}"),
    };
    let each = (most - before) / u64::from(CROWD);
    println!("ROW\t{verdict}\t{words}\t{}\t{each}\t{agreed}", alone.total.as_micros());
}

/// Octets of memory of this process that no file stands for: heap and stacks.
fn anonymous() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}
