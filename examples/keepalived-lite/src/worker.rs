//! The worker: the process that does the work, in threads by duty.

use std::io::{self, BufRead};

use ipvs_netlink::Reason;
use kconf_parser::model::Config;

use crate::cli::Options;
use crate::config_file;
use crate::dump::Kind;
use crate::exit::Exit;
use crate::lvs::LvsError;
use crate::setup::SetupError;
use crate::threads::{StartError, Threads};
use crate::vrrp::engine::Command;

/// Runs until the parent says stop, or is gone.
#[must_use]
pub(crate) fn run(options: &Options) -> Exit {
    let loaded = match config_file::load(options) {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!("cannot read {}: {error}", options.config_file.display());
            return Exit::NoConfig;
        }
    };
    if loaded.cannot_run() {
        return Exit::Config;
    }
    let config = halves(loaded.into_config(), options);
    let ran = Threads::start(config, options).and_then(|threads| obey(threads, options));
    match ran {
        Ok(threads) => {
            threads.stop();
            Exit::Ok
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &StartError) -> Exit {
    tracing::error!("{error}");
    let denied = |why: &io::Error| why.kind() == io::ErrorKind::PermissionDenied;
    match error {
        StartError::Lvs(LvsError::NoIpvs(_)) => Exit::NoIpvs,
        StartError::Lvs(LvsError::Ipvs(why)) if why.reason() == Some(Reason::NotPermitted) => {
            Exit::Permission
        }
        StartError::Setup(SetupError::Socket(_, why)) | StartError::Io(why) if denied(why) => {
            Exit::Permission
        }
        StartError::Setup(_) | StartError::Io(_) | StartError::Lvs(_) => Exit::Fatal,
    }
}

/// Carries out what the parent writes, a word a line, until it says stop or its end is closed.
fn obey(mut threads: Threads, options: &Options) -> Result<Threads, StartError> {
    for line in io::stdin().lock().lines() {
        let Ok(word) = line else { return Ok(threads) };
        match word.as_str() {
            "stop" => return Ok(threads),
            "reload" => {
                if let Some(fresh) = acceptable(options) {
                    threads = threads.reload(fresh, options)?;
                }
            }
            "data" => threads.tell(Command::Dump(Kind::Data)),
            "stats" => threads.tell(Command::Dump(Kind::Stats)),
            "json" => threads.tell(Command::Dump(Kind::Json)),
            other => tracing::warn!("the parent said {other:?}, which means nothing to this version"),
        }
    }
    Ok(threads)
}

/// The configuration of a reload, if it can be run. A refused one changes nothing.
fn acceptable(options: &Options) -> Option<Config> {
    let file = options.config_file.display();
    let loaded = match config_file::load(options) {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!("reload refused, the old configuration stays: cannot read {file}: {error}");
            return None;
        }
    };
    loaded.log(&options.config_file);
    if loaded.cannot_run() {
        tracing::error!("reload refused, the old configuration stays: -t -f {file} shows why");
        return None;
    }
    tracing::info!("reloading {file}");
    Some(halves(loaded.into_config(), options))
}

/// What `-P` and `-C` leave of a configuration.
fn halves(mut config: Config, options: &Options) -> Config {
    if options.check_only && !options.vrrp_only {
        config.instances.clear();
        config.scripts.clear();
    }
    if options.vrrp_only && !options.check_only {
        config.virtual_servers.clear();
    }
    config
}
