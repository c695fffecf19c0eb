//! See `fuzz::geo`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::geo::run(data));
