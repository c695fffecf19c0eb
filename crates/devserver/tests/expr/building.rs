//! Building: captured expressions, sizes, and what is none.

use devserver::expr::{Expr, MAX_SIZE, Read, Write};
use wire::ResultCode;

use crate::pack::{bind, lit, op, var};
use crate::record::{builds, evaluate};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Expressions as clients write them.
#[test]
fn known_encodings_build() {
    for text in [
        "9301935102a16101",
        "93109303935102a1610192129305935107a166cb4004000000000000",
        "940702a45e612e2a935103a173",
        "93029252a16100",
        "9301957f02009110935104a16c02",
        "9301957f030093ccff9222a20378936107a2036b935105a16da20376",
        "9301935104a16c927e9201a20361",
        "947da178935102a1619303927ca17801",
        "9301947b9303935102a16101010001",
        "9301957f020193330008935106a16208",
        "9301957f02029132935109a16805",
        "9301957f02009110957f0440920101935104a16c05",
        "930192400300",
    ] {
        assert!(Expr::build_filter(&hex(text)).is_ok(), "{text}");
    }
    assert!(Read::build(&hex("929314935102a1610100")).is_ok());
    assert!(Write::build(&hex("929314935102a1610100")).is_ok());
}

/// Every expression captured from the official client.
#[test]
fn captured_expressions_build() {
    let text = include_str!("../../../wire/tests/golden/c_client_19_3.jsonl");
    let mut seen = 0;
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(bytes) = line[3].as_str().map(hex) else {
            continue;
        };
        let built = match (&line[1], line[1].as_i64()) {
            (kind, _) if kind == "filter43" => Expr::build_filter(&bytes).is_ok(),
            (_, Some(7)) => Read::build(&bytes).is_ok(),
            (_, Some(8)) => Write::build(&bytes).is_ok(),
            _ => continue,
        };
        assert!(built, "{line}");
        seen += 1;
    }
    assert_eq!(seen, 23);
}

#[test]
fn only_complete_expressions_build() {
    let whole = hex("93109303935102a1610192129305935107a166cb4004000000000000");
    for end in 0..whole.len() {
        assert!(!builds(&whole[..end]), "{end}");
    }
    assert!(!builds(&[&whole[..], &[0]].concat()));
    assert!(!builds(&[0x90]));
    assert!(!builds(&[0x91, 0xc0]));
    assert!(!builds(&[0xc1]));
}

#[test]
fn a_megabyte_is_the_limit() {
    let sum = |count: usize| op(20, &vec![lit(1); count]);
    let fits = sum(MAX_SIZE - 7);
    assert!(fits.len() <= MAX_SIZE);
    assert_eq!(evaluate(&fits), Ok(wire::Value::Int(MAX_SIZE as i64 - 7)));
    assert!(!builds(&sum(MAX_SIZE)));
}

#[test]
fn nesting_is_limited() {
    let nested = |depth| (0..depth).fold(lit(true), |inner, _| op(18, &[inner]));
    assert_eq!(evaluate(&nested(200)), Ok(true.into()));
    assert!(!builds(&nested(300)));
    assert!(!builds(&nested(200_000)));
    assert_eq!(
        Expr::build(&vec![0x91; 100_000]).err(),
        Some(ResultCode::Parameter)
    );
}

#[test]
fn many_definitions_build_in_no_time() {
    let names: Vec<String> = (0..50_000).map(|at| format!("v{at}")).collect();
    let mut definitions = vec![("v", lit(1))];
    definitions.extend(names.iter().map(|name| (name.as_str(), var("v"))));
    assert_eq!(
        evaluate(&bind(&definitions, var("v49999"))),
        Ok(wire::Value::Int(1))
    );
}
