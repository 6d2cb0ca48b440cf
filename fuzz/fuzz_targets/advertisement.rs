//! `cargo fuzz run -s none advertisement`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::advertisement::run(octets));
