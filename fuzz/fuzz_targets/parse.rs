//! `cargo fuzz run -s none parse`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::text::parse::run(octets));
