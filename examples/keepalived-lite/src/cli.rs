//! keepalived's command line, option by option.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

/// A failover daemon that takes keepalived's own file and flags.
#[derive(Clone, Debug, Parser)]
// getopt lets the last of repeated options count, and service files repeat them.
#[command(name = "keepalived-lite", version, disable_version_flag = true, args_override_self = true)]
pub(crate) struct Options {
    /// Use the specified configuration file
    #[arg(
        short = 'f',
        long = "use-file",
        value_name = "FILE",
        default_value = "/etc/keepalived/keepalived.conf"
    )]
    pub config_file: PathBuf,
    /// Check the configuration, write what is wrong to stderr or LOG_FILE, and exit
    #[arg(short = 't', long = "config-test", value_name = "LOG_FILE", num_args = 0..=1, require_equals = true)]
    pub config_test: Option<Option<PathBuf>>,
    /// Treat every warning of a configuration test as an error
    #[arg(long)]
    pub strict: bool,
    /// Stay in the foreground
    #[arg(short = 'n', long = "dont-fork")]
    pub dont_fork: bool,
    /// Log to the console instead of syslog
    #[arg(short = 'l', long = "log-console")]
    pub log_console: bool,
    /// Log in more detail
    #[arg(short = 'D', long = "log-detail")]
    pub log_detail: bool,
    /// Run only the VRRP half
    #[arg(short = 'P', long = "vrrp")]
    pub vrrp_only: bool,
    /// Run only the half that checks servers
    #[arg(short = 'C', long = "check")]
    pub check_only: bool,
    /// Do not run BFD; accepted without effect, there is none
    #[arg(short = 'B', long = "no_bfd")]
    pub no_bfd: bool,
    /// Run all halves even if nothing is configured for them; accepted without effect
    #[arg(long)]
    pub all: bool,
    /// Write the configuration as it was understood to the log
    #[arg(short = 'd', long = "dump-conf")]
    pub dump_config: bool,
    /// Pid file of the parent
    #[arg(short = 'p', long = "pid", value_name = "FILE", default_value = "/run/keepalived.pid")]
    pub pid_file: PathBuf,
    /// Pid file of the worker
    #[arg(short = 'r', long = "vrrp_pid", value_name = "FILE", default_value = "/run/keepalived_vrrp.pid")]
    pub vrrp_pid_file: PathBuf,
    /// Pid file of the checkers; accepted without effect, they share the worker
    #[arg(short = 'c', long = "checkers_pid", value_name = "FILE")]
    pub checkers_pid_file: Option<PathBuf>,
    /// Pid file of BFD; accepted without effect, there is none
    #[arg(short = 'b', long = "bfd_pid", value_name = "FILE")]
    pub bfd_pid_file: Option<PathBuf>,
    /// What configuration lines that begin with @ID are compared with; the short host name by default
    #[arg(short = 'i', long = "config-id", value_name = "ID")]
    pub config_id: Option<String>,
    /// Run in this network namespace
    #[arg(short = 's', long = "namespace", value_name = "NAME")]
    pub namespace: Option<String>,
    /// Syslog facility: 0-7 or local0-local7, user, daemon
    #[arg(short = 'S', long = "log-facility", value_name = "FACILITY")]
    pub log_facility: Option<String>,
    /// Log to this file as well
    #[arg(short = 'g', long = "log-file", value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Do not log to syslog
    #[arg(short = 'G', long = "no-syslog")]
    pub no_syslog: bool,
    /// File mode creation mask, octal
    #[arg(short = 'u', long = "umask", value_name = "MASK")]
    pub umask: Option<String>,
    /// A configuration file that is missing is an error
    #[arg(short = 'e', long = "all-config")]
    pub all_config: bool,
    /// Log every address that appears or goes
    #[arg(short = 'a', long = "address-monitoring")]
    pub address_monitoring: bool,
    /// Core dumps; accepted without effect
    #[arg(short = 'm', long = "core-dump")]
    pub core_dump: bool,
    /// Core dumps under this pattern; accepted without effect
    #[arg(short = 'M', long = "core-dump-pattern", value_name = "PATTERN", num_args = 0..=1, require_equals = true)]
    pub core_dump_pattern: Option<Option<String>>,
    /// SNMP; accepted without effect, there is none
    #[arg(short = 'x', long = "snmp")]
    pub snmp: bool,
    /// SNMP agent socket; accepted without effect, there is none
    #[arg(short = 'A', long = "snmp-agent-socket", value_name = "FILE")]
    pub snmp_agent_socket: Option<PathBuf>,
    /// Drop virtual addresses when stopped by a signal; accepted, that is always so
    #[arg(short = 'X', long = "release-vips")]
    pub release_vips: bool,
    /// Keep the virtual addresses when stopping
    #[arg(short = 'V', long = "dont-release-vrrp")]
    pub keep_addresses: bool,
    /// Keep the IPVS table when stopping
    #[arg(short = 'I', long = "dont-release-ipvs")]
    pub keep_ipvs: bool,
    /// Do not start a worker again that died
    #[arg(short = 'R', long = "dont-respawn")]
    pub dont_respawn: bool,
    /// Print the number of the signal that does STOP, RELOAD, DATA, STATS or JSON, and exit
    #[arg(long, value_name = "NAME")]
    pub signum: Option<String>,
    /// Print the version, and exit
    #[arg(short = 'v', long = "version")]
    pub version: bool,
    /// The digest of a page for HTTP_GET; must be the first option, those of genhash follow
    #[arg(short = 'T', long = "genhash")]
    pub genhash: bool,
}

impl Options {
    /// Reads arguments that do not include the program's name.
    ///
    /// # Errors
    ///
    /// clap's, for help as well as for what is wrong.
    pub(crate) fn read(args: &[OsString]) -> Result<Self, clap::Error> {
        let name = OsString::from("keepalived-lite");
        Self::try_parse_from(core::iter::once(&name).chain(args))
    }

    /// Options that were given and have no meaning here, in words for the log.
    #[must_use]
    pub(crate) fn without_effect(&self) -> Vec<&'static str> {
        let given = [
            (self.no_bfd, "-B: there is no BFD to leave out"),
            (self.all, "--all: one worker does everything"),
            (self.checkers_pid_file.is_some(), "-c: the checkers share the worker"),
            (self.bfd_pid_file.is_some(), "-b: there is no BFD"),
            (
                self.core_dump || self.core_dump_pattern.is_some(),
                "-m, -M: core dumps are left to the system's limits",
            ),
            (self.snmp || self.snmp_agent_socket.is_some(), "-x, -A: there is no SNMP agent"),
        ];
        given.into_iter().filter_map(|(given, words)| given.then_some(words)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, clap::Error> {
        Options::read(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_have_keepaliveds_arity() {
        let all = "-f a.conf -n -l -D -P -C -B -d -p 1 -r 2 -c 3 -b 4 -i id -s ns -S 1 -g log -G -u 022 -e -a -m \
                   -M -x -A sock -X -V -I -R --all";
        let options = read(all).unwrap();
        assert_eq!(options.config_file, PathBuf::from("a.conf"));
        assert_eq!(options.namespace.as_deref(), Some("ns"));
        assert!(options.keep_addresses && options.dont_respawn);
        read("--use-file=a --dont-fork --log-console --log-detail --vrrp --pid=1 --vrrp_pid=2 --config-id=3")
            .unwrap();
    }

    #[test]
    fn a_config_test_takes_its_file_only_after_an_equals_sign() {
        assert_eq!(read("-t -f x").unwrap().config_test, Some(None));
        assert_eq!(read("--config-test=log -f x").unwrap().config_test, Some(Some(PathBuf::from("log"))));
        assert!(read("-f").is_err() && read("stray").is_err() && read("--nonsense").is_err());
    }
    #[test]
    fn the_last_of_repeated_options_counts() {
        let options = read("-D -D -f a -p 1 --pid=2 -f b").unwrap();
        assert!(options.log_detail);
        assert_eq!(options.config_file, PathBuf::from("b"));
        assert_eq!(options.pid_file, PathBuf::from("2"));
    }
}
