//! `cargo fuzz run -s none reply`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::reply::run(octets));
