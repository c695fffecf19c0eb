//! POSIX regular expressions, by the C library's own `regcomp` and `regexec`: a real server uses them too, and basic syntax, bracket
//! classes and leftmost matching have no equal elsewhere.
//!
//! This is the one place of the module with `unsafe`: the calls into the C library, and the claim that what it compiles may be shared.

use wire::ResultCode;

pub(super) use imp::Regex;

/// The most nodes a pattern may come to. The C library keeps for each of them which others it reaches without a character, and
/// recurses through those.
const MAX_NODES: usize = 2048;
/// The most nodes all patterns of an expression may come to.
const MAX_NODES_TOGETHER: usize = 8 * MAX_NODES;

/// What the patterns of one expression may still come to.
#[derive(Debug)]
pub(super) struct Allowance(usize);

impl Default for Allowance {
    fn default() -> Self {
        Self(MAX_NODES_TOGETHER)
    }
}

/// Refuses what the C library cannot match in bounded time, stack and memory: back-references, and patterns that are or unfold too large.
fn check(pattern: &[u8], allowance: &mut Allowance) -> Result<(), ResultCode> {
    let refers_back = |pair: &[u8]| matches!(pair, [b'\\', b'1'..=b'9']);
    let nodes = nodes(pattern);
    let left = allowance.0.checked_sub(nodes);
    match left.filter(|_| nodes <= MAX_NODES) {
        Some(left) if !pattern.windows(2).any(refers_back) => {
            allowance.0 = left;
            Ok(())
        }
        _ => Err(ResultCode::Unsupported),
    }
}

/// At least as many nodes as the pattern unfolds to. Each repetition count multiplies what stands before it: a single character, or, as
/// long as that is not ruled out, everything.
fn nodes(pattern: &[u8]) -> usize {
    let mut nodes: usize = 0;
    for (at, byte) in pattern.iter().enumerate() {
        nodes = nodes.saturating_add(1);
        if *byte != b'{' {
            continue;
        }
        let (before, behind) = pattern.split_at(at);
        let times = largest_number(behind);
        let before = before.strip_suffix(b"\\").unwrap_or(before);
        nodes = match before.last() {
            Some(b')' | b'}' | b'*' | b'+' | b'?') => nodes.saturating_mul(times.max(1)),
            _ => nodes.saturating_add(times),
        };
    }
    nodes
}

/// The largest number in front of the next closing brace.
fn largest_number(braced: &[u8]) -> usize {
    let inside = braced
        .split(|byte| *byte == b'}')
        .next()
        .unwrap_or_default();
    let numbers = inside.split(|byte| !byte.is_ascii_digit());
    let value = |digits: &[u8]| {
        digits.iter().fold(0_usize, |value, digit| {
            value
                .saturating_mul(10)
                .saturating_add(usize::from(digit - b'0'))
        })
    };
    numbers.map(value).max().unwrap_or(0)
}

#[cfg(unix)]
mod imp {
    use std::ffi::{CStr, CString, c_int};
    use std::fmt;
    use std::mem::MaybeUninit;
    use std::ptr;
    use std::sync::OnceLock;

    use wire::ResultCode;

    use super::Allowance;

    /// A compiled pattern.
    pub(crate) struct Regex {
        /// In a box, so that it stays where it was compiled.
        compiled: Box<libc::regex_t>,
    }

    // SAFETY: POSIX lets any number of threads match against one compiled pattern, and it holds nothing that belongs to a thread. Only
    // its owner frees it.
    unsafe impl Send for Regex {}
    // SAFETY: as above; `regexec` takes it as const and, where it caches states in it, locks.
    unsafe impl Sync for Regex {}

    impl Regex {
        /// Compiles a pattern. `flags` are numbered as in glibc's `regex.h`, whatever the host's numbers are: 1 extended syntax,
        /// 2 ignore case, 4 treat newlines as line ends, 8 no positions.
        pub(crate) fn new(
            flags: i64,
            pattern: &[u8],
            allowance: &mut Allowance,
        ) -> Result<Self, ResultCode> {
            super::check(pattern, allowance)?;
            let known = [
                libc::REG_EXTENDED,
                libc::REG_ICASE,
                libc::REG_NEWLINE,
                libc::REG_NOSUB,
            ];
            let flags = known.iter().enumerate().fold(0, |all, (bit, flag)| {
                if flags & (1 << bit) == 0 {
                    all
                } else {
                    all | flag
                }
            });
            compile(&c_string(pattern), flags).map(|compiled| Self { compiled })
        }

        /// Whether the pattern is found anywhere in the text.
        pub(crate) fn is_match(&self, text: &[u8]) -> bool {
            let text = c_string(text);
            // SAFETY: `compiled` was filled by a successful `regcomp`, `text` ends with a zero, and no positions are asked for.
            let result = unsafe {
                libc::regexec(
                    &raw const *self.compiled,
                    text.as_ptr(),
                    0,
                    ptr::null_mut(),
                    0,
                )
            };
            result == 0
        }
    }

    impl Drop for Regex {
        fn drop(&mut self) {
            // SAFETY: `compiled` was filled by a successful `regcomp` and is freed only here.
            unsafe { libc::regfree(&raw mut *self.compiled) };
        }
    }

    impl fmt::Debug for Regex {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Regex")
        }
    }

    fn compile(pattern: &CStr, flags: c_int) -> Result<Box<libc::regex_t>, ResultCode> {
        let mut compiled: Box<MaybeUninit<libc::regex_t>> = Box::new(MaybeUninit::zeroed());
        let locale = c_locale();
        // SAFETY: a locale object that is never freed, or null, which only asks.
        let previous = unsafe { libc::uselocale(locale) };
        // SAFETY: `compiled` is writable and `pattern` ends with a zero.
        let result = unsafe { libc::regcomp(compiled.as_mut_ptr(), pattern.as_ptr(), flags) };
        // SAFETY: what was in use before is put back on the same thread.
        unsafe { libc::uselocale(previous) };
        if result != 0 {
            return Err(ResultCode::Parameter);
        }
        // SAFETY: `regcomp` succeeded, so it has filled it.
        Ok(unsafe { compiled.assume_init() })
    }

    /// The locale a server matches in: bytes are characters, whatever the process around it has set.
    fn c_locale() -> libc::locale_t {
        static LOCALE: OnceLock<usize> = OnceLock::new();
        // SAFETY: the name ends with a zero and there is no locale to build upon.
        let make = || unsafe { libc::newlocale(libc::LC_ALL_MASK, c"C".as_ptr(), ptr::null_mut()) };
        // Kept as a number: the pointer itself may not cross threads, though the object it names may.
        *LOCALE.get_or_init(|| make() as usize) as libc::locale_t
    }

    /// The bytes as the C library sees them: up to the first zero.
    fn c_string(bytes: &[u8]) -> CString {
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        CString::new(bytes.get(..end).unwrap_or_default()).unwrap_or_default()
    }
}

#[cfg(not(unix))]
mod imp {
    use wire::ResultCode;

    use super::Allowance;

    /// A compiled pattern; there is none without a C library that has them.
    #[derive(Debug)]
    pub(crate) enum Regex {}

    impl Regex {
        pub(crate) fn new(
            _flags: i64,
            pattern: &[u8],
            allowance: &mut Allowance,
        ) -> Result<Self, ResultCode> {
            super::check(pattern, allowance)?;
            Err(ResultCode::Unsupported)
        }

        pub(crate) fn is_match(&self, _text: &[u8]) -> bool {
            match *self {}
        }
    }
}
