//! Flags of modify operations.

use wire::ResultCode;

/// The operation may only make the bin.
pub(crate) const CREATE_ONLY: i64 = 1;
/// The operation may only change a bin that is there.
pub(crate) const UPDATE_ONLY: i64 = 2;
/// What the bin's content does not allow leaves it as it is instead of being an error.
pub(crate) const NO_FAIL: i64 = 4;
/// A range that reaches past the end stops at the end.
pub(crate) const PARTIAL: i64 = 8;

/// Takes flags of which only `allowed` may be set; to require and to forbid the bin at once is an error too.
pub(crate) fn check(flags: i64, allowed: i64) -> Result<i64, ResultCode> {
    let both = CREATE_ONLY | UPDATE_ONLY;
    if flags & !allowed != 0 || flags & both == both {
        Err(ResultCode::Parameter)
    } else {
        Ok(flags)
    }
}

/// Whether flags allow the operation on a bin that is there, or is not.
pub(crate) fn admit(flags: i64, exists: bool) -> Result<(), ResultCode> {
    if exists && flags & CREATE_ONLY != 0 {
        Err(ResultCode::BinExists)
    } else if !exists && flags & UPDATE_ONLY != 0 {
        Err(ResultCode::BinNotFound)
    } else {
        Ok(())
    }
}

/// Under [`NO_FAIL`], turns what the bin's content does not allow into nothing done.
pub(crate) fn forgive<T>(
    flags: i64,
    outcome: Result<T, ResultCode>,
) -> Result<Option<T>, ResultCode> {
    match outcome {
        Err(_) if flags & NO_FAIL != 0 => Ok(None),
        outcome => outcome.map(Some),
    }
}
