//! Futures made where they stay.

use std::future::Future;
use std::pin::Pin;

/// A future on the heap. `Box::pin` makes it on the stack first and copies it, and that of a request is some kilobytes, of which all but the
/// arguments is not yet written: here it never is anywhere else.
#[allow(
    clippy::inline_always,
    reason = "a call would copy what it is to return"
)]
#[inline(always)]
pub(crate) fn in_place<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    let room = Box::new_uninit();
    Box::into_pin(Box::write(room, make()))
}
