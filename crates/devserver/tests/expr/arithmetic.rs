//! Numbers and bits.

use devserver::expr::Unknown;
use wire::Value;

use crate::pack::{FLOAT, INT, bin, lit, op, unknown};
use crate::record::{builds, evaluate};

fn ints(code: i64, arguments: &[i64]) -> Result<Value, Unknown> {
    evaluate(&op(
        code,
        &arguments.iter().map(|int| lit(*int)).collect::<Vec<_>>(),
    ))
}

fn floats(code: i64, arguments: &[f64]) -> Result<Value, Unknown> {
    evaluate(&op(
        code,
        &arguments
            .iter()
            .map(|float| lit(*float))
            .collect::<Vec<_>>(),
    ))
}

#[test]
fn integers() {
    let table: &[(i64, &[i64], i64)] = &[
        (20, &[1, 2, 3], 6),
        (20, &[i64::MAX, 1], i64::MIN),
        (20, &[5], 5),
        (21, &[10, 2, 3], 5),
        (21, &[10], -10),
        (21, &[i64::MIN], i64::MIN),
        (22, &[2, -3, 4], -24),
        (22, &[i64::MAX, 2], -2),
        (23, &[100, 7], 14),
        (23, &[-7, 2], -3),
        (23, &[100, 5, 2], 10),
        (23, &[1], 1),
        (23, &[2], 0),
        (23, &[i64::MIN, -1], i64::MIN),
        (26, &[7, 3], 1),
        (26, &[-7, 3], -1),
        (26, &[i64::MIN, -1], 0),
        (27, &[-5], 5),
        (27, &[5], 5),
        (27, &[i64::MIN], i64::MIN),
        (32, &[0b1100, 0b1010], 0b1000),
        (32, &[7, 6, 12], 4),
        (33, &[0b1100, 0b1010], 0b1110),
        (34, &[0b1100, 0b1010], 0b0110),
        (35, &[0], -1),
        (36, &[1, 4], 16),
        (36, &[-1, 63], i64::MIN),
        (37, &[-1, 60], 15),
        (38, &[-16, 2], -4),
        (38, &[16, 2], 4),
        (39, &[-1], 64),
        (39, &[0xaaaa], 8),
        (50, &[3, -1, 2], -1),
        (51, &[3, -1, 2], 3),
    ];
    for (code, arguments, expected) in table {
        assert_eq!(
            ints(*code, arguments),
            Ok(Value::Int(*expected)),
            "{code} {arguments:?}"
        );
    }
}

#[test]
fn bit_scans_count_from_the_left() {
    for (code, bits, wanted, expected) in [
        (40, 1, true, 63),
        (40, 0xffff, true, 48),
        (40, 0, false, 0),
        (40, 0, true, -1),
        (40, -1, false, -1),
        (40, i64::MIN, true, 0),
        (41, 1, true, 63),
        (41, 0, false, 63),
        (41, 0, true, -1),
        (41, i64::MIN, true, 0),
        (41, 0xffff, false, 47),
    ] {
        let found = evaluate(&op(code, &[lit(bits), lit(wanted)]));
        assert_eq!(found, Ok(Value::Int(expected)), "{code} {bits:x} {wanted}");
    }
}

#[test]
fn doubles() {
    let table: &[(i64, &[f64], f64)] = &[
        (20, &[1.5, 2.0], 3.5),
        (21, &[1.5, 2.0], -0.5),
        (21, &[1.5], -1.5),
        (22, &[1.5, 2.0], 3.0),
        (23, &[3.0, 2.0], 1.5),
        (23, &[4.0], 0.25),
        (23, &[1.0, 0.0], f64::INFINITY),
        (24, &[2.0, 10.0], 1024.0),
        (25, &[8.0, 2.0], 3.0),
        (27, &[-1.5], 1.5),
        (28, &[-1.5], -2.0),
        (29, &[-1.5], -1.0),
        (50, &[1.5, -2.0], -2.0),
        (51, &[1.5, -2.0], 1.5),
    ];
    for (code, arguments, expected) in table {
        assert_eq!(
            floats(*code, arguments),
            Ok(Value::Float(*expected)),
            "{code} {arguments:?}"
        );
    }
}

#[test]
fn conversions() {
    assert_eq!(floats(30, &[-2.9]), Ok(Value::Int(-2)));
    assert_eq!(floats(30, &[1e300]), Ok(Value::Int(i64::MAX)));
    assert_eq!(ints(31, &[3]), Ok(Value::Float(3.0)));
}

#[test]
fn without_a_result() {
    assert_eq!(ints(23, &[1, 0]), Err(Unknown));
    assert_eq!(ints(23, &[0]), Err(Unknown));
    assert_eq!(ints(26, &[1, 0]), Err(Unknown));
    for code in (20..=31).chain(32..=41).chain([50, 51]) {
        for operand in [
            bin(INT, "none"),
            bin(FLOAT, "none"),
            bin(INT, "text"),
            unknown(),
        ] {
            for expression in [
                op(code, std::slice::from_ref(&operand)),
                op(code, &[operand.clone(), operand]),
            ] {
                if builds(&expression) {
                    assert_eq!(evaluate(&expression), Err(Unknown), "{code}");
                }
            }
        }
    }
}

#[test]
fn bins_take_part() {
    let sum = op(20, &[bin(INT, "one"), bin(INT, "two"), bin(INT, "minus")]);
    assert_eq!(evaluate(&sum), Ok(Value::Int(-4)));
    let twice = op(22, &[bin(FLOAT, "half"), lit(2.0)]);
    assert_eq!(evaluate(&twice), Ok(Value::Float(1.0)));
}

#[test]
fn operands_have_one_type_and_the_right_number() {
    for code in [20, 21, 22, 23, 50, 51] {
        assert!(builds(&op(code, &[lit(1), lit(2)])), "{code}");
        assert!(!builds(&op(code, &[lit(1), lit(2.0)])), "{code}");
        assert!(!builds(&op(code, &[lit("1")])), "{code}");
        assert!(!builds(&op(code, &[])), "{code}");
    }
    for code in [24, 25] {
        assert!(builds(&op(code, &[lit(1.0), lit(2.0)])), "{code}");
        assert!(!builds(&op(code, &[lit(1), lit(2)])), "{code}");
        assert!(!builds(&op(code, &[lit(1.0)])), "{code}");
    }
    for code in [28, 29, 30] {
        assert!(builds(&op(code, &[lit(1.0)])), "{code}");
        assert!(!builds(&op(code, &[lit(1)])), "{code}");
    }
    for code in [31, 35, 39] {
        assert!(builds(&op(code, &[lit(1)])), "{code}");
        assert!(!builds(&op(code, &[lit(1.0)])), "{code}");
        assert!(!builds(&op(code, &[lit(1), lit(1)])), "{code}");
    }
    for code in [26, 36, 37, 38] {
        assert!(builds(&op(code, &[lit(1), lit(1)])), "{code}");
        assert!(!builds(&op(code, &[lit(1), lit("bad")])), "{code}");
        assert!(!builds(&op(code, &[lit(1)])), "{code}");
    }
    for code in [40, 41] {
        assert!(builds(&op(code, &[lit(1), lit(true)])), "{code}");
        assert!(!builds(&op(code, &[lit(1), lit(1)])), "{code}");
    }
    assert!(!builds(&op(27, &[lit(1), lit(1)])));
    for code in [
        10,
        15,
        42,
        49,
        52,
        63,
        75,
        79,
        83,
        99,
        103,
        121,
        128,
        -1,
        1 << 40,
    ] {
        assert!(!builds(&op(code, &[lit(1), lit(1)])), "{code}");
    }
}
