//! `cargo fuzz run -s none view`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::view::run(octets));
