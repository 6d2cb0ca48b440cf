//! `cargo fuzz run -s none expand`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::text::expand::run(octets));
