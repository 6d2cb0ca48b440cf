//! Files on which the two disagree for a reason.

const NAMESPACE: &str =
    "its network namespace does not exist: keepalived accepts the file unread, ours cannot run it";
const IPTABLES: &str = "Debian's keepalived is built without iptables, and complains about its keywords";

/// Name without its ending, and why one accepts what the other does not.
#[rustfmt::skip]
pub(crate) const KNOWN: &[(&str, &str)] = &[
    ("pqdev__1375a", NAMESPACE),
    ("pqdev__1492a", NAMESPACE),
    ("pqdev__2003l", NAMESPACE),
    ("pqdev__255", IPTABLES),
    ("pqdev__751", NAMESPACE),
    ("pqdev__950-test", NAMESPACE),
    ("pqdev__erik.tempelaar", NAMESPACE),
    ("pqdev__ipvlan", IPTABLES),
    ("pqdev__linkbeat", IPTABLES),
    ("pqdev__n1", NAMESPACE),
];
