//! See `fuzz::blobs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::blobs::run(data));
