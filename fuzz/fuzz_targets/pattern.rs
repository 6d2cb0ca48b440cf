//! `cargo fuzz run -s none pattern`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::pattern::run(octets));
