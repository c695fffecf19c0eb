//! Arguments that queries alone have.

use pyo3::prelude::*;

use super::Object;
use crate::convert::fields;
use crate::convert::keys::items_of;
use crate::convert::value::{self, repr};
use crate::error::{Error, Result};
use crate::ops::apply::Function;

/// How many records a page or a batch has.
pub(super) fn page_size(size: Object<'_, '_>) -> Result<u64> {
    let records = fields::int(size).map_err(|error| error.within("size"))?;
    let records = u64::try_from(records).ok().filter(|&records| records > 0);
    records
        .ok_or_else(|| Error::argument(format!("size {} is not a number of records", repr(size))))
}

/// A function of a module, and its arguments.
pub(super) fn parse_function(
    module: Object<'_, '_>,
    name: Object<'_, '_>,
    arguments: Option<Object<'_, '_>>,
) -> Result<Function> {
    let text = |what: &str, object| {
        let text = fields::text(object).map_err(|error| error.within(what))?;
        if text.is_empty() || text.contains('\0') {
            return Err(Error::argument(format!(
                "{what} {} is no name",
                repr(object)
            )));
        }
        Ok(text)
    };
    let arguments = match arguments.filter(|arguments| !arguments.is_none()) {
        None => Vec::new(),
        Some(arguments) => items_of(arguments, "arguments")?
            .iter()
            .map(value::parse)
            .collect::<Result<_>>()?,
    };
    Ok(Function {
        module: text("module", module)?,
        name: text("function", name)?,
        arguments,
    })
}

/// The name of an index.
pub(super) fn index_text(name: Object<'_, '_>) -> Result<String> {
    const LONGEST: usize = 255;
    let text = fields::text(name).map_err(|error| error.within("index_name"))?;
    if text.is_empty() || text.len() > LONGEST || text.contains('\0') {
        return Err(Error::argument(format!(
            "index_name {} is no name: 1 to {LONGEST} bytes are allowed",
            repr(name)
        )));
    }
    Ok(text)
}
