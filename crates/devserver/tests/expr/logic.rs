//! Comparisons and three-valued logic.

use devserver::expr::Outcome::{self, False, True, Unknown};
use wire::Value;

use crate::pack::{
    BLOB, BOOL, Bytes, FLOAT, GEO, INT, LIST, MAP, STR, bin, eq, lit, op, quote, unknown,
};
use crate::record::{builds, filter};

#[test]
fn comparisons_follow_the_order_of_values() {
    // Codes 1 to 6 on a smaller, an equal and a greater left side.
    let table = [
        (1, [False, True, False]),
        (2, [True, False, True]),
        (3, [False, False, True]),
        (4, [False, True, True]),
        (5, [True, False, False]),
        (6, [True, True, False]),
    ];
    let triples: [(Bytes, [Bytes; 3]); 7] = [
        (bin(INT, "two"), [lit(1), lit(2), lit(3)]),
        (bin(FLOAT, "half"), [lit(-0.5), lit(0.5), lit(1e9)]),
        (bin(STR, "text"), [lit("hell"), lit("hello"), lit("help")]),
        (
            bin(BLOB, "blob"),
            [&[0xfe][..], &[0xff, 1], &[0xff, 1, 0]].map(|blob| lit(Value::blob(blob))),
        ),
        (
            bin(LIST, "list"),
            [vec![1, 2], vec![1, 2, 6], vec![1, 3]]
                .map(|list| quote(list.into_iter().map(Value::Int).collect())),
        ),
        (
            bin(LIST, "list"),
            [quote(vec![]), bin(LIST, "list"), quote(vec!["a".into()])],
        ),
        (bin(STR, "text"), [lit(""), bin(STR, "text"), lit("z")]),
    ];
    for (code, expected) in table {
        for (right, lefts) in &triples {
            for (left, expected) in lefts.iter().zip(expected) {
                let expression = op(code, &[left.clone(), right.clone()]);
                assert_eq!(
                    filter(&expression),
                    expected,
                    "{code} {left:02x?} {right:02x?}"
                );
            }
        }
    }
}

#[test]
fn booleans_and_maps_compare_too() {
    assert_eq!(filter(&eq(bin(BOOL, "yes"), lit(true))), True);
    assert_eq!(filter(&op(2, &[bin(BOOL, "no"), bin(BOOL, "yes")])), True);
    let map = |pairs: Vec<(i64, &str)>| {
        let pairs = pairs
            .into_iter()
            .map(|(key, value)| (Value::Int(key), value.into()));
        lit(wire::Map::from_pairs(wire::MapOrder::Key, pairs.collect()).unwrap())
    };
    assert_eq!(
        filter(&eq(bin(MAP, "map"), map(vec![(1, "one"), (2, "two")]))),
        True
    );
    assert_eq!(
        filter(&eq(bin(MAP, "map"), map(vec![(1, "one"), (2, "three")]))),
        False
    );
}

#[test]
fn a_wildcard_in_a_list_matches_anything() {
    let pattern = quote(vec![Value::Int(1), Value::Wildcard, Value::Int(6)]);
    assert_eq!(filter(&eq(bin(LIST, "list"), pattern)), True);
}

#[test]
fn not_a_number_is_only_ever_not_equal() {
    for (code, expected) in [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
        (5, False),
        (6, False),
    ] {
        let expression = op(code, &[bin(FLOAT, "nan"), bin(FLOAT, "nan")]);
        assert_eq!(filter(&expression), expected, "{code}");
    }
}

#[test]
fn types_that_differ_do_not_build() {
    assert!(!builds(&eq(bin(INT, "one"), lit("1"))));
    assert!(!builds(&eq(bin(INT, "one"), lit(1.0))));
    assert!(!builds(&eq(bin(INT, "one"), lit(Value::Nil))));
    assert!(!builds(&eq(bin(LIST, "list"), lit(1))));
    // GeoJSON is compared by its own operation only.
    assert!(!builds(&eq(bin(GEO, "point"), bin(GEO, "point"))));
    assert!(!builds(&eq(
        bin(crate::pack::HLL, "h"),
        bin(crate::pack::HLL, "h")
    )));
    assert!(builds(&eq(bin(INT, "one"), unknown())));
}

#[test]
fn missing_bins_and_bins_of_another_type_are_unknown() {
    assert_eq!(filter(&eq(bin(INT, "none"), lit(1))), Unknown);
    assert_eq!(filter(&op(2, &[bin(INT, "none"), lit(1)])), Unknown);
    assert_eq!(filter(&eq(bin(INT, "text"), lit(1))), Unknown);
    assert_eq!(filter(&eq(bin(FLOAT, "one"), lit(1.0))), Unknown);
    assert_eq!(filter(&bin(BOOL, "one")), Unknown);
    assert_eq!(filter(&bin(BOOL, "yes")), True);
    assert_eq!(filter(&bin(BOOL, "no")), False);
}

#[test]
fn truth_tables() {
    let truth = |outcome| match outcome {
        True => lit(true),
        False => lit(false),
        Unknown => eq(bin(INT, "none"), lit(1)),
    };
    let check = |code, operands: &[Outcome], expected| {
        let operands: Vec<_> = operands.iter().copied().map(truth).collect();
        assert_eq!(
            filter(&op(code, &operands)),
            expected,
            "{code} {operands:02x?}"
        );
    };
    for a in [True, False, Unknown] {
        for b in [True, False, Unknown] {
            let and = match (a, b) {
                (False, _) | (_, False) => False,
                (True, True) => True,
                _ => Unknown,
            };
            let or = match (a, b) {
                (True, _) | (_, True) => True,
                (False, False) => False,
                _ => Unknown,
            };
            let exclusive = match (a, b) {
                (True, True) | (False, False) => False,
                (True, False) | (False, True) => True,
                _ => Unknown,
            };
            check(16, &[a, b], and);
            check(17, &[a, b], or);
            check(19, &[a, b], exclusive);
        }
    }
    check(16, &[True, True, True, False], False);
    check(17, &[False, Unknown, True], True);
    check(19, &[True, Unknown, True], False);
    check(19, &[False, True, False], True);
    check(18, &[True], False);
    check(18, &[False], True);
    check(18, &[Unknown], Unknown);
}

#[test]
fn logic_takes_booleans_only() {
    for code in [16, 17, 18, 19] {
        assert!(!builds(&op(code, &[lit(1)])), "{code}");
        assert!(!builds(&op(code, &[])), "{code}");
        assert!(builds(&op(code, &[unknown()])), "{code}");
    }
    assert!(!builds(&op(18, &[lit(true), lit(true)])));
}

#[test]
fn in_list() {
    let among = |value, list| op(9, &[value, list]);
    let list = || bin(LIST, "list");
    assert_eq!(filter(&among(lit(2), list())), True);
    assert_eq!(filter(&among(lit(3), list())), False);
    assert_eq!(filter(&among(lit("2"), list())), False);
    assert_eq!(
        filter(&among(
            bin(STR, "text"),
            quote(vec!["hello".into(), Value::Nil])
        )),
        True
    );
    assert_eq!(
        filter(&among(
            lit(Value::Nil),
            quote(vec!["hello".into(), Value::Nil])
        )),
        True
    );
    assert_eq!(filter(&among(lit(2), bin(LIST, "none"))), Unknown);
    assert_eq!(filter(&among(bin(INT, "none"), list())), Unknown);
    assert!(!builds(&among(lit(2), bin(MAP, "map"))));
    assert!(!builds(&op(9, &[lit(2)])));
}
