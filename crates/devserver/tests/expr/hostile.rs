//! Input nobody means well with: no panic, no blown stack, and an end.

use devserver::expr::{Expr, Outcome, Read, Unknown, Write};
use proptest::prelude::*;
use wire::Value;

use crate::pack::{Bytes, INT, LIST, bin, bind, call, lit, op, quote, var};
use crate::record::{Record, evaluate, filter};

/// Builds and evaluates whatever these bytes are.
fn run(bytes: &[u8]) {
    let record = Record::full();
    if let Ok(expr) = Expr::build(bytes) {
        let value = expr.evaluate(&record);
        let outcome = expr.filter(&record);
        match value {
            Ok(Value::Bool(value)) => {
                assert_eq!(outcome == Outcome::True, value);
                assert_ne!(outcome, Outcome::Unknown);
            }
            _ => assert_eq!(outcome, Outcome::Unknown),
        }
    }
    if let Ok(read) = Read::build(bytes) {
        let _ = read.run(&record);
    }
    if let Ok(write) = Write::build(bytes) {
        let _ = write.run(&record, b"one");
    }
}

/// Expressions that look right, with arguments that mostly do not.
fn expression() -> impl Strategy<Value = Bytes> {
    let names = prop::sample::select(vec![
        "one", "half", "text", "list", "map", "blob", "yes", "none",
    ]);
    let leaf = prop_oneof![
        any::<i64>().prop_map(lit),
        (-3..70_i64).prop_map(lit),
        any::<f64>().prop_map(lit),
        any::<bool>().prop_map(lit),
        Just(lit("a*")),
        Just(lit(Value::Nil)),
        Just(lit(Value::Wildcard)),
        (0..10_i64, names).prop_map(|(kind, name)| bin(kind, name)),
        (60..80_i64).prop_map(|code| op(code, &[])),
        prop::collection::vec(any::<i64>(), 0..4)
            .prop_map(|items| quote(items.into_iter().map(Value::Int).collect())),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            4 => (0..128_i64, prop::collection::vec(inner.clone(), 0..4)).prop_map(|(code, arguments)| op(code, &arguments)),
            2 => (1..7_i64, inner.clone(), inner.clone()).prop_map(|(code, a, b)| op(code, &[a, b])),
            2 => (0..10_i64, prop::sample::select(vec![0, 1, 2, 0x40, 0x41, 0x42]), 0..112_i64, prop::collection::vec(inner.clone(), 0..4), inner.clone())
                .prop_map(|(kind, system, code, arguments, on)| call(kind, system, op(code, &arguments), on)),
            1 => (inner.clone(), inner).prop_map(|(value, body)| bind(&[("a", value)], op(17, &[body, var("a")]))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        run(&bytes);
    }

    #[test]
    fn random_expressions(expression in expression()) {
        run(&expression);
        run(&[&[0x92], &expression[..], &[0]].concat());
    }

    #[test]
    fn expressions_with_a_flaw(expression in expression(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = expression;
        let at = at.index(bytes.len());
        bytes[at] = byte;
        run(&bytes);
    }
}

/// Each definition doubles the one before: 2⁶⁰ elements, if nobody stopped it.
#[test]
fn doubling_ends() {
    let names: Vec<String> = (0..=60).map(|at| format!("x{at}")).collect();
    let mut definitions = vec![(names[0].as_str(), bin(LIST, "list"))];
    for pair in names.windows(2) {
        let doubled = call(4, 0x40, op(2, &[var(&pair[0])]), var(&pair[0]));
        definitions.push((&pair[1], doubled));
    }
    assert_eq!(evaluate(&bind(&definitions, var("x60"))), Err(Unknown));
    let size = call(INT, 0, op(16, &[]), var("x4"));
    assert_eq!(
        evaluate(&bind(&definitions[..5], size)),
        Ok(Value::Int(3 << 4))
    );
}

/// Each definition is a list around the one before: it would be too deep to be dropped.
#[test]
fn wrapping_ends() {
    let names: Vec<String> = (0..=20_000).map(|at| format!("x{at}")).collect();
    let mut definitions = vec![(names[0].as_str(), bin(LIST, "list"))];
    for pair in names.windows(2) {
        definitions.push((
            &pair[1],
            call(4, 0x40, op(1, &[var(&pair[0])]), quote(vec![])),
        ));
    }
    assert_eq!(evaluate(&bind(&definitions, var("x20000"))), Err(Unknown));
    assert!(evaluate(&bind(&definitions[..100], var("x99"))).is_ok());
}

/// Loops in loops: every element of a list looks at every element, and each of those again …
#[test]
fn nested_loops_end() {
    let items = quote((0..100).map(Value::Int).collect());
    let mut test = lit(true);
    for _ in 0..20 {
        let mut context = vec![0x92, 4];
        context.extend(&test);
        let select = op(0xfe, &[context, lit(1)]);
        test = op(
            3,
            &[
                call(INT, 0, op(16, &[]), call(LIST, 0, select, items.clone())),
                lit(0),
            ],
        );
    }
    assert_eq!(filter(&test), Outcome::Unknown);
}

#[test]
fn deep_expressions_fit_a_small_stack() {
    let nested = (0..250).fold(lit(true), |inner, _| op(18, &[inner]));
    let calls = (0..80).fold(quote(vec![]), |inner, _| {
        call(LIST, 0x40, op(1, &[lit(1)]), inner)
    });
    let run = move || {
        (
            filter(&nested),
            evaluate(&calls).map(|list| list.as_list().map(|list| list.items.len())),
        )
    };
    let thread = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(run)
        .unwrap();
    assert_eq!(thread.join().unwrap(), (Outcome::True, Ok(Some(80))));
}
