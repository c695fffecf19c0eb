//! Expressions: built, evaluated as filters and as operations that read and write.

use devserver::expr::{Expr, Outcome, Read, Write};
use wire::Value;

use super::record::Record;
use super::values::round_trip;

/// Builds and evaluates, in every way there is.
pub fn run(data: &[u8]) {
    let record = Record::default();
    if let Ok(expr) = Expr::build(data) {
        let value = expr.evaluate(&record);
        if let Ok(value) = &value {
            round_trip(value);
        }
        if expr.is_filter() && expr.filter(&record) == Outcome::True {
            assert_eq!(value, Ok(Value::Bool(true)));
        }
    }
    if let Ok(read) = Read::build(data) {
        _ = read.run(&record);
    }
    if let Ok(write) = Write::build(data) {
        _ = write.run(&record, b"a");
    }
}
