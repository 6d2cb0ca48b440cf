//! TTL and hop limit: 255 is a packet of this link.

use vrrp_proto::{Expectation, IpFacts, Policy, ReceiveError, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, receive};

use crate::router::{POLICIES, Router, SENDER, SENDER_V6, routers, v2, v3, v3_ipv6};

fn judge(router: &Router, ttl: u8, policy: Policy) -> Result<(), ReceiveError> {
    let facts = match router.facts.source() {
        core::net::IpAddr::V4(_) => IpFacts::v4(SENDER, VRRP_MULTICAST_V4, ttl),
        core::net::IpAddr::V6(_) => IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, ttl),
    };
    receive(router.message, &facts, &Expectation { policy, ..router.expect }).map(|_| ())
}

fn is_refused_below_255(router: &Router) {
    for policy in POLICIES {
        for ttl in 0..=254 {
            let result = judge(router, ttl, policy);
            assert_eq!(result, Err(ReceiveError::Ttl(ttl)), "{}", router.name);
        }
    }
    // The letter of the rule makes no exception for unicast.
    for ttl in 0..=254 {
        let want = Err(ReceiveError::UnicastTtl { received: ttl, min: 255, max: 255 });
        assert_eq!(router.judge_unicast(ttl, Policy::STRICT), want, "{}", router.name);
    }
}

/// Holds: 3768-5.2.3-2, 3768-7.1-1
/// Holds: 5798-5.1.1.3-2, 5798-5.1.2.3-2, 5798-7.1-1
/// Holds: 9568-5.1.1.3-2, 9568-5.1.2.3-2, 9568-7.1-1
#[test]
fn a_ttl_of_255_passes() {
    for router in routers() {
        for policy in POLICIES {
            assert_eq!(judge(&router, 255, policy), Ok(()), "{}", router.name);
            assert_eq!(router.judge_unicast(255, policy), Ok(()), "{}", router.name);
        }
    }
}

/// Refuses: 3768-5.2.3-2, 3768-7.1-1
#[test]
fn any_other_ttl_of_version_2_is_refused() {
    is_refused_below_255(&v2());
}

/// Refuses: 5798-5.1.1.3-2, 5798-7.1-1, 9568-5.1.1.3-2, 9568-7.1-1
#[test]
fn any_other_ttl_of_version_3_is_refused() {
    is_refused_below_255(&v3());
}

/// Refuses: 5798-5.1.2.3-2, 5798-7.1-1, 9568-5.1.2.3-2, 9568-7.1-1
#[test]
fn any_other_hop_limit_is_refused() {
    is_refused_below_255(&v3_ipv6());
}

/// The departure from the rule, with keepalived.
#[test]
fn by_unicast_any_ttl_passes_unless_the_policy_is_strict() {
    for router in routers() {
        for policy in [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3] {
            for ttl in [0, 1, 64, 254] {
                assert_eq!(router.judge_unicast(ttl, policy), Ok(()), "{}", router.name);
            }
        }
    }
}
