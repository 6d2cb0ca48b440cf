//! How packets reach a destination.

use core::num::NonZeroU16;

/// How packets reach a real server (`IPVS_DEST_ATTR_FWD_METHOD`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ForwardMethod {
    /// `IP_VS_CONN_F_MASQ` (0): rewrite addresses (LVS-NAT).
    #[default]
    Masquerade,
    /// `IP_VS_CONN_F_LOCALNODE` (1): the director itself.
    LocalNode,
    /// `IP_VS_CONN_F_TUNNEL` (2): encapsulate (LVS-TUN).
    Tunnel(Tunnel),
    /// `IP_VS_CONN_F_DROUTE` (3): rewrite the MAC only (LVS-DR).
    DirectRoute,
    /// `IP_VS_CONN_F_BYPASS` (4): straight to the original destination.
    Bypass,
    /// A method newer than this crate, 5 to 7. Comes out of
    /// [`from_flags`](Self::from_flags), which never puts a number here that has a name.
    Unknown(u32),
}

impl ForwardMethod {
    /// The value under `IP_VS_CONN_F_FWD_MASK` (0x7). `tunnel` counts for
    /// `IP_VS_CONN_F_TUNNEL` only.
    #[must_use]
    pub const fn from_flags(flags: u32, tunnel: Tunnel) -> Self {
        match flags & 0x7 {
            0 => Self::Masquerade,
            1 => Self::LocalNode,
            2 => Self::Tunnel(tunnel),
            3 => Self::DirectRoute,
            4 => Self::Bypass,
            other => Self::Unknown(other),
        }
    }

    /// The value for `IPVS_DEST_ATTR_FWD_METHOD`, host byte order.
    #[must_use]
    pub const fn flags(self) -> u32 {
        match self {
            Self::Masquerade => 0,
            Self::LocalNode => 1,
            Self::Tunnel(_) => 2,
            Self::DirectRoute => 3,
            Self::Bypass => 4,
            Self::Unknown(number) => number & 0x7,
        }
    }
}

/// The outer headers of [`ForwardMethod::Tunnel`] (`IPVS_DEST_ATTR_TUN_TYPE`).
///
/// Kernels before 5.2 know only [`Ipip`](Self::Ipip), before 5.3 no [`Gre`](Self::Gre), and
/// ignore the rest without an error: what they hold is then seen only by reading it back.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Tunnel {
    /// `IP_VS_CONN_F_TUNNEL_TYPE_IPIP` (0).
    #[default]
    Ipip,
    /// `IP_VS_CONN_F_TUNNEL_TYPE_GUE` (1): UDP to `port`.
    Gue {
        /// UDP port of the decapsulator; the kernel refuses 0.
        port: NonZeroU16,
        /// How the outer header is protected.
        checksum: TunnelFlags,
    },
    /// `IP_VS_CONN_F_TUNNEL_TYPE_GRE` (2).
    Gre {
        /// How the outer header is protected.
        checksum: TunnelFlags,
    },
    /// A type newer than this crate, as the kernel reported it.
    Unknown {
        /// `IPVS_DEST_ATTR_TUN_TYPE`.
        kind: u8,
        /// `IPVS_DEST_ATTR_TUN_PORT`.
        port: u16,
        /// `IPVS_DEST_ATTR_TUN_FLAGS`.
        flags: TunnelFlags,
    },
}

impl Tunnel {
    /// Type, port and flags as the three attributes carry them.
    pub(crate) const fn parts(self) -> (u8, u16, u16) {
        match self {
            Self::Ipip => (0, 0, 0),
            Self::Gue { port, checksum } => (1, port.get(), checksum.0),
            Self::Gre { checksum } => (2, 0, checksum.0),
            Self::Unknown { kind, port, flags } => (kind, port, flags.0),
        }
    }

    /// What a value does not use (the port of GRE, everything of IPIP) is dropped: two
    /// destinations that forward alike compare equal.
    pub(crate) const fn from_parts(kind: u8, port: u16, flags: u16) -> Self {
        let checksum = TunnelFlags(flags);
        match (kind, NonZeroU16::new(port)) {
            (0, _) => Self::Ipip,
            (1, Some(port)) => Self::Gue { port, checksum },
            (2, _) => Self::Gre { checksum },
            _ => Self::Unknown { kind, port, flags: checksum },
        }
    }
}

/// `IPVS_DEST_ATTR_TUN_FLAGS`, any 16 bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct TunnelFlags(pub u16);

impl TunnelFlags {
    /// `IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM` (0): no checksum.
    pub const NONE: Self = Self(0);
    /// `IP_VS_TUNNEL_ENCAP_FLAG_CSUM` (1): a checksum in the outer header.
    pub const CHECKSUM: Self = Self(1);
    /// `IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM` (2): remote checksum offload, GUE only.
    pub const REMOTE_CHECKSUM: Self = Self(2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_methods_have_the_numbers_of_ip_vs_h() {
        use ForwardMethod::*;
        let gre = super::Tunnel::Gre { checksum: TunnelFlags::CHECKSUM };
        let cases = [
            (Masquerade, 0),
            (LocalNode, 1),
            (Tunnel(gre), 2),
            (DirectRoute, 3),
            (Bypass, 4),
            (Unknown(5), 5),
        ];
        for (method, number) in cases {
            assert_eq!(method.flags(), number);
            // Other connection flags share the word (IP_VS_CONN_F_SYNC = 0x20).
            assert_eq!(ForwardMethod::from_flags(number | 0x20, gre), method);
        }
    }

    #[test]
    fn tunnels_that_forward_alike_are_equal() {
        assert_eq!(Tunnel::from_parts(0, 6080, 3), Tunnel::Ipip);
        assert_eq!(Tunnel::from_parts(2, 9, 1), Tunnel::Gre { checksum: TunnelFlags::CHECKSUM });
        assert_eq!(Tunnel::from_parts(1, 0, 0).parts(), (1, 0, 0));
    }
}
