//! Fields of scans and queries.

use crate::cursor::Cursor;
use crate::{Digest, Error, Value, particle};

/// Field 11: partition ids. Whether they are in range is for the server to say.
pub fn partition_ids(data: &[u8]) -> Result<impl Iterator<Item = u16> + Clone, Error> {
    let (ids, []) = data.as_chunks() else {
        return Err(Error::Size);
    };
    Ok(ids.iter().map(|id| u16::from_le_bytes(*id)))
}

/// Field 12: digests to resume after.
pub fn digests(data: &[u8]) -> Result<impl Iterator<Item = Digest> + Clone, Error> {
    let (digests, []) = data.as_chunks() else {
        return Err(Error::Size);
    };
    Ok(digests.iter().map(|digest| Digest(*digest)))
}

/// Field 15: index values to resume after.
pub fn index_values(data: &[u8]) -> Result<impl Iterator<Item = i64> + Clone, Error> {
    let (values, []) = data.as_chunks() else {
        return Err(Error::Size);
    };
    Ok(values.iter().map(|value| i64::from_le_bytes(*value)))
}

/// Field 22: what an index query asks for. Begin and end are inclusive, and equal for an equality.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRange<'a> {
    /// The bin's name; empty for an index by name.
    pub bin: &'a [u8],
    /// The particle type's number.
    pub kind: u8,
    /// Where the range begins.
    pub begin: Value,
    /// Where it ends.
    pub end: Value,
}

impl<'a> IndexRange<'a> {
    /// Reads the field's data. `GeoJSON` ends stand there as plain text.
    pub fn parse(data: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(data);
        if cursor.u8()? != 1 {
            return Err(Error::Size);
        }
        let size = usize::from(cursor.u8()?);
        let bin = cursor.bytes(size)?;
        let kind = cursor.u8()?;
        let decode = |bytes: &[u8]| match particle::ParticleType::from_u8(kind) {
            Some(particle::ParticleType::GeoJson) => Ok(Value::geo_json(bytes)),
            _ => particle::decode(kind, bytes),
        };
        let range = Self {
            bin,
            kind,
            begin: decode(cursor.sized()?)?,
            end: decode(cursor.sized()?)?,
        };
        cursor.finish()?;
        Ok(range)
    }
}
