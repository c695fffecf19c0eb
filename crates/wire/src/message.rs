//! Messages: requests and replies share one layout, a header of 22 bytes, then fields, then ops.

use crate::cursor::Cursor;
use crate::{Error, FieldType, Fields, Op, Ops, ResultCode, Value, op};

/// Bytes of a message header.
pub const HEADER_SIZE: usize = 22;

/// Bits of a header's `info1`.
pub mod info1 {
    /// The request reads.
    pub const READ: u8 = 0x01;
    /// All bins are asked for.
    pub const GET_ALL: u8 = 0x02;
    /// A short query.
    pub const SHORT_QUERY: u8 = 0x04;
    /// A batch.
    pub const BATCH: u8 = 0x08;
    /// Shipped from another data centre.
    pub const XDR: u8 = 0x10;
    /// No bins are asked for.
    pub const GET_NO_BINS: u8 = 0x20;
    /// Read from all replicas.
    pub const CONSISTENCY_ALL: u8 = 0x40;
    /// The reply may be compressed.
    pub const COMPRESS_RESPONSE: u8 = 0x80;
}

/// Bits of a header's `info2`.
pub mod info2 {
    /// The request writes.
    pub const WRITE: u8 = 0x01;
    /// The record is to be removed.
    pub const DELETE: u8 = 0x02;
    /// The generation must be equal.
    pub const GENERATION: u8 = 0x04;
    /// The generation sent must be greater.
    pub const GENERATION_GT: u8 = 0x08;
    /// A removal must leave a tombstone.
    pub const DURABLE_DELETE: u8 = 0x10;
    /// The record must not exist.
    pub const CREATE_ONLY: u8 = 0x20;
    /// A query that tolerates migrations.
    pub const RELAX_AP_LONG_QUERY: u8 = 0x40;
    /// Every op is answered, also those without a result.
    pub const RESPOND_ALL_OPS: u8 = 0x80;
}

/// Bits of a header's `info3`.
pub mod info3 {
    /// The last message of a stream.
    pub const LAST: u8 = 0x01;
    /// Do not wait for replicas.
    pub const COMMIT_MASTER: u8 = 0x02;
    /// Request: report finished partitions. Reply: this partition is done, or not available.
    pub const PARTITION_DONE: u8 = 0x04;
    /// The record must exist.
    pub const UPDATE_ONLY: u8 = 0x08;
    /// The record's bins are replaced by the ones sent.
    pub const CREATE_OR_REPLACE: u8 = 0x10;
    /// As above, and the record must exist.
    pub const REPLACE_ONLY: u8 = 0x20;
    /// Strong consistency: which kind of read.
    pub const SC_READ_TYPE: u8 = 0x40;
    /// Strong consistency: a relaxed read.
    pub const SC_READ_RELAX: u8 = 0x80;
}

/// Bits of a header's `info4`.
pub mod info4 {
    /// Verify a read of a transaction.
    pub const TXN_VERIFY_READ: u8 = 0x01;
    /// Roll a transaction's write forward.
    pub const TXN_ROLL_FORWARD: u8 = 0x02;
    /// Roll a transaction's write back.
    pub const TXN_ROLL_BACK: u8 = 0x04;
    /// Driven by a transaction's monitor.
    pub const TXN_MONITOR: u8 = 0x08;
    /// Only lock the record.
    pub const TXN_LOCK_ONLY: u8 = 0x10;
}

/// A message header without the counts of fields and ops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Header {
    /// See [`info1`].
    pub info1: u8,
    /// See [`info2`].
    pub info2: u8,
    /// See [`info3`].
    pub info3: u8,
    /// See [`info4`].
    pub info4: u8,
    /// In replies: the result's number.
    pub result: u8,
    /// The record's generation, or the one required; in some replies a partition id.
    pub generation: u32,
    /// Request: time to live in seconds. Reply: void-time, seconds since [`crate::digest::EPOCH`], 0 for never.
    pub ttl: u32,
    /// Request: milliseconds the server may take. Reply to a batch: the row's index.
    pub timeout: u32,
}

impl Header {
    /// A reply header with a result and nothing else.
    #[must_use]
    pub fn of_result(result: ResultCode) -> Self {
        Self {
            result: result as u8,
            ..Self::default()
        }
    }

    /// The result of a reply.
    #[must_use]
    pub const fn result_code(&self) -> Option<ResultCode> {
        ResultCode::from_u8(self.result)
    }

    fn to_bytes(self, fields: u16, ops: u16) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        let infos = [
            HEADER_SIZE as u8,
            self.info1,
            self.info2,
            self.info3,
            self.info4,
            self.result,
        ];
        let (head, rest) = bytes.split_at_mut(6);
        head.copy_from_slice(&infos);
        let (words, counts) = rest.split_at_mut(12);
        let words = words.as_chunks_mut().0.iter_mut();
        for (place, word) in words.zip([self.generation, self.ttl, self.timeout]) {
            *place = word.to_be_bytes();
        }
        for (place, count) in counts.as_chunks_mut().0.iter_mut().zip([fields, ops]) {
            *place = count.to_be_bytes();
        }
        bytes
    }
}

/// A view of a message: a request, or one reply.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// The fields; known to be complete.
    pub fields: Fields<'a>,
    /// The ops; known to be complete.
    pub ops: Ops<'a>,
}

impl<'a> Message<'a> {
    /// Reads the one message that a request's body is.
    pub fn parse(body: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(body);
        let message = Self::read(&mut cursor)?;
        cursor.finish()?;
        Ok(message)
    }

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Error> {
        let [size, info1, info2, info3, info4, result] = *cursor.array()?;
        if usize::from(size) != HEADER_SIZE {
            return Err(Error::HeaderSize(size));
        }
        let header = Header {
            info1,
            info2,
            info3,
            info4,
            result,
            generation: cursor.u32()?,
            ttl: cursor.u32()?,
            timeout: cursor.u32()?,
        };
        let (fields, ops) = (cursor.u16()?, cursor.u16()?);
        Ok(Self {
            header,
            fields: Fields::parse(cursor, fields)?,
            ops: Ops::parse(cursor, ops)?,
        })
    }
}

/// The messages of a reply's body, which may hold several. After an error there are no more.
pub fn messages(body: &[u8]) -> impl Iterator<Item = Result<Message<'_>, Error>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let split = split_message(rest);
        rest = match split {
            Ok(Some((_, behind))) => behind,
            _ => &[],
        };
        split
            .map(|split| split.map(|(message, _)| message))
            .transpose()
    })
}

/// Splits the first message off a reply's body; `None` if nothing is left of it.
pub fn split_message(body: &[u8]) -> Result<Option<(Message<'_>, &[u8])>, Error> {
    if body.is_empty() {
        return Ok(None);
    }
    let mut cursor = Cursor::new(body);
    let message = Message::read(&mut cursor)?;
    Ok(Some((message, cursor.rest())))
}

/// Writes one message at the end of a buffer: fields first, then ops, the header at last, when everything in it is known.
///
/// Dropped without [`MessageWriter::finish`] it takes back what it wrote.
#[derive(Debug)]
pub struct MessageWriter<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    fields: u16,
    ops: u16,
    finished: bool,
}

impl<'a> MessageWriter<'a> {
    /// Begins a message.
    pub fn begin(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        out.extend_from_slice(&[0; HEADER_SIZE]);
        Self {
            out,
            start,
            fields: 0,
            ops: 0,
            finished: false,
        }
    }

    /// Appends a field. All fields come before the first op.
    pub fn field(&mut self, kind: FieldType, data: &[u8]) -> &mut Self {
        debug_assert_eq!(self.ops, 0, "a field after an op");
        self.out
            .extend_from_slice(&(data.len() as u32 + 1).to_be_bytes());
        self.out.push(kind as u8);
        self.out.extend_from_slice(data);
        self.fields += 1;
        self
    }

    /// Appends a key field: particle type and bytes.
    pub fn key_field(&mut self, key: &Value) -> &mut Self {
        let kind = key.particle_type().map_or(0, |kind| kind as u8);
        let size = crate::particle::encoded_len(key) as u32 + 2;
        self.out.extend_from_slice(&size.to_be_bytes());
        self.out.extend_from_slice(&[FieldType::Key as u8, kind]);
        crate::particle::write(self.out, key);
        self.fields += 1;
        self
    }

    /// Appends an op with a value as payload.
    pub fn op(&mut self, code: u8, name: &[u8], value: &Value) -> &mut Self {
        op::write_value(self.out, code, name, value);
        self.ops = self.ops.saturating_add(1);
        self
    }

    /// Appends an op with a payload of bytes.
    pub fn op_bytes(&mut self, op: &Op<'_>) -> &mut Self {
        op::write(self.out, op.code, op.particle, op.name, op.value);
        self.ops = self.ops.saturating_add(1);
        self
    }

    /// The number of ops so far.
    #[must_use]
    pub const fn ops(&self) -> u16 {
        self.ops
    }

    /// Ends the message with its header.
    pub fn finish(mut self, header: &Header) {
        let bytes = header.to_bytes(self.fields, self.ops);
        if let Some(place) = self
            .out
            .get_mut(self.start..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            *place = bytes;
        }
        self.finished = true;
    }
}

impl Drop for MessageWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.out.truncate(self.start);
        }
    }
}
