//! What the library of lists, maps, bytes and so on does: `library/library.txt` holds pieces of Lua and what the Lua inside of the official
//! client made of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use udf::{Limits, Program, Record, Registry};
use wire::Value;

#[test]
fn as_in_the_official_client() {
    let registry = Registry::default();
    let library = include_bytes!("library/library.lua").to_vec();
    registry.put("library.lua", library).unwrap();
    let patient = Limits {
        time: Duration::from_secs(600),
        ..Limits::default()
    };
    let program = Program::load(&registry, "library", patient, 0).unwrap();
    let lines: Vec<&str> = include_str!("library/library.txt").lines().collect();
    let mut different = Vec::new();
    for pair in lines.chunks(2) {
        let (code, wanted) = (pair[0], pair[1].strip_prefix("=> ").unwrap());
        let applied = program.apply("run", Record::default(), &[Value::string(code)]);
        let result = applied.unwrap().result;
        let got = String::from_utf8_lossy(result.as_bytes().unwrap()).into_owned();
        if got != wanted {
            different.push(format!("{code}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert_eq!(lines.len(), 2 * 333);
    assert!(different.is_empty(), "{}", different.join("\n"));
}
