//! What is said about a lint when somebody asks.

use crate::Severity;

/// The text of an instance that lacks nothing, with lines before its address, and perhaps behind it.
macro_rules! instance {
    ($before:literal $(, $behind:literal)?) => {
        concat!(
            "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n",
            $before,
            "    virtual_ipaddress { 192.0.2.1/24 }\n",
            $($behind,)?
            "}\n"
        )
    };
}

pub(super) use instance;

/// Everything about one lint: shown by `explain`, and tested against itself.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Stable name, as in `kconf: allow(CODE)`.
    pub code: &'static str,
    /// The worst severity it is reported with.
    pub severity: Severity,
    /// What it finds, in a sentence.
    pub what: &'static str,
    /// What goes wrong for the operator.
    pub why: &'static str,
    /// What to write instead.
    pub mend: &'static str,
    /// A configuration in which it is found.
    pub example: Example,
    /// A configuration close to it in which it is not.
    pub mended: Example,
}

/// A configuration with what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The configuration.
    pub text: &'static str,
    /// That of the other node, for lints that compare the two.
    pub other_node: Option<&'static str>,
    /// Interfaces and addresses of the host, for lints that ask about them.
    pub host: &'static [(&'static str, &'static str)],
}

impl Example {
    pub(super) const fn of(text: &'static str) -> Self {
        Self { text, other_node: None, host: &[] }
    }

    pub(super) const fn beside(self, other_node: &'static str) -> Self {
        Self { other_node: Some(other_node), ..self }
    }

    pub(super) const fn on(self, host: &'static [(&'static str, &'static str)]) -> Self {
        Self { host, ..self }
    }
}
