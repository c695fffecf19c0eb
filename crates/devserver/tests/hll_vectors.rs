//! Vectors computed with a server's arithmetic: hashes, registers, counts and similarities must come out the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write;

use devserver::hll::{self, Hash, Sketch};
use wire::Value;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn sketch(index_bits: i64, minhash_bits: i64, elements: impl IntoIterator<Item = Value>) -> Sketch {
    let mut sketch = Sketch::new(index_bits, minhash_bits).unwrap();
    for element in elements {
        sketch.add(hll::hash(&element));
    }
    sketch
}

fn ints(range: std::ops::Range<i64>) -> impl Iterator<Item = Value> {
    range.map(Value::Int)
}

fn particle(sketch: &Sketch) -> String {
    hex(sketch.to_value().as_bytes().unwrap())
}

#[test]
fn hashes() {
    let vectors = [
        (Value::Int(1), 0x7ace_5c90_8374_fe16, 0x7788_67e4_430e_6785),
        (
            Value::string("a"),
            0x8d15_ae18_0c40_a275,
            0x0e22_c7dd_0fe0_da88,
        ),
        (
            Value::string("abc"),
            0xbbb1_1268_b927_22d5,
            0x6f36_95c7_f24f_181b,
        ),
        (
            Value::Int(200),
            0xad77_00d3_4a0a_ce54,
            0x734f_bd49_06ae_a131,
        ),
        (
            Value::Float(1.5),
            0x9309_47b0_0dc1_962f,
            0x1d00_a0f3_d08e_2090,
        ),
        (
            Value::blob("zz"),
            0x50bf_9af1_30dd_a824,
            0xe027_937b_1ff1_ba91,
        ),
    ];
    for (element, low, high) in vectors {
        assert_eq!(hll::hash(&element), Hash { low, high }, "{element:?}");
    }
}

#[test]
fn registers() {
    let few = || [Value::string("a"), Value::string("b"), Value::Int(1)];
    let plain = sketch(4, 0, few());
    assert_eq!(
        particle(&plain),
        "0004000000000000000000000000004080000000000000"
    );
    assert_eq!(plain.count(), 2);
    let minhash = sketch(4, 4, few());
    assert_eq!(
        particle(&minhash),
        "00040400000000000000000000000000000470bc0000000000000000000000"
    );
    assert_eq!(minhash.count(), 2);
    let many = sketch(5, 0, ints(0..40));
    assert_eq!(
        particle(&many),
        "00050000000000000000000400410010430840800410400010810010c40c41431411c0"
    );
    assert_eq!(many.count(), 44);
}

#[test]
fn counts() {
    let vectors = [
        (4, 0, [1, 11, 60, 1172, 7183, 50181]),
        (6, 0, [1, 11, 88, 904, 9764, 67513]),
        (8, 0, [1, 10, 97, 1037, 9827, 98150]),
        (8, 20, [1, 10, 97, 1037, 9827, 98150]),
        (10, 0, [1, 10, 100, 994, 9893, 100_021]),
        (10, 20, [1, 10, 100, 994, 9893, 100_021]),
        (12, 0, [1, 10, 99, 992, 9991, 99898]),
        (12, 51, [1, 10, 99, 992, 9991, 99898]),
        (16, 0, [1, 10, 100, 1002, 9988, 99892]),
        (16, 48, [1, 10, 100, 1002, 9988, 99892]),
    ];
    for (index_bits, minhash_bits, counts) in vectors {
        let mut sketch = Sketch::new(index_bits, minhash_bits).unwrap();
        let mut from = 0;
        for (decade, count) in counts.into_iter().enumerate() {
            let to = 10_i64.pow(decade as u32);
            ints(from..to).for_each(|element| {
                sketch.add(hll::hash(&element));
            });
            from = to;
            assert_eq!(
                sketch.count(),
                count,
                "{to} in ({index_bits}, {minhash_bits})"
            );
        }
    }
}

const UNION_COUNT: i64 = 52;
const INTERSECT_COUNT: i64 = 53;
const SIMILARITY: i64 = 54;

fn ask(operation: i64, sketches: &[&Sketch]) -> Value {
    let others = sketches[1..]
        .iter()
        .map(|sketch| sketch.to_value())
        .collect();
    let bin = sketches[0].to_value();
    hll::read_with(Some(&bin), operation, &[Value::list(others)]).unwrap()
}

fn similarity(sketches: &[&Sketch]) -> f64 {
    match ask(SIMILARITY, sketches) {
        Value::Float(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
#[expect(
    clippy::float_cmp,
    reason = "the arithmetic is the server's, to the last bit"
)]
fn sets() {
    let vectors = [
        (
            0,
            1394,
            4978,
            0.337_308_578_398_156_9,
            0.077_161_518_875_235_24,
        ),
        (20, 0, 4934, 0.334_338_703_540_406_73, 0.0),
    ];
    for (minhash_bits, three, two, similar_two, similar_three) in vectors {
        let a = sketch(12, minhash_bits, ints(0..10000));
        let b = sketch(12, minhash_bits, ints(5000..15000));
        let c = sketch(10, minhash_bits, ints(8000..18000));
        assert_eq!(ask(UNION_COUNT, &[&a, &b]), Value::Int(14758));
        assert_eq!(ask(UNION_COUNT, &[&a, &b, &c]), Value::Int(18066));
        assert_eq!(ask(INTERSECT_COUNT, &[&a, &b]), Value::Int(two));
        assert_eq!(ask(INTERSECT_COUNT, &[&a, &b, &c]), Value::Int(three));
        assert_eq!(similarity(&[&a, &b]), similar_two);
        assert_eq!(similarity(&[&a, &b, &c]), similar_three);
    }
}

#[test]
#[expect(clippy::float_cmp, reason = "zero is exact")]
fn empty_sets() {
    for minhash_bits in [0, 20] {
        let full = sketch(12, minhash_bits, ints(0..10000));
        let empty = Sketch::new(12, minhash_bits).unwrap();
        assert_eq!(ask(INTERSECT_COUNT, &[&full, &empty]), Value::Int(0));
        assert_eq!(similarity(&[&full, &empty]), 0.0);
        assert_eq!(ask(INTERSECT_COUNT, &[&empty, &empty]), Value::Int(0));
        assert_eq!(ask(UNION_COUNT, &[&empty, &empty]), Value::Int(0));
        let unknown = similarity(&[&empty, &empty]);
        assert!(unknown.is_nan() && unknown.is_sign_negative());
    }
}
