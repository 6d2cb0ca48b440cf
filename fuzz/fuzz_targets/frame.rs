//! `cargo fuzz run -s none frame`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::frame::run(octets));
