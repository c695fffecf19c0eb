//! See `fuzz::collections`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::collections::run(data));
