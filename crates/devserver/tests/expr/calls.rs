//! Calls of operations on collections, bits, sketches and geometries.

use devserver::expr::Outcome::{self, False, True};
use devserver::expr::Unknown;
use wire::{Map, MapOrder, Value, msgpack};

use crate::pack::{
    BLOB, BOOL, Bytes, FLOAT, GEO, HLL, INT, LIST, MAP, STR, bin, bind, call, eq, lit, name, op,
    quote, unknown, var,
};
use crate::record::{builds, evaluate, filter};

const CDT: i64 = 0;
const BITS: i64 = 1;
const SKETCH: i64 = 2;
const MODIFY: i64 = 0x40;

fn ints(items: &[i64]) -> Value {
    Value::list(items.iter().copied().map(Value::Int).collect())
}

fn list() -> Bytes {
    bin(LIST, "list")
}

/// `[255, [type, value…], operation]`
fn within(context: &[Value], operation: Bytes) -> Bytes {
    op(0xff, &[lit(Value::list(context.to_vec())), operation])
}

#[test]
fn collections_are_read() {
    assert_eq!(
        evaluate(&call(INT, CDT, op(16, &[]), list())),
        Ok(Value::Int(3))
    );
    assert_eq!(
        evaluate(&call(INT, CDT, op(19, &[lit(7), lit(-1)]), list())),
        Ok(Value::Int(6))
    );
    assert_eq!(
        evaluate(&call(LIST, CDT, op(24, &[lit(7), lit(1)]), list())),
        Ok(ints(&[2, 6]))
    );
    assert_eq!(
        evaluate(&call(BOOL, CDT, op(22, &[lit(13), lit(2)]), list())),
        Ok(true.into())
    );
    assert_eq!(
        evaluate(&call(STR, CDT, op(97, &[lit(7), lit(1)]), bin(MAP, "map"))),
        Ok("one".into())
    );
}

#[test]
fn collections_are_modified_without_their_bin() {
    let appended = call(LIST, CDT | MODIFY, op(1, &[lit(9)]), list());
    assert_eq!(evaluate(&appended), Ok(ints(&[1, 2, 6, 9])));
    assert_eq!(
        evaluate(&call(INT, CDT, op(16, &[]), appended)),
        Ok(Value::Int(4))
    );
    // What the operation answers is no matter.
    let removed = call(LIST, CDT | MODIFY, op(35, &[lit(5), lit(2)]), list());
    assert_eq!(evaluate(&removed), Ok(ints(&[1, 6])));
    assert_eq!(evaluate(&list()), Ok(ints(&[1, 2, 6])));
}

#[test]
fn arguments_are_expressions() {
    let appended = call(
        LIST,
        CDT | MODIFY,
        op(1, &[op(20, &[bin(INT, "one"), lit(41)])]),
        list(),
    );
    assert_eq!(evaluate(&appended), Ok(ints(&[1, 2, 6, 42])));
    let items = call(
        LIST,
        CDT | MODIFY,
        op(2, &[list()]),
        quote(vec![Value::Int(0)]),
    );
    assert_eq!(evaluate(&items), Ok(ints(&[0, 1, 2, 6])));
    let quoted = call(
        LIST,
        CDT | MODIFY,
        op(2, &[quote(vec![Value::Int(7)])]),
        list(),
    );
    assert_eq!(evaluate(&quoted), Ok(ints(&[1, 2, 6, 7])));
    let bound = bind(
        &[("x", lit(6))],
        call(INT, CDT, op(22, &[lit(5), var("x")]), list()),
    );
    assert_eq!(evaluate(&bound), Ok(Value::Int(1)));
    assert_eq!(
        evaluate(&call(
            LIST,
            CDT | MODIFY,
            op(1, &[bin(INT, "none")]),
            list()
        )),
        Err(Unknown)
    );
    assert!(!builds(&call(
        LIST,
        CDT | MODIFY,
        op(1, &[var("x")]),
        list()
    )));
    assert!(!builds(&call(
        LIST,
        CDT | MODIFY,
        op(1, &[op(20, &[lit(1), lit("1")])]),
        list()
    )));
}

#[test]
fn contexts_lead_inside() {
    let inner = Map::from_pairs(MapOrder::Key, vec![("k".into(), ints(&[5, 6]))]).unwrap();
    let context = [Value::Int(0x22), "k".into()];
    let size = call(INT, CDT, within(&context, op(16, &[])), lit(inner.clone()));
    assert_eq!(evaluate(&size), Ok(Value::Int(2)));
    let third = op(20, &[bin(INT, "one"), bin(INT, "two")]);
    let appended = call(
        MAP,
        CDT | MODIFY,
        within(&context, op(1, &[third])),
        lit(inner.clone()),
    );
    let expected = Map::from_pairs(MapOrder::Key, vec![("k".into(), ints(&[5, 6, 3]))]).unwrap();
    assert_eq!(evaluate(&appended), Ok(expected.into()));
    let elsewhere = call(
        INT,
        CDT,
        within(&[Value::Int(0x22), "x".into()], op(16, &[])),
        lit(inner),
    );
    assert_eq!(evaluate(&elsewhere), Err(Unknown));
}

#[test]
fn results_of_another_type_are_unknown() {
    assert_eq!(
        evaluate(&call(STR, CDT, op(19, &[lit(7), lit(0)]), list())),
        Err(Unknown)
    );
    assert_eq!(
        evaluate(&call(INT, CDT, op(16, &[]), bin(LIST, "none"))),
        Err(Unknown)
    );
    assert_eq!(
        evaluate(&call(INT, CDT, op(19, &[lit(7), lit(99)]), list())),
        Err(Unknown)
    );
    assert_eq!(
        evaluate(&call(INT, CDT, op(97, &[lit(7), lit(99)]), bin(MAP, "map"))),
        Err(Unknown)
    );
    assert_eq!(evaluate(&call(INT, CDT, op(96, &[]), list())), Err(Unknown));
}

#[test]
fn calls_are_checked() {
    let size = || op(16, &[]);
    assert!(builds(&call(INT, CDT, size(), unknown())));
    assert!(!builds(&call(INT, CDT, size(), bin(INT, "one"))));
    assert!(!builds(&call(INT, BITS, op(51, &[lit(0), lit(8)]), list())));
    assert!(!builds(&call(INT, SKETCH, op(50, &[]), list())));
    assert!(!builds(&call(INT, 3, size(), list())));
    assert!(!builds(&call(99, CDT, size(), list())));
    assert!(!builds(&call(INT, CDT, lit(16), list())));
    assert!(!builds(&call(INT, CDT, vec![0x90], list())));
    assert!(!builds(&call(INT, CDT, op(300, &[]), list())));
    assert!(!builds(&op(127, &[lit(INT), lit(CDT), size()])));
    assert!(!builds(&eq(call(INT, CDT, size(), list()), lit("3"))));
}

#[test]
fn bits() {
    let blob = || bin(BLOB, "blob");
    assert_eq!(
        evaluate(&call(INT, BITS, op(51, &[lit(0), lit(16)]), blob())),
        Ok(Value::Int(9))
    );
    assert_eq!(
        evaluate(&call(BLOB, BITS, op(50, &[lit(8), lit(8)]), blob())),
        Ok(Value::blob([1]))
    );
    let flipped = call(
        BLOB,
        BITS | MODIFY,
        op(7, &[lit(0), lit(8), lit(0)]),
        blob(),
    );
    assert_eq!(evaluate(&flipped), Ok(Value::blob([0, 1])));
    assert_eq!(
        evaluate(&call(INT, BITS, op(51, &[lit(99), lit(16)]), blob())),
        Err(Unknown)
    );
}

#[test]
fn sketches() {
    let init = |index_bits: i64| {
        let sketch =
            devserver::hll::modify(None, &op(0, &[lit(index_bits), lit(-1), lit(0)])).unwrap();
        lit(sketch.bin.unwrap())
    };
    let words = quote(vec!["a".into(), "b".into()]);
    let added = call(
        HLL,
        SKETCH | MODIFY,
        op(1, &[words, lit(-1), lit(-1), lit(0)]),
        init(8),
    );
    assert_eq!(
        evaluate(&call(INT, SKETCH, op(50, &[]), added.clone())),
        Ok(Value::Int(2))
    );
    assert_eq!(
        evaluate(&call(LIST, SKETCH, op(55, &[]), init(8))),
        Ok(ints(&[8, 0]))
    );
    // Calls as operands of calls.
    let bits = |sketch| {
        call(
            INT,
            CDT,
            op(19, &[lit(7), lit(0)]),
            call(LIST, SKETCH, op(55, &[]), sketch),
        )
    };
    assert_eq!(filter(&eq(bits(added), bits(init(8)))), True);
}

#[test]
fn geometries() {
    let point = |lng: f64, lat: f64| {
        lit(Value::geo_json(format!(
            r#"{{"type":"Point","coordinates":[{lng},{lat}]}}"#
        )))
    };
    let circle = |radius: f64| {
        lit(Value::geo_json(format!(
            r#"{{"type":"AeroCircle","coordinates":[[0,0],{radius}]}}"#
        )))
    };
    let meets = |a: Bytes, b: Bytes| filter(&op(8, &[a, b]));
    assert_eq!(meets(point(0.0, 0.5), circle(60_000.0)), True);
    assert_eq!(meets(circle(60_000.0), point(0.0, 0.5)), True);
    assert_eq!(meets(point(0.0, 0.6), circle(60_000.0)), False);
    assert_eq!(meets(point(0.0, 0.0), point(0.0, 0.0)), False);
    assert_eq!(meets(bin(GEO, "point"), circle(500_000.0)), True);
    assert_eq!(meets(bin(GEO, "none"), circle(500_000.0)), Outcome::Unknown);
    assert!(!builds(&op(8, &[lit(Value::geo_json("{}")), circle(1.0)])));
    let chosen = crate::pack::cond(&[lit(true), lit(Value::geo_json("{}")), bin(GEO, "point")]);
    assert_eq!(meets(chosen, circle(1.0)), Outcome::Unknown);
    assert!(!builds(&op(8, &[lit("{}"), circle(1.0)])));
    assert!(!builds(&op(8, &[circle(1.0)])));
}

/// `[254, [type, value…], flags(, expression)]`
fn select(context: &[Bytes], flags: i64, expression: Option<Bytes>) -> Bytes {
    let mut steps = Vec::new();
    msgpack::write_array_header(&mut steps, context.len());
    for part in context {
        steps.extend(part);
    }
    op(
        0xfe,
        &[&[steps, lit(flags)][..], expression.as_slice()].concat(),
    )
}

fn element(kind: i64, part: i64) -> Bytes {
    op(122, &[lit(kind), lit(part)])
}

#[test]
fn paths_select_and_change_what_expressions_say() {
    // Context type 4: children for which an expression is true.
    let larger_than_one = [lit(4), op(3, &[element(INT, 1), bin(INT, "one")])];
    let values = call(LIST, CDT, select(&larger_than_one, 1, None), list());
    assert_eq!(evaluate(&values), Ok(ints(&[2, 6])));
    let doubled = Some(op(22, &[element(INT, 1), bin(INT, "two")]));
    let changed = call(
        LIST,
        CDT | MODIFY,
        select(&larger_than_one, 4, doubled),
        list(),
    );
    assert_eq!(evaluate(&changed), Ok(ints(&[1, 4, 12])));
    let removed = call(
        LIST,
        CDT | MODIFY,
        select(&larger_than_one, 4, Some(op(100, &[]))),
        list(),
    );
    assert_eq!(evaluate(&removed), Ok(ints(&[1])));
    let keys = [lit(4), op(7, &[lit(0), name("^t"), element(STR, 1)])];
    assert_eq!(
        evaluate(&call(LIST, CDT, select(&keys, 2, None), bin(MAP, "map"))),
        Ok(ints(&[2]))
    );
}

#[test]
fn similarity_is_a_double() {
    let sketch = devserver::hll::modify(None, &op(1, &[lit(ints(&[1, 2, 3])), lit(8)]))
        .unwrap()
        .bin
        .unwrap();
    let similarity = call(
        FLOAT,
        SKETCH,
        op(54, &[quote(vec![sketch.clone()])]),
        lit(sketch),
    );
    assert_eq!(filter(&op(4, &[similarity, lit(0.99)])), True);
}
