//! Message fields: `u32 size | u8 type | data`.

use crate::Error;
use crate::cursor::Cursor;

/// The fields this crate knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FieldType {
    /// The namespace's name.
    Namespace = 0,
    /// The set's name.
    Set = 1,
    /// The user key: particle type and bytes.
    Key = 2,
    /// The version of a record read by a transaction; 7 bytes, little-endian.
    RecordVersion = 3,
    /// The key's digest.
    Digest = 4,
    /// The transaction's id; little-endian.
    TxnId = 5,
    /// The transaction's deadline; little-endian.
    TxnDeadline = 6,
    /// The id of a query or job.
    QueryId = 7,
    /// Socket timeout in milliseconds.
    SocketTimeout = 9,
    /// Records per second.
    RecordsPerSecond = 10,
    /// Partition ids, see [`crate::query::partition_ids`].
    PartitionIds = 11,
    /// Digests to resume after, see [`crate::query::digests`].
    Digests = 12,
    /// How many records to send at most.
    MaxRecords = 13,
    /// A record's last update time.
    LastUpdateTime = 14,
    /// Index values to resume after; little-endian.
    IndexValues = 15,
    /// An index's name.
    IndexName = 21,
    /// The range of an index query, see [`crate::query::IndexRange`].
    IndexRange = 22,
    /// The context of an index.
    IndexContext = 23,
    /// The expression of an index.
    IndexExpression = 24,
    /// What of a collection an index covers.
    IndexType = 26,
    /// A UDF's module, without extension.
    UdfModule = 30,
    /// A UDF's function.
    UdfFunction = 31,
    /// A UDF's arguments: a msgpack list.
    UdfArgs = 32,
    /// What a UDF is called for: 0 a record, 1 an aggregation, 2 in the background.
    UdfOp = 33,
    /// The bins of a query, an old form.
    QueryBins = 40,
    /// The rows of a batch, see [`crate::batch`].
    Batch = 41,
    /// The rows of a batch, an old form.
    BatchWithSet = 42,
    /// A filter expression.
    Filter = 43,
}

/// A field of any type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The type's number; [`FieldType`] names the known ones.
    pub kind: u8,
    /// The data.
    pub data: &'a [u8],
}

/// The fields of a message or batch row, all of which are known to be complete.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn parse(cursor: &mut Cursor<'a>, count: u16) -> Result<Self, Error> {
        let start = *cursor;
        for _ in 0..count {
            if cursor.sized()?.is_empty() {
                return Err(Error::Size);
            }
        }
        Ok(Self {
            bytes: cursor.since(start),
        })
    }

    /// The fields in the order they were sent.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let mut cursor = Cursor::new(self.bytes);
        std::iter::from_fn(move || {
            let (kind, data) = cursor.sized().ok()?.split_first()?;
            Some(Field { kind: *kind, data })
        })
    }

    /// The data of the first field of a type.
    #[must_use]
    pub fn get(&self, kind: FieldType) -> Option<&'a [u8]> {
        self.iter()
            .find(|field| field.kind == kind as u8)
            .map(|field| field.data)
    }

    /// A field of one byte.
    pub fn u8(&self, kind: FieldType) -> Result<Option<u8>, Error> {
        Ok(self.array(kind)?.map(|[byte]| byte))
    }

    /// A big-endian field of 4 bytes.
    pub fn u32(&self, kind: FieldType) -> Result<Option<u32>, Error> {
        Ok(self.array(kind)?.map(u32::from_be_bytes))
    }

    /// A big-endian field of 8 bytes.
    pub fn u64(&self, kind: FieldType) -> Result<Option<u64>, Error> {
        Ok(self.array(kind)?.map(u64::from_be_bytes))
    }

    /// A little-endian field of 8 bytes.
    pub fn u64_le(&self, kind: FieldType) -> Result<Option<u64>, Error> {
        Ok(self.array(kind)?.map(u64::from_le_bytes))
    }

    fn array<const N: usize>(&self, kind: FieldType) -> Result<Option<[u8; N]>, Error> {
        self.get(kind)
            .map(|data| data.try_into().map_err(|_| Error::Size))
            .transpose()
    }
}
