//! Comparison by regular expression.

use devserver::expr::{Expr, Outcome};
use wire::{ResultCode, Value};

use crate::pack::{Bytes, INT, STR, bin, lit, name, op};
use crate::record::{builds, filter};

const EXTENDED: i64 = 1;
const ICASE: i64 = 2;
const NEWLINE: i64 = 4;
const NOSUB: i64 = 8;

fn regex(flags: i64, pattern: &str, text: Bytes) -> Bytes {
    op(7, &[lit(flags), name(pattern), text])
}

#[track_caller]
fn check(flags: i64, pattern: &str, text: &str, expected: bool) {
    let expected = if expected {
        Outcome::True
    } else {
        Outcome::False
    };
    assert_eq!(
        filter(&regex(flags, pattern, lit(text))),
        expected,
        "{pattern:?} in {text:?}"
    );
}

#[test]
fn basic_syntax_is_the_default() {
    check(0, "^hel", "hello", true);
    check(0, "^ell", "hello", false);
    check(0, "ell", "hello", true);
    check(0, "a+", "a+", true);
    check(0, "a+", "aa", false);
    check(0, r"\(ab\)\{2\}", "xababx", true);
    check(0, "[[:digit:]]$", "no 7", true);
    check(0, "[[:digit:]]$", "no", false);
}

#[test]
fn flags_have_the_numbers_of_glibc() {
    check(EXTENDED, "^(ab){2}$", "abab", true);
    check(EXTENDED, "a+b?", "xaay", true);
    check(ICASE, "HEL", "hello", true);
    check(0, "HEL", "hello", false);
    check(EXTENDED | ICASE, "^(H|J)ello", "jELLO", true);
    // With 4 a newline ends a line and no dot matches it; 8 changes nothing here.
    check(0, "^b", "a\nb", false);
    check(NEWLINE, "^b", "a\nb", true);
    check(NOSUB, "^b", "a\nb", false);
    check(0, "a.b", "a\nb", true);
    check(NEWLINE, "a.b", "a\nb", false);
    check(NOSUB, "a.b", "a\nb", true);
    // Flags nobody knows are ignored.
    check(1 << 20 | -(1 << 40), "ell", "hello", true);
}

#[test]
fn bytes_are_characters_whatever_the_locale() {
    check(0, "^.\\{5\\}$", "h\u{e9}ll", true);
    let text = lit(Value::string([b'a', 0xff, b'c']));
    assert_eq!(filter(&regex(0, "^a.c$", text)), Outcome::True);
}

#[test]
fn texts_end_at_their_first_zero() {
    check(0, "a$", "a\0b", true);
    check(0, "b", "a\0b", false);
}

#[test]
fn operands() {
    assert_eq!(filter(&regex(0, "^he", bin(STR, "text"))), Outcome::True);
    assert_eq!(filter(&regex(0, "^he", bin(STR, "none"))), Outcome::Unknown);
    assert_eq!(filter(&regex(0, "^he", bin(STR, "one"))), Outcome::Unknown);
    assert!(!builds(&regex(0, "^he", bin(INT, "one"))));
    assert!(!builds(&regex(0, r"\(", lit("a"))));
    assert!(!builds(&regex(EXTENDED, "(", lit("a"))));
    assert!(!builds(&op(7, &[lit("0"), name("a"), lit("a")])));
    assert!(!builds(&op(7, &[lit(0), name("a")])));
}

/// The C library would run out of time, stack or memory on these.
#[test]
fn patterns_that_explode_are_refused() {
    for (flags, pattern) in [
        (0, r"\(a*\)*\1".to_owned()),
        (EXTENDED, "(a)\\1".to_owned()),
        (EXTENDED, "((a{1,100}){1,100}){1,100}".to_owned()),
        (EXTENDED, "(a{1,100}){1,100}".to_owned()),
        (EXTENDED, "a{1000}{1000}".to_owned()),
        (0, r"\(a\{1,100\}\)\{1,100\}".to_owned()),
        (EXTENDED, "(((a){99})*){99}".to_owned()),
        (EXTENDED, "(".repeat(20_000)),
        (EXTENDED, "a?".repeat(20_000)),
        (EXTENDED, format!("a{{{}}}", "9".repeat(100))),
    ] {
        let result = Expr::build(&regex(flags, &pattern, lit("a"))).err();
        assert_eq!(
            result,
            Some(ResultCode::Unsupported),
            "{}",
            &pattern[..20.min(pattern.len())]
        );
    }
    check(
        EXTENDED,
        "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
        "01234567-89ab-cdef-0123-456789abcdef",
        true,
    );
}

/// What compiles in a moment once does not many times.
#[test]
fn many_large_patterns_are_refused_together() {
    let many = |count| {
        let large = regex(EXTENDED, "a{0,2000}", lit("a"));
        Expr::build(&op(16, &vec![large; count]))
    };
    assert!(many(8).is_ok());
    assert_eq!(many(9).err(), Some(ResultCode::Unsupported));
    let small = vec![regex(0, "^name.*[0-9]$", lit("name 1")); 1000];
    assert_eq!(filter(&op(16, &small)), Outcome::True);
}

/// A thread's stack must do for every pattern that is accepted.
#[test]
fn the_largest_patterns_fit_a_small_stack() {
    let run = |flags, pattern: String| {
        let text = "a".repeat(3000);
        let run = move || filter(&regex(flags, &pattern, lit(text.as_str())));
        std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(run)
            .unwrap()
            .join()
            .unwrap()
    };
    assert_eq!(
        run(
            EXTENDED,
            format!("{}a{}", "(".repeat(1000), ")".repeat(1000))
        ),
        Outcome::True
    );
    assert_eq!(run(EXTENDED, "a?".repeat(1000)), Outcome::True);
    assert_eq!(run(EXTENDED, "(a|b)?".repeat(300)), Outcome::True);
    assert_eq!(run(EXTENDED, "a{0,2000}$".to_owned()), Outcome::True);
    assert_eq!(
        run(
            EXTENDED,
            format!("{}a{}", "(".repeat(600), ")?".repeat(600))
        ),
        Outcome::True
    );
}
