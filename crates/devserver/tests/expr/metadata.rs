//! What an expression sees of a record beside its bins.

use devserver::expr::{Expr, Unknown, record_size};
use wire::{Digest, Value};

use crate::pack::{BLOB, BOOL, INT, LIST, STR, lit, name, op};
use crate::record::{NOW, Record, builds, evaluate};

#[test]
fn metadata() {
    let expected = [
        (65, Value::Int(0)),
        (66, Value::Int((NOW as i64 - 1500) * 1_000_000)),
        (67, Value::Int(1500)),
        (68, Value::Int((NOW as i64 / 1000 + 60) * 1_000_000_000)),
        (69, Value::Int(60)),
        (70, "demo".into()),
        (71, Value::Bool(true)),
        (72, Value::Bool(false)),
        (73, Value::Int(128)),
        (74, Value::Int(128)),
    ];
    for (code, expected) in expected {
        assert_eq!(evaluate(&op(code, &[])), Ok(expected), "{code}");
        assert!(!builds(&op(code, &[lit(1)])), "{code}");
    }
}

#[test]
fn a_record_that_lives_for_ever_and_has_no_key() {
    let record = Record {
        void_time: None,
        key: None,
        set: "",
        ..Record::full()
    };
    for (code, expected) in [
        (68, Value::Int(-1)),
        (69, Value::Int(-1)),
        (70, "".into()),
        (71, Value::Bool(false)),
    ] {
        assert_eq!(
            Expr::build(&op(code, &[])).unwrap().evaluate(&record),
            Ok(expected),
            "{code}"
        );
    }
    assert_eq!(
        Expr::build(&op(80, &[lit(STR)])).unwrap().evaluate(&record),
        Err(Unknown)
    );
}

#[test]
fn digests_modulo() {
    let modulo = |modulus: i64| evaluate(&op(64, &[lit(modulus)]));
    assert_eq!(modulo(3), Ok(Value::Int(1_000_003 % 3)));
    assert_eq!(modulo(256), Ok(Value::Int(1_000_003 % 256)));
    let record = Record {
        digest: Digest([0xff; 20]),
        ..Record::full()
    };
    let expr = Expr::build(&op(64, &[lit(1000)])).unwrap();
    assert_eq!(
        expr.evaluate(&record),
        Ok(Value::Int(i64::from(u32::MAX) % 1000))
    );
    assert!(!builds(&op(64, &[lit(0)])));
    assert!(!builds(&op(64, &[lit("3")])));
    assert!(!builds(&op(64, &[])));
}

#[test]
fn keys() {
    let key = |kind: i64, key: Option<Value>| {
        let record = Record {
            key,
            ..Record::full()
        };
        Expr::build(&op(80, &[lit(kind)]))
            .unwrap()
            .evaluate(&record)
    };
    assert_eq!(key(STR, Some("k".into())), Ok("k".into()));
    assert_eq!(key(INT, Some(Value::Int(5))), Ok(Value::Int(5)));
    assert_eq!(key(BLOB, Some(Value::blob([5]))), Ok(Value::blob([5])));
    assert_eq!(key(INT, Some("k".into())), Err(Unknown));
    assert!(!builds(&op(80, &[lit(LIST)])));
    assert!(!builds(&op(80, &[lit(BOOL)])));
}

#[test]
fn bin_types_are_particle_types() {
    for (bin, expected) in [
        ("one", 1),
        ("half", 2),
        ("text", 3),
        ("blob", 4),
        ("yes", 17),
        ("map", 19),
        ("list", 20),
        ("point", 23),
        ("none", 0),
    ] {
        assert_eq!(
            evaluate(&op(82, &[name(bin)])),
            Ok(Value::Int(expected)),
            "{bin}"
        );
    }
    assert!(!builds(&op(82, &[name("a name that is too long")])));
    assert!(!builds(&op(
        81,
        &[lit(INT), name("a name that is too long")]
    )));
}

/// Both sizes were given by a real server.
#[test]
fn sizes() {
    let names = Value::list(vec!["John".into(), "Marlene".into(), "Steve".into()]);
    let one = [(&b"names"[..], &names)];
    assert_eq!(record_size(true, b"demo", None, one.into_iter()), 96);

    let list = wire::msgpack::decode(&hex(
        "9ac000ad03737472696e675f7465737430941a1b1c008400001f1f20202121b0046279746561727261795f7465737430ac0462797465735f7465737430c2c0cb0000000000000000",
    ))
    .unwrap();
    let short = Value::list(vec![Value::Int(1), Value::Int(2), Value::Int(6)]);
    let map = wire::msgpack::decode(&hex("83010102020306")).unwrap();
    let bins: [(&[u8], &Value); 10] = [
        (b"name", &"name0".into()),
        (b"t", &true.into()),
        (b"f", &false.into()),
        (b"age", &Value::Int(0)),
        (b"balance", &Value::Int(0)),
        (b"key", &Value::Int(0)),
        (b"alt_name", &"name0".into()),
        (b"list_bin", &list),
        (b"ilist_bin", &short),
        (b"imap_bin", &map),
    ];
    assert_eq!(record_size(true, b"demo", None, bins.into_iter()), 256);
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
