//! `cargo fuzz run -s none lower`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::text::lower::run(octets));
