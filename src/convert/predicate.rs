//! Predicates of `where`: the tuples that `aerospike_py.predicates` makes, to the core's filters.

use aerospike_core::expressions::Expression;
use aerospike_core::operations::CdtContext;
use aerospike_core::query::Filter;
use aerospike_core::{CollectionIndexType, Value};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyTuple};

use super::fields::{int, text};
use super::operation::bin_name;
use super::suggestion::suggestion;
use super::value::{self, repr, type_name};
use crate::error::{Error, Result};

/// A string or blob in an index has less (protocol section 2.10).
const LONGEST: usize = 2048;

const KINDS: &[&str] = &[
    "equals",
    "between",
    "contains",
    "range",
    "geo_within_geojson_region",
    "geo_within_radius",
    "geo_contains_geojson_point",
    "geo_contains_point",
];

/// By what the server knows the index.
pub(crate) enum Index {
    /// The bin of the predicate.
    Bin,
    /// Its own name.
    Named(String),
    /// The expression it was made from.
    Of(Expression),
}

/// A predicate tuple as a filter on an index.
pub(crate) fn parse(
    predicate: &Bound<'_, PyAny>,
    ctx: Vec<CdtContext>,
    index: Index,
) -> Result<Filter> {
    let tuple = predicate
        .cast::<PyTuple>()
        .ok()
        .filter(|tuple| tuple.len() >= 2)
        .ok_or_else(|| {
            Error::argument(format!(
                "{} is a {}, not a predicate: those are made by aerospike_py.predicates",
                repr(predicate),
                type_name(predicate)
            ))
        })?;
    let kind = text(&tuple.get_item(0)?)?;
    let operands: Vec<_> = tuple.iter().skip(2).collect();
    let bin = tuple.get_item(1)?;
    let filter = bin_name(&bin)
        .and_then(|bin| filter(&kind, bin, &operands, &index))
        .map_err(|error| error.within(format!("{kind}()")))?;
    let filter = filter.context(ctx);
    Ok(match index {
        Index::Of(expression) => filter.expression(expression),
        Index::Bin | Index::Named(_) => filter,
    })
}

fn filter(kind: &str, bin: &str, operands: &[Bound<'_, PyAny>], index: &Index) -> Result<Filter> {
    macro_rules! by {
        ($bin:ident, $named:ident, $($operand:expr),*) => {
            match index {
                Index::Named(name) => Filter::$named(name.as_str(), $($operand),*),
                Index::Bin | Index::Of(_) => Filter::$bin(bin, $($operand),*),
            }
        };
    }
    Ok(match (kind, operands) {
        ("equals", [value]) => by!(equal, equal_by_index, operand(value)?),
        ("between", [from, to]) => {
            let (from, to) = span(from, to)?;
            by!(range, range_by_index, from, to)
        }
        ("contains", [part, value]) => {
            by!(
                contains,
                contains_by_index,
                operand(value)?,
                collection(part)?
            )
        }
        ("range", [part, from, to]) => {
            let (from, to) = span(from, to)?;
            by!(
                contains_range,
                contains_range_by_index,
                from,
                to,
                collection(part)?
            )
        }
        ("geo_within_geojson_region", [region, part @ ..]) => by!(
            geo_within_region,
            geo_within_region_by_index,
            &geojson(region)?
        )
        .collection_type(optional_collection(part)?),
        ("geo_within_radius", [lat, lng, radius, part @ ..]) => {
            let (lng, lat) = point(lat, lng)?;
            let radius = real(radius)?;
            if !(radius > 0.0 && radius.is_finite()) {
                return Err(Error::argument(format!(
                    "{radius} is not a radius in metres"
                )));
            }
            by!(
                geo_within_radius,
                geo_within_radius_by_index,
                lng,
                lat,
                radius
            )
            .collection_type(optional_collection(part)?)
        }
        ("geo_contains_geojson_point", [point, part @ ..]) => {
            by!(geo_contains, geo_contains_by_index, &geojson(point)?)
                .collection_type(optional_collection(part)?)
        }
        ("geo_contains_point", [lat, lng, part @ ..]) => {
            let (lng, lat) = point(lat, lng)?;
            let json = format!(r#"{{"type":"Point","coordinates":[{lng},{lat}]}}"#);
            by!(geo_contains, geo_contains_by_index, &json)
                .collection_type(optional_collection(part)?)
        }
        (known, _) if KINDS.contains(&known) => {
            return Err(Error::argument(format!(
                "a predicate of {} operands is none of this kind",
                operands.len()
            )));
        }
        (other, _) => {
            return Err(Error::argument(format!(
                "there is no such predicate; {}",
                suggestion(other, KINDS)
            )));
        }
    })
}

/// What an index can be asked for: an int, a str or bytes.
fn operand(object: &Bound<'_, PyAny>) -> Result<Value> {
    let value = value::parse(object)?;
    let size = match &value {
        Value::Int(_) => 0,
        Value::String(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        _ => {
            return Err(Error::argument(format!(
                "{} is a {}: indexes hold int, str and bytes",
                repr(object),
                type_name(object)
            )));
        }
    };
    if size >= LONGEST {
        return Err(Error::argument(format!(
            "a value of {size} bytes: indexes hold less than {LONGEST}"
        )));
    }
    Ok(value)
}

/// Two ints, the smaller first.
fn span(from: &Bound<'_, PyAny>, to: &Bound<'_, PyAny>) -> Result<(i64, i64)> {
    let (first, last) = (int(from)?, int(to)?);
    if first > last {
        return Err(Error::argument(format!("{first} is greater than {last}")));
    }
    Ok((first, last))
}

/// Which part of a list or map is indexed: INDEX_TYPE_*.
fn collection(object: &Bound<'_, PyAny>) -> Result<CollectionIndexType> {
    Ok(match int(object)? {
        0 => CollectionIndexType::Default,
        1 => CollectionIndexType::List,
        2 => CollectionIndexType::MapKeys,
        3 => CollectionIndexType::MapValues,
        other => {
            return Err(Error::argument(format!(
                "{other} is not an INDEX_TYPE_ constant"
            )));
        }
    })
}

fn optional_collection(operands: &[Bound<'_, PyAny>]) -> Result<CollectionIndexType> {
    match operands {
        [] => Ok(CollectionIndexType::Default),
        [part] => collection(part),
        _ => Err(Error::argument("too many operands")),
    }
}

fn geojson(object: &Bound<'_, PyAny>) -> Result<String> {
    text(object).map_err(|error| error.within("GeoJSON"))
}

/// Longitude and latitude, in the order of GeoJSON.
fn point(lat: &Bound<'_, PyAny>, lng: &Bound<'_, PyAny>) -> Result<(f64, f64)> {
    let (lat, lng) = (real(lat)?, real(lng)?);
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lng) {
        return Err(Error::argument(format!(
            "latitude {lat}, longitude {lng} is no place: latitudes are from -90 to 90, longitudes from -180 to 180"
        )));
    }
    Ok((lng, lat))
}

fn real(object: &Bound<'_, PyAny>) -> Result<f64> {
    if object.is_instance_of::<PyFloat>() {
        return Ok(object.extract()?);
    }
    if object.is_instance_of::<PyInt>() {
        return int(object).map(|number| number as f64);
    }
    match value::numpy_scalar(object)? {
        Some(item) => real(&item),
        None => Err(Error::argument(format!(
            "{} is a {}, not a number",
            repr(object),
            type_name(object)
        ))),
    }
}
