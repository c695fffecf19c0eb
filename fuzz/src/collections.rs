//! Operations on lists and maps, contexts and path operations included.

use devserver::cdt;
use devserver::expr::{Budget, Elements};
use wire::{Value, msgpack};

use super::record::Record;
use super::values::round_trip;

/// The first value is the bin, each that follows an operation on it.
pub fn run(data: &[u8]) {
    let mut reader = msgpack::Reader::new(data);
    let Ok(mut bin) = reader.value() else {
        return;
    };
    if !bin.is_storable() {
        return;
    }
    let record = Record::default();
    while let Ok(payload) = reader.skip() {
        let budget = Budget::default();
        let elements = Elements::new(&record, &budget);
        if let Ok(Some(answer)) = cdt::read(Some(&bin), payload, &elements) {
            _ = msgpack::encode(&answer);
        }
        // On a bin that is not there, too.
        _ = cdt::modify(None, payload, &elements);
        if let Ok(done) = cdt::modify(Some(bin.clone()), payload, &elements)
            && let Some(after) = done.bin
        {
            valid(&after);
            bin = after;
        }
    }
}

/// What is stored is what could have been sent.
fn valid(bin: &Value) {
    assert!(bin.is_storable());
    round_trip(bin);
}
