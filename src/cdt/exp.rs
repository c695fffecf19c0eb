//! Operations that an expression computes, and operations on all that a path leads to.

use aerospike_core::operations::exp::{self, ExpReadFlags, ExpWriteFlags};
use aerospike_core::operations::path::{self, ModifyFlag, SelectFlag};

use super::{Collected, ctx, reads, silently};
use crate::convert::fields::Fields;
use crate::error::{Error, Result};
use crate::expr;

/// The functions of `expression_operations`, in the order of their codes, which begin at 5001.
pub(super) const NAMES: &[&str] = &[
    "expression_read",
    "expression_write",
    "select_by_path",
    "modify_by_path",
];

pub(super) fn make(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let expression =
        || expr::parse(&f.get("expression")?).map_err(|error| error.within("'expression'"));
    let way = || {
        let ctx = ctx::given(f)?;
        if ctx.is_empty() {
            return Err(Error::argument("'ctx' is empty: there is no path"));
        }
        Ok(ctx)
    };
    Ok(match code {
        5001 => {
            let flags = f.flags("flags", 0..=16)?;
            if !matches!(flags, 0 | 16) {
                return Err(Error::argument(format!(
                    "'flags': {flags} is not one of EXP_READ_*"
                )));
            }
            reads(exp::read_exp(
                bin,
                expression()?,
                ExpReadFlags::from_bits(flags),
            ))
        }
        5002 => {
            let flags = ExpWriteFlags::from_bits(f.flags("flags", 0..=31)?);
            silently(exp::write_exp(bin, expression()?, flags))
        }
        5003 => {
            let flags = SelectFlag::from_bits(f.flags("flags", 0..=31)?);
            reads(path::select_by_path(bin, flags, &way()?))
        }
        _ => {
            let flags = ModifyFlag::from_bits(f.flags("flags", 0..=31)?);
            silently(path::modify_by_path(bin, flags, expression()?, &way()?))
        }
    })
}
