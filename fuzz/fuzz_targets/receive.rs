//! `cargo fuzz run -s none receive`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::receive::run(octets));
