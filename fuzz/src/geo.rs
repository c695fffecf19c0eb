//! `GeoJSON`: two texts with a zero between them.

use devserver::geo::{Shape, within};

/// Reads both, and asks whether one is in the other.
pub fn run(data: &[u8]) {
    let mut texts = data.splitn(2, |byte| *byte == 0);
    let shapes: Vec<_> = texts.by_ref().flat_map(Shape::parse).collect();
    for a in &shapes {
        for b in &shapes {
            assert_eq!(within(a, b), within(b, a));
        }
    }
}
