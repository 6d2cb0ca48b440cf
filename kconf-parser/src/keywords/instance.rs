//! Keywords of `vrrp_instance` and of the blocks in it.

use super::build::{counted, keywords, number, optional, required, wanted, within};
use super::{Block, Takes, Unit};

mod addresses;
mod election;
mod follow;

/// `vrrp_instance`.
pub(super) static VRRP_INSTANCE: Block = within(
    "vrrp_instance",
    "vrrp_instance",
    keywords!(election::KEYWORDS, addresses::KEYWORDS, follow::KEYWORDS),
)
.without(&[optional(
    "sync_instance",
    Takes::Text("NAME"),
    "Another instance that changes state together with this one.",
)
.until(0, 5, 9)
.instead("vrrp_sync_group")]);

/// `authentication`.
pub(super) static AUTHENTICATION: Block = within(
    "vrrp_instance/authentication",
    "authentication",
    keywords!(&[
        required("auth_pass", Takes::Text("PASSWORD"), "Password; only the first eight characters count."),
        required(
            "auth_type",
            Takes::OneOf(&["PASS", "AH"]),
            "Password in clear, or IPsec AH (not with VRRPv3)."
        ),
    ]),
);

/// `auth_hmac`.
pub(super) static AUTH_HMAC: Block = within(
    "vrrp_instance/auth_hmac",
    "auth_hmac",
    keywords!(&[
        required("active_key", number(1, 255), "Key that adverts are signed with.").since(2, 4, 0),
        required(
            "anti_replay",
            Takes::OneOf(&["time", "monotonic"]),
            "How repeated packets are told: by the clock, or by a counter."
        )
        .or("time")
        .since(2, 4, 0),
        wanted(
            "key",
            Takes::Special("ID KEY"),
            "A key of 32 to 64 octets: as text, hex:DIGITS or file:PATH. ID is 1 to 255."
        )
        .since(2, 4, 0),
        required(
            "mode",
            Takes::OneOf(&["enforce", "permissive", "receive-only"]),
            "Whether unsigned adverts are taken (permissive), and none signed (receive-only)."
        )
        .or("enforce")
        .since(2, 4, 0),
        required(
            "time_window",
            counted(1, 300, Unit::Seconds),
            "How far the clocks of two routers may differ."
        )
        .or("three intervals, at least 5")
        .since(2, 4, 0),
    ]),
)
.since(2, 4, 0);
