//! Values: msgpack, and behind a byte of particle type, particles.

use wire::{Value, msgpack, particle};

/// Reads a value in both ways.
pub fn run(data: &[u8]) {
    if let Ok(value) = msgpack::decode(data) {
        round_trip(&value);
    }
    let mut reader = msgpack::Reader::new(data);
    let mut values = Vec::new();
    while let Ok(value) = reader.value() {
        values.push(value);
    }
    order(values);
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    if let Ok(value) = particle::decode(*kind, bytes) {
        let mut written = Vec::new();
        particle::write(&mut written, &value);
        assert_eq!(written.len(), particle::encoded_len(&value));
        let kind = value.particle_type().expect("a value of a bin has a type");
        assert_eq!(particle::decode(kind as u8, &written).as_ref(), Ok(&value));
    }
}

/// What is written reads as what it was, and is as long as was said.
pub fn round_trip(value: &Value) {
    let written = msgpack::encode(value);
    assert_eq!(written.len(), msgpack::encoded_len(value));
    let again = msgpack::decode(&written).expect("a value that was written");
    assert_eq!(again, *value);
    assert_eq!(msgpack::encode(&again), written);
}

/// Sorting needs a total order.
fn order(mut values: Vec<Value>) {
    values.truncate(64);
    for a in &values {
        for b in &values {
            assert_eq!(a.cmp(b), b.cmp(a).reverse());
        }
    }
    values.sort();
    assert!(values.is_sorted());
}
