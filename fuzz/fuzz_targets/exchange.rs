//! `cargo fuzz run -s none exchange -- -dict=fuzz/exchange.dict`
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| vrrp_lvs_fuzz::exchange::run(octets));
