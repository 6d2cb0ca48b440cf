//! `genhash`: what `digest` of an `HTTP_GET` or `SSL_GET` must be.
//!
//! Options and output are those of keepalived's. It asks and hashes with the library's own check, so
//! the digest is what that check compares. Two things differ from keepalived's, which exits with 0 and
//! prints words in the place of a digest if it has none: failures go to standard error, with exit status 1.
//! And a body in chunks is hashed as it was before it was cut up; a line on standard error says so. The check
//! takes either digest.

mod args;
mod dump;

use core::time::Duration;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use healthcheck::{
    ConnectTo, ExchangeProbe, Failure, HttpExchange, HttpExpect, HttpRequest, Outcome, ProbeReport, Tls,
    TlsOptions, TlsProbe,
};

use args::{Args, Hash};
use dump::Shown;

/// Nobody waits longer. keepalived's limit without `-t` is 71 minutes for each step.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Runs with the arguments after `genhash`.
pub(crate) fn run(args: &[OsString]) -> ExitCode {
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(problem) => {
            if let Some(problem) = problem {
                eprintln!("{problem}");
            }
            eprint!("{}", args::USAGE);
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let result = digest(&args);
    let mut out = std::io::stdout().lock();
    // Whoever reads it may have gone; there is nobody else to tell.
    let _ = result.as_ref().map(|digest| {
        if args.verbose {
            dump::digest(&mut out, digest)?;
        }
        digest.iter().try_for_each(|octet| write!(out, "{octet:02x}"))?;
        writeln!(out)
    });
    if args.verbose {
        let taken = start.elapsed().as_micros();
        let _ = writeln!(out, "\nGlobal response time for [{}] = {taken} usecs", args.url);
    }
    drop(out);
    match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn digest(args: &Args) -> Result<Vec<u8>, String> {
    let (report, exchange) = ask(args)?;
    if exchange.is_chunked() {
        eprintln!("the body comes in chunks, which keepalived would hash with their lengths");
    }
    let found = exchange.inner.report();
    let digest = match args.hash {
        Hash::Md5 => found.digest.map(Vec::from),
        Hash::Sha256 => found.sha256.map(Vec::from),
    };
    match (report.outcome, digest) {
        (Outcome::Success | Outcome::Failure(Failure::Http(_)), Some(digest)) => Ok(digest),
        (Outcome::NotProbed(problem), _) => Err(problem.to_string()),
        (Outcome::Failure(failure), _) => Err(failure.to_string()),
        (Outcome::Success, None) => Err("no digest".to_owned()),
    }
}

fn ask(args: &Args) -> Result<(ProbeReport, Shown), String> {
    let server = (args.server, args.port).into();
    let virtual_host = args.virtual_host.as_deref();
    let request = HttpRequest::new(args.version, &args.url, virtual_host, server);
    let request = request.map_err(|problem| problem.to_string())?;
    let probe = ExchangeProbe {
        connect: ConnectTo {
            mark: args.mark,
            timeout: args.timeout.unwrap_or(CENTURY),
            ..ConnectTo::new(server)
        },
        exchange: Shown::new(HttpExchange::new(&request, anything()), args.verbose),
        // As the check has it.
        deadline: args.timeout.map_or(CENTURY, |timeout| timeout.saturating_mul(3)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    if !args.tls {
        return Ok(runtime.block_on(probe.run()));
    }
    let server_name = args.virtual_host.clone().filter(|_| args.sni);
    let tls = Tls::new(&TlsOptions { server_name, ..TlsOptions::default() });
    let tls = tls.map_err(|problem| problem.to_string())?;
    Ok(runtime.block_on(TlsProbe { probe, tls }.run()))
}

/// Whatever the status, and however long. The digests only have to be wanted.
fn anything() -> HttpExpect {
    let any = HttpExpect {
        status: vec![(0, u16::MAX)],
        digest: Some([0; 16]),
        sha256: Some([0; 32]),
        ..HttpExpect::default()
    };
    HttpExpect { max_body: u64::MAX, ..any }
}
