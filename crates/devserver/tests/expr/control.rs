//! Conditions, definitions, quotes, loop variables, maps.

use devserver::expr::{Element, Expr, Unknown};
use wire::{ResultCode, Value};

use crate::pack::{
    BOOL, INT, LIST, MAP, STR, bin, bind, cond, eq, lit, name, op, quote, unknown, var,
};
use crate::record::{Record, builds, evaluate};

#[test]
fn the_first_true_test_decides() {
    let grade = |bin_name| {
        cond(&[
            op(3, &[bin(INT, bin_name), lit(1)]),
            lit("big"),
            op(3, &[bin(INT, bin_name), lit(0)]),
            lit("small"),
            lit("none"),
        ])
    };
    assert_eq!(evaluate(&grade("two")), Ok("big".into()));
    assert_eq!(evaluate(&grade("one")), Ok("small".into()));
    assert_eq!(evaluate(&grade("minus")), Ok("none".into()));
    assert_eq!(evaluate(&grade("none")), Err(Unknown));
    // Cases that are not taken are not evaluated.
    let guarded = cond(&[lit(false), op(23, &[lit(1), lit(0)]), lit(5)]);
    assert_eq!(evaluate(&guarded), Ok(Value::Int(5)));
    assert_eq!(
        evaluate(&cond(&[lit(true), unknown(), lit(5)])),
        Err(Unknown)
    );
}

#[test]
fn conditions_are_checked() {
    assert!(!builds(&cond(&[lit(true), lit(1), lit("1")])));
    assert!(!builds(&cond(&[lit(1), lit(1), lit(1)])));
    assert!(!builds(&cond(&[lit(true), lit(1)])));
    assert!(!builds(&cond(&[lit(1)])));
    assert!(!builds(&cond(&[lit(true), lit(1), lit(true), lit(2)])));
    assert!(builds(&cond(&[lit(true), unknown(), lit("1")])));
    // The type goes on to what the condition is part of.
    assert!(!builds(&eq(
        cond(&[lit(true), unknown(), lit("1")]),
        lit(1)
    )));
}

#[test]
fn definitions_see_those_before_them() {
    let expression = bind(
        &[
            ("x", bin(INT, "two")),
            ("y", op(22, &[var("x"), var("x")])),
            ("z", op(20, &[var("x"), var("y")])),
        ],
        op(20, &[var("x"), var("y"), var("z")]),
    );
    assert_eq!(evaluate(&expression), Ok(Value::Int(12)));
}

#[test]
fn inner_definitions_hide_outer_ones_and_end() {
    let expression = bind(
        &[("x", lit(1))],
        op(
            20,
            &[
                bind(
                    &[("x", lit(10)), ("y", var("x"))],
                    op(20, &[var("x"), var("y")]),
                ),
                var("x"),
            ],
        ),
    );
    assert_eq!(evaluate(&expression), Ok(Value::Int(21)));
    let escaped = op(20, &[bind(&[("x", lit(1))], var("x")), var("x")]);
    assert!(!builds(&escaped));
}

#[test]
fn an_unknown_definition_matters_only_where_it_is_used() {
    let none = [("x", bin(INT, "none"))];
    assert_eq!(evaluate(&bind(&none, lit(1))), Ok(Value::Int(1)));
    assert_eq!(evaluate(&bind(&none, var("x"))), Err(Unknown));
    assert_eq!(
        evaluate(&bind(&none, op(17, &[eq(var("x"), lit(1)), lit(true)]))),
        Ok(Value::Bool(true))
    );
}

#[test]
fn definitions_are_checked() {
    assert!(!builds(&var("x")));
    assert!(!builds(&bind(&[("x", var("x"))], lit(1))));
    assert!(!builds(&bind(&[("x", lit("a"))], eq(var("x"), lit(1)))));
    assert!(!builds(&bind(&[], lit(1))));
    assert!(!builds(&op(125, &[name("x"), lit(1)])));
    assert!(!builds(&op(124, &[])));
}

#[test]
fn values_stand_for_themselves_and_lists_are_quoted() {
    for value in [
        Value::Nil,
        Value::Bool(true),
        Value::Int(-5),
        Value::Float(1.5),
        "text".into(),
        Value::blob([1, 2]),
        Value::geo_json("{}"),
        wire::Map::from_pairs(
            wire::MapOrder::Key,
            vec![(Value::Int(1), Value::list(vec![]))],
        )
        .unwrap()
        .into(),
    ] {
        assert_eq!(evaluate(&lit(value.clone())), Ok(value));
    }
    assert_eq!(
        evaluate(&quote(vec![Value::Int(1), Value::list(vec![])])),
        Ok(Value::list(vec![Value::Int(1), Value::list(vec![])]))
    );
    assert!(!builds(&op(126, &[lit(1)])));
    assert!(!builds(&op(126, &[])));
    assert!(!builds(&lit(Value::list(vec!["a".into()]))));
    assert!(!builds(&name("untyped")));
}

#[test]
fn keys_and_values_of_maps() {
    assert_eq!(
        evaluate(&op(101, &[bin(MAP, "map")])),
        Ok(Value::list(vec![Value::Int(1), Value::Int(2)]))
    );
    assert_eq!(
        evaluate(&op(102, &[bin(MAP, "map")])),
        Ok(Value::list(vec!["one".into(), "two".into()]))
    );
    assert_eq!(evaluate(&op(101, &[bin(MAP, "none")])), Err(Unknown));
    assert!(!builds(&op(101, &[bin(LIST, "list")])));
    assert_eq!(
        evaluate(&op(9, &[lit(2), op(101, &[bin(MAP, "map")])])),
        Ok(Value::Bool(true))
    );
}

#[test]
fn loop_variables_are_those_of_the_element() {
    let record = Record::full();
    let (key, value) = (Value::from("k"), Value::Int(7));
    let element = Element {
        key: Some(&key),
        value: &value,
        index: 3,
    };
    let apply = |kind: i64, part: i64, element: Option<&Element<'_>>| {
        Expr::build(&op(122, &[lit(kind), lit(part)]))
            .unwrap()
            .apply(&record, element)
    };
    assert_eq!(apply(STR, 0, Some(&element)), Ok(Some(key.clone())));
    assert_eq!(apply(INT, 1, Some(&element)), Ok(Some(value.clone())));
    assert_eq!(apply(INT, 2, Some(&element)), Ok(Some(Value::Int(3))));
    // Another type than it has, and no element at all.
    assert_eq!(apply(INT, 0, Some(&element)), Err(Unknown));
    assert_eq!(apply(STR, 1, Some(&element)), Err(Unknown));
    assert_eq!(apply(STR, 2, Some(&element)), Err(Unknown));
    assert_eq!(apply(INT, 1, None), Err(Unknown));
    assert_eq!(
        apply(
            STR,
            0,
            Some(&Element {
                key: None,
                ..element
            })
        ),
        Err(Unknown)
    );
    assert!(!builds(&op(122, &[lit(INT), lit(3)])));
    assert!(!builds(&op(122, &[lit(12), lit(0)])));
}

#[test]
fn an_element_can_be_removed() {
    let record = Record::full();
    let keep_small = cond(&[
        op(5, &[op(122, &[lit(INT), lit(1)]), lit(5)]),
        op(122, &[lit(INT), lit(1)]),
        op(100, &[]),
    ]);
    let expr = Expr::build(&keep_small).unwrap();
    for (value, expected) in [(3, Some(Value::Int(3))), (7, None)] {
        let value = Value::Int(value);
        let element = Element {
            key: None,
            value: &value,
            index: 0,
        };
        assert_eq!(expr.apply(&record, Some(&element)), Ok(expected));
    }
    assert_eq!(evaluate(&op(100, &[])), Ok(Value::Nil));
    assert!(!builds(&op(100, &[lit(1)])));
}

#[test]
fn filters_are_boolean() {
    for (expression, expected) in [
        (lit(true), true),
        (bin(BOOL, "yes"), true),
        (unknown(), true),
        (lit(-1), false),
        (bin(INT, "one"), false),
    ] {
        let built = Expr::build_filter(&expression);
        assert_eq!(built.is_ok(), expected, "{expression:02x?}");
        assert_eq!(built.err(), (!expected).then_some(ResultCode::Parameter));
    }
}
