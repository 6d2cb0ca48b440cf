//! Values of `sysctl`.

use std::collections::BTreeMap;

/// Values of `sysctl`, by their names with dots: those under `net.ipv4.vs`, the time-outs of
/// `net.netfilter.nf_conntrack_*`, and `net.ipv4.ip_forward`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    values: BTreeMap<Box<str>, Box<str>>,
}

impl Settings {
    /// A value as the kernel writes it, without the line's end.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(AsRef::as_ref)
    }

    /// A value that is a number, or the first of several.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.split_whitespace().next()?.parse().ok()
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pair = |(name, value): (N, V)| (name.as_ref().into(), value.as_ref().trim().into());
        Self { values: pairs.into_iter().map(pair).collect() }
    }
}

#[cfg(all(feature = "sync", target_os = "linux"))]
mod read {
    use std::fs;
    use std::path::Path;

    use super::Settings;
    use crate::driver::namespace::inside;
    use crate::error::Error;

    /// Beside all of `/proc/sys/net/ipv4/vs`.
    const OTHERS: [&str; 6] = [
        "net/ipv4/ip_forward",
        "net/ipv6/conf/all/forwarding",
        "net/netfilter/nf_conntrack_tcp_timeout_established",
        "net/netfilter/nf_conntrack_udp_timeout",
        "net/netfilter/nf_conntrack_udp_timeout_stream",
        "net/netfilter/nf_conntrack_tcp_timeout_fin_wait",
    ];

    impl Settings {
        /// Those of the calling thread's network namespace. What cannot be read is missing.
        #[must_use]
        pub fn read() -> Self {
            let folder = fs::read_dir("/proc/sys/net/ipv4/vs").into_iter().flatten().flatten();
            let names =
                folder.filter_map(|entry| Some(format!("net/ipv4/vs/{}", entry.file_name().to_str()?)));
            let all = names.chain(OTHERS.iter().map(|name| (*name).to_owned()));
            all.filter_map(|name| {
                let text = fs::read_to_string(format!("/proc/sys/{name}")).ok()?;
                Some((name.replace('/', "."), text))
            })
            .collect()
        }

        /// Those of a network namespace of `ip netns`. The calling thread stays where it is.
        ///
        /// # Errors
        ///
        /// [`Error::Socket`] if there is no such namespace or it must not be entered.
        pub fn read_in(namespace: &str) -> Result<Self, Error> {
            inside(&Path::new("/run/netns").join(namespace), || Ok(Self::read()))
        }
    }
}
