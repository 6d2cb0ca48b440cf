//! What this process may do, to explain `EPERM`.

/// What the thread that was refused may do; `None` is unknown.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Rights {
    /// Whether `CAP_NET_ADMIN` is among its effective capabilities, in whatever user namespace.
    pub net_admin: Option<bool>,
    /// Whether it is in the first user namespace; many kernels let nobody else near IPVS.
    pub first_user_namespace: Option<bool>,
}

/// `CAP_NET_ADMIN` in `linux/capability.h`.
const NET_ADMIN: u32 = 12;

impl Rights {
    /// From the texts of `/proc/thread-self/status` and `/proc/self/uid_map`, which a system
    /// without a procfs does not have.
    #[must_use]
    pub fn from_proc(status: Option<&str>, uid_map: Option<&str>) -> Self {
        let effective = status.and_then(|text| text.lines().find_map(|line| line.strip_prefix("CapEff:")));
        let bits = effective.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
        // The first namespace maps every number to itself, and no other can.
        let whole = |map: &str| map.split_whitespace().eq(["0", "0", "4294967295"]);
        Self {
            net_admin: bits.map(|bits| bits >> NET_ADMIN & 1 == 1),
            first_user_namespace: uid_map.map(whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_capability_is_told_from_a_user_namespace() {
        let root = Some("Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n");
        let first = Some("         0          0 4294967295\n");
        let inner = Some("         0       1000          1\n");
        let rights = |net_admin, first_user_namespace| Rights { net_admin, first_user_namespace };
        assert_eq!(Rights::from_proc(root, first), rights(Some(true), Some(true)));
        assert_eq!(Rights::from_proc(root, inner), rights(Some(true), Some(false)));
        let nobody = Some("CapEff:\t0000000000000000\n");
        assert_eq!(Rights::from_proc(nobody, first), rights(Some(false), Some(true)));
        assert_eq!(Rights::from_proc(Some("CapEff: zzz"), None), rights(None, None));
        assert!(rights(Some(false), Some(true)).to_string().contains("no CAP_NET_ADMIN"));
        assert!(rights(Some(true), Some(false)).to_string().contains("user namespace"));
    }
}
