//! Ranges of positions.

use std::ops::Range;

/// The position an index or rank means among `len`; negative ones count from the end.
pub(super) fn position(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 {
        usize::try_from(index.unsigned_abs())
            .ok()
            .and_then(|back| len.checked_sub(back))
    } else {
        usize::try_from(index).ok()
    };
    index.filter(|index| *index < len)
}

/// The positions from `start` on, counted from the end if negative.
pub(super) fn span(start: i64, count: Option<i64>, len: usize) -> Range<usize> {
    let from_end = if start < 0 { len as i128 } else { 0 };
    window(i128::from(start) + from_end, count, len)
}

/// The positions from `base + offset` on. What lies before the first position uses up the count.
pub(super) fn relative(base: usize, offset: i64, count: Option<i64>, len: usize) -> Range<usize> {
    window(base as i128 + i128::from(offset), count, len)
}

/// The part of a window that lies within `0..len`. A negative count is a very large one, as on the wire.
fn window(start: i128, count: Option<i64>, len: usize) -> Range<usize> {
    let count = count.map_or(u64::MAX, i64::cast_unsigned);
    let clamp = |position: i128| position.clamp(0, len as i128) as usize;
    clamp(start)..clamp(start + i128::from(count))
}
