//! Numbers of `linux/ip_vs.h` as types.

/// How packets reach a real server (`IPVS_DEST_ATTR_FWD_METHOD`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ForwardMethod {
    /// `IP_VS_CONN_F_MASQ` (0): rewrite addresses (LVS-NAT).
    Masquerade,
    /// `IP_VS_CONN_F_LOCALNODE` (1): the director itself; the kernel chooses it.
    LocalNode,
    /// `IP_VS_CONN_F_TUNNEL` (2): encapsulate (LVS-TUN).
    Tunnel,
    /// `IP_VS_CONN_F_DROUTE` (3): rewrite the MAC only (LVS-DR).
    DirectRoute,
    /// `IP_VS_CONN_F_BYPASS` (4): straight to the original destination.
    Bypass,
}

impl ForwardMethod {
    /// The value under `IP_VS_CONN_F_FWD_MASK` (0x7); `None` for a method without a name.
    #[must_use]
    pub const fn from_flags(flags: u32) -> Option<Self> {
        match flags & 0x7 {
            0 => Some(Self::Masquerade),
            1 => Some(Self::LocalNode),
            2 => Some(Self::Tunnel),
            3 => Some(Self::DirectRoute),
            4 => Some(Self::Bypass),
            _ => None,
        }
    }

    /// The value for `IPVS_DEST_ATTR_FWD_METHOD`, host byte order.
    #[must_use]
    pub const fn flags(self) -> u32 {
        match self {
            Self::Masquerade => 0,
            Self::LocalNode => 1,
            Self::Tunnel => 2,
            Self::DirectRoute => 3,
            Self::Bypass => 4,
        }
    }
}

/// Transport protocol of a virtual service (`IPVS_SVC_ATTR_PROTOCOL`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Protocol {
    /// `IPPROTO_TCP` (6).
    Tcp,
    /// `IPPROTO_UDP` (17).
    Udp,
    /// `IPPROTO_SCTP` (132).
    Sctp,
}

impl Protocol {
    /// The IP protocol number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Sctp => 132,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_methods_have_the_numbers_of_ip_vs_h() {
        use ForwardMethod::*;
        for (method, number) in [(Masquerade, 0), (LocalNode, 1), (Tunnel, 2), (DirectRoute, 3), (Bypass, 4)]
        {
            assert_eq!(method.flags(), number);
            // Other connection flags share the word (IP_VS_CONN_F_SYNC = 0x20).
            assert_eq!(ForwardMethod::from_flags(number | 0x20), Some(method));
        }
        assert_eq!(ForwardMethod::from_flags(5), None);
    }
}
