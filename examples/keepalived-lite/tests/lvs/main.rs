//! The daemon's virtual servers, in a kernel with ip_vs, beside Debian's keepalived.
//!
//! What is right is what keepalived makes the kernel hold and what a client sees. Needs ip_vs, which
//! `netlab uml` has; elsewhere every test says so and passes.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod behaviour;
mod daemon;
mod directors;
#[path = "../common/foreground.rs"]
mod foreground;
mod kinds;
mod matrix;
mod peers;
#[path = "../common/program.rs"]
mod program;
mod reload;
mod replies;
mod server;
mod site;
mod table;
mod traffic;
mod whole;

use std::path::Path;

use netlab::{Namespace, with_namespaces};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use program::Program;
use site::Method;

/// Runs `body` if this machine has what the tests need.
fn with_ip_vs(test: &str, body: impl FnOnce()) {
    if let Err(error) = Namespace::ip_vs() {
        return println!("SKIPPED {test}: needs ip_vs in the kernel: {error}");
    }
    if !Path::new("/usr/sbin/ipvsadm").exists() {
        return println!("SKIPPED {test}: no /usr/sbin/ipvsadm");
    }
    if Program::keepalived_is_installed(test) {
        allow_open_files();
        with_namespaces(body);
    }
}

/// Each of some hundred servers has two sockets.
fn allow_open_files() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard.min(soft.max(4096)), hard).unwrap();
}

#[test]
fn the_kernel_holds_what_keepalived_makes_it_hold() {
    with_ip_vs("the_kernel_holds_what_keepalived_makes_it_hold", matrix::compare);
}

#[test]
fn behind_nat_a_client_is_served_by_whoever_is_well() {
    with_ip_vs("behind_nat_a_client_is_served_by_whoever_is_well", || traffic::compare(Method::Nat));
}

#[test]
fn by_direct_routing_a_client_is_served_by_whoever_is_well() {
    with_ip_vs("by_direct_routing_a_client_is_served_by_whoever_is_well", || traffic::compare(Method::Dr));
}

#[test]
fn through_tunnels_a_client_is_served_by_whoever_is_well() {
    with_ip_vs("through_tunnels_a_client_is_served_by_whoever_is_well", || traffic::compare(Method::Tun));
}

#[test]
fn a_reload_costs_no_connection_of_what_stays() {
    with_ip_vs("a_reload_costs_no_connection_of_what_stays", reload::compare);
}

#[test]
fn a_client_outlives_the_director_that_serves_it() {
    with_ip_vs("a_client_outlives_the_director_that_serves_it", directors::compare);
}

#[test]
fn servers_are_judged_as_keepalived_judges_them() {
    with_ip_vs("servers_are_judged_as_keepalived_judges_them", behaviour::compare);
}

#[test]
fn every_kind_of_check_says_what_keepalived_says() {
    with_ip_vs("every_kind_of_check_says_what_keepalived_says", kinds::compare);
}

#[test]
fn odd_replies_are_read_as_keepalived_reads_them() {
    with_ip_vs("odd_replies_are_read_as_keepalived_reads_them", replies::compare);
}

#[test]
fn time_outs_and_synchronization_are_as_keepalived_has_them() {
    with_ip_vs("time_outs_and_synchronization_are_as_keepalived_has_them", whole::compare);
}
