//! Getting the right to make namespaces, and telling why it is refused.

use std::{fmt, fs, io};

use nix::{
    errno::Errno,
    sched::{CloneFlags, unshare},
    unistd::{getegid, geteuid},
};

use crate::{LabError, Namespace, isolation::own_mounts};

/// How the process came by its rights.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entered {
    /// It had them (root); only its mounts are now its own.
    Privileged,
    /// It is root in a user namespace of its own, and nobody outside it.
    UserNamespace,
}

/// The rule of this machine that forbids namespaces.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// `user.max_user_namespaces` is 0 or used up.
    MaxUserNamespaces,
    /// Debian's `kernel.unprivileged_userns_clone` is 0.
    UnprivilegedUsernsClone,
    /// Ubuntu's `kernel.apparmor_restrict_unprivileged_userns`: the namespace is made, but without
    /// rights in it.
    AppArmor,
    /// A seccomp filter, usual in containers.
    Seccomp,
    /// The process has threads already, so the kernel refuses it a user namespace.
    Threads,
    /// The kernel was built without user namespaces.
    NotBuilt,
    /// None of the rules we know.
    Unknown,
}

/// Why the process may not make namespaces.
#[derive(Debug)]
pub struct NamespaceRefused {
    /// What was tried when the kernel refused.
    pub step: &'static str,
    /// The kernel's answer.
    pub source: io::Error,
    /// The rule behind it, by probing.
    pub rule: Rule,
}

/// Gets the process the right to make namespaces: as root by keeping it, otherwise by a user
/// namespace in which the caller is root. Every step that the laboratory needs is tried, because
/// some systems grant the first and refuse the next.
///
/// Call it first in `main`: a process with threads cannot enter a user namespace.
///
/// # Errors
///
/// [`NamespaceRefused`] with the rule that forbids it and what to do.
pub fn enter_user_namespace() -> Result<Entered, NamespaceRefused> {
    if has_admin_rights() && own_mounts().is_ok() && Namespace::new().is_ok() {
        return Ok(Entered::Privileged);
    }
    let (user, group) = (geteuid(), getegid());
    unshare_user().map_err(|errno| refused("make a user namespace", errno))?;
    // A group map is only allowed once the process cannot drop groups any more.
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", &format!("0 {user} 1"))?;
    write("/proc/self/gid_map", &format!("0 {group} 1"))?;
    own_mounts().map_err(later_step)?;
    unshare(CloneFlags::CLONE_NEWNET).map_err(|errno| refused("make a network namespace", errno))?;
    Namespace::new().map_err(later_step)?;
    Ok(Entered::UserNamespace)
}

/// Whether the process has `CAP_SYS_ADMIN` and `CAP_NET_ADMIN`, in which namespace whatsoever.
pub(crate) fn has_admin_rights() -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    const NET_ADMIN: u64 = 1 << 12;
    let effective = status_field("CapEff:").and_then(|hex| u64::from_str_radix(&hex, 16).ok());
    effective.is_some_and(|set| set & SYS_ADMIN != 0 && set & NET_ADMIN != 0)
}

impl Rule {
    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::MaxUserNamespaces => {
                "the sysctl user.max_user_namespaces allows none (any more): run as root, or as root \
                 once: sysctl user.max_user_namespaces=15000"
            }
            Self::UnprivilegedUsernsClone => {
                "the sysctl kernel.unprivileged_userns_clone is 0: run as root, or as root once: \
                 sysctl kernel.unprivileged_userns_clone=1"
            }
            Self::AppArmor => {
                "AppArmor restricts user namespaces of unconfined programs \
                 (kernel.apparmor_restrict_unprivileged_userns is 1): run as root, or as root once: \
                 sysctl kernel.apparmor_restrict_unprivileged_userns=0"
            }
            Self::Seccomp => {
                "a seccomp filter is active, as in most containers: start the container with \
                 --privileged, or with --cap-add SYS_ADMIN --cap-add NET_ADMIN \
                 --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
            }
            Self::Threads => "the process had threads already: enter before the first one starts",
            Self::NotBuilt => "this kernel has no user namespaces (CONFIG_USER_NS): run as root",
            Self::Unknown => {
                "no rule that we know of forbids it (a chroot or a security module does so too): \
                 run as root"
            }
        }
    }
}

impl fmt::Display for NamespaceRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot {}: {}; {}", self.step, self.source, self.rule.advice())
    }
}

impl core::error::Error for NamespaceRefused {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// A thread that has been joined may still be leaving, which the kernel takes for a thread; so
/// "invalid" is believed only when it stays.
fn unshare_user() -> nix::Result<()> {
    let mut verdict = unshare(CloneFlags::CLONE_NEWUSER);
    for _ in 0..50 {
        if verdict != Err(Errno::EINVAL) {
            break;
        }
        std::thread::sleep(core::time::Duration::from_millis(2));
        verdict = unshare(CloneFlags::CLONE_NEWUSER);
    }
    verdict
}

fn write(path: &'static str, text: &str) -> Result<(), NamespaceRefused> {
    fs::write(path, text).map_err(|error| {
        let errno = error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw);
        refused("map the user into the namespace", errno)
    })
}

fn later_step(error: LabError) -> NamespaceRefused {
    if let LabError::Step { step, source } = error {
        let errno = source.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw);
        return refused(step, errno);
    }
    NamespaceRefused {
        step: "use the network namespace",
        rule: rule_behind(Errno::EPERM),
        source: io::Error::other(error.to_string()),
    }
}

fn refused(step: &'static str, errno: Errno) -> NamespaceRefused {
    NamespaceRefused { step, source: io::Error::from(errno), rule: rule_behind(errno) }
}

/// Looks for the rule, the most certain signs first.
pub(crate) fn rule_behind(errno: Errno) -> Rule {
    let sysctl = |name: &str| fs::read_to_string(format!("/proc/sys/{name}")).ok();
    let is = |name: &str, value: &str| sysctl(name).is_some_and(|text| text.trim() == value);
    if errno == Errno::ENOSPC || is("user/max_user_namespaces", "0") {
        Rule::MaxUserNamespaces
    } else if is("kernel/unprivileged_userns_clone", "0") {
        Rule::UnprivilegedUsernsClone
    } else if is("kernel/apparmor_restrict_unprivileged_userns", "1") {
        Rule::AppArmor
    } else if errno == Errno::EINVAL && status_field("Threads:").is_some_and(|count| count != "1") {
        Rule::Threads
    } else if errno == Errno::EINVAL || fs::metadata("/proc/self/ns/user").is_err() {
        Rule::NotBuilt
    } else if status_field("Seccomp:").is_some_and(|level| level != "0") {
        Rule::Seccomp
    } else {
        Rule::Unknown
    }
}

fn status_field(name: &str) -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_the_step_the_answer_and_the_remedy() {
        let refusal = NamespaceRefused {
            step: "make a user namespace",
            source: Errno::EPERM.into(),
            rule: Rule::AppArmor,
        };
        let text = refusal.to_string();
        for part in ["make a user namespace", "not permitted", "apparmor_restrict_unprivileged_userns=0"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_full_table_of_namespaces_is_the_limit() {
        assert_eq!(rule_behind(Errno::ENOSPC), Rule::MaxUserNamespaces);
    }

    #[test]
    fn threads_are_found_out() {
        // The harness runs this in a second thread, or with --test-threads=1 in the only one.
        let rule = rule_behind(Errno::EINVAL);
        assert!(rule != Rule::Unknown && rule != Rule::Seccomp, "{rule:?}");
    }
}
