//! Operations on blobs as bit vectors, and on `HyperLogLog` sketches.

use devserver::{bits, hll};
use wire::{Value, msgpack};

/// The first value is the bin, each that follows an operation on it.
pub fn run(data: &[u8]) {
    let mut reader = msgpack::Reader::new(data);
    let Ok(mut bin) = reader.value() else {
        return;
    };
    while let Ok(payload) = reader.skip() {
        _ = bits::read(Some(&bin), payload);
        _ = hll::read(Some(&bin), payload);
        for absent in [
            bits::modify(None, payload),
            hll::modify(None, payload).map(|done| done.bin),
        ] {
            _ = absent;
        }
        let as_bits = bits::modify(Some(&bin), payload);
        let as_sketch = hll::modify(Some(&bin), payload).map(|done| done.bin);
        for after in [as_bits, as_sketch].into_iter().flatten().flatten() {
            assert!(matches!(after, Value::Blob(..) | Value::Hll(_)));
            // What grows at every step would take all memory in the end.
            if after.as_bytes().is_some_and(|bytes| bytes.len() <= 1 << 16) {
                bin = after;
            }
        }
    }
}
