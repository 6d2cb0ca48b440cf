//! The daemon's virtual servers, in a kernel with ip_vs, beside Debian's keepalived.
//!
//! What is right is what keepalived makes the kernel hold and what a client sees. Needs ip_vs, which
//! `netlab uml` has; elsewhere every test says so and passes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod client;
mod daemon;
mod directors;
#[path = "../common/foreground.rs"]
mod foreground;
mod methods;
#[path = "../common/program.rs"]
mod program;
mod server;
mod table;

use std::path::Path;

use methods::Method;
use netlab::{Namespace, with_namespaces};
use program::Program;

/// Runs `body` if this machine has what the tests need.
fn with_ip_vs(test: &str, body: impl FnOnce()) {
    if let Err(error) = Namespace::ip_vs() {
        return println!("SKIPPED {test}: needs ip_vs in the kernel: {error}");
    }
    if !Path::new("/usr/sbin/ipvsadm").exists() {
        return println!("SKIPPED {test}: no /usr/sbin/ipvsadm");
    }
    if Program::keepalived_is_installed(test) {
        with_namespaces(body);
    }
}

#[test]
fn nat_serves_as_keepalived_does() {
    with_ip_vs("nat_serves_as_keepalived_does", || methods::compare(Method::Nat));
}

#[test]
fn direct_routing_serves_as_keepalived_does() {
    with_ip_vs("direct_routing_serves_as_keepalived_does", || methods::compare(Method::DirectRouting));
}

#[test]
fn tunnels_serve_as_keepalived_does() {
    with_ip_vs("tunnels_serve_as_keepalived_does", || methods::compare(Method::Tunnel));
}

#[test]
fn another_director_takes_over_as_with_keepalived() {
    with_ip_vs("another_director_takes_over_as_with_keepalived", directors::compare);
}
