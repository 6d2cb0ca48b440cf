//! `cargo fuzz run -s none config`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::config::run(octets));
