//! Field 41: the rows of a batch. A row either defines what to do with its key or repeats the definition of the row before it.

use crate::cursor::Cursor;
use crate::message::HEADER_SIZE;
use crate::{Digest, Error, Fields, Header, Message, MessageWriter, Ops};

/// Bits of the flags in front of the rows.
pub mod flags {
    /// Run rows of namespaces in memory on the connection's thread.
    pub const INLINE: u8 = 0x01;
    /// The same for namespaces on devices.
    pub const INLINE_SSD: u8 = 0x02;
    /// Answer all rows even if one fails.
    pub const RESPOND_ALL: u8 = 0x04;
    /// A record may come with a result that is an error: what a function says of its failure.
    pub const ERROR_RECORD: u8 = 0x08;
}

/// Bits of a row's flags.
pub mod row_flags {
    /// The definition of the row before holds for this one, nothing more follows.
    pub const REPEAT: u8 = 0x01;
    /// `info2` and `info3` are there.
    pub const INFO: u8 = 0x02;
    /// A generation is there.
    pub const GENERATION: u8 = 0x04;
    /// A time to live is there.
    pub const TTL: u8 = 0x08;
    /// `info4` is there.
    pub const INFO4: u8 = 0x10;
}

/// A view of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// How many rows there are.
    pub count: u32,
    /// See [`flags`].
    pub flags: u8,
    rows: Cursor<'a>,
}

/// A row with the definition that holds for it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The number its answer carries.
    pub index: u32,
    /// The key's digest.
    pub digest: Digest,
    /// Whether the definition is the one of the row before.
    pub repeats: bool,
    /// What to do: like a request on one record, its `timeout` always 0. Without info bits in the row, `info2` to `info4` are 0.
    pub message: Message<'a>,
}

impl<'a> Batch<'a> {
    /// Reads the head of field 41; rows are read as they are asked for.
    pub fn parse(data: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(data);
        Ok(Self {
            count: cursor.u32()?,
            flags: cursor.u8()?,
            rows: cursor,
        })
    }

    /// The rows in the order they were sent. After an error there are no more.
    #[must_use]
    pub const fn rows(&self) -> Rows<'a> {
        Rows {
            left: self.count,
            cursor: self.rows,
            definition: None,
        }
    }
}

/// Walks over a batch's rows; ends with an error where they do.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    left: u32,
    cursor: Cursor<'a>,
    definition: Option<Message<'a>>,
}

impl<'a> Rows<'a> {
    fn row(&mut self) -> Result<Row<'a>, Error> {
        let index = self.cursor.u32()?;
        let digest = Digest(*self.cursor.array()?);
        let flags = self.cursor.u8()?;
        let repeats = flags & row_flags::REPEAT != 0;
        if !repeats {
            self.definition = Some(self.definition(flags)?);
        }
        let message = self.definition.ok_or(Error::RepeatFirst)?;
        Ok(Row {
            index,
            digest,
            repeats,
            message,
        })
    }

    fn definition(&mut self, flags: u8) -> Result<Message<'a>, Error> {
        let cursor = &mut self.cursor;
        let mut header = Header {
            info1: cursor.u8()?,
            ..Header::default()
        };
        if flags & row_flags::INFO != 0 {
            [header.info2, header.info3] = *cursor.array()?;
        }
        if flags & row_flags::INFO4 != 0 {
            header.info4 = cursor.u8()?;
        }
        if flags & row_flags::GENERATION != 0 {
            header.generation = u32::from(cursor.u16()?);
        }
        if flags & row_flags::TTL != 0 {
            header.ttl = cursor.u32()?;
        }
        let (fields, ops) = (cursor.u16()?, cursor.u16()?);
        if fields == 0 {
            return Err(Error::RowFields);
        }
        Ok(Message {
            header,
            fields: Fields::parse(cursor, fields)?,
            ops: Ops::parse(cursor, ops)?,
        })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let end = self.cursor.finish();
            self.cursor = Cursor::new(&[]);
            return end.err().map(Err);
        }
        self.left -= 1;
        let row = self.row();
        if row.is_err() {
            self.left = 0;
            self.cursor = Cursor::new(&[]);
        }
        Some(row)
    }
}

/// Writes the data of field 41.
#[derive(Debug)]
pub struct BatchWriter {
    data: Vec<u8>,
    count: u32,
}

impl BatchWriter {
    /// An empty batch.
    #[must_use]
    pub fn new(flags: u8) -> Self {
        Self {
            data: vec![0, 0, 0, 0, flags],
            count: 0,
        }
    }

    /// Appends a row that repeats the one before.
    pub fn repeat(&mut self, index: u32, digest: &Digest) {
        self.row(index, digest, row_flags::REPEAT);
    }

    /// Appends a row: its fields and ops are what `content` writes, everything the header holds goes along.
    pub fn define(
        &mut self,
        index: u32,
        digest: &Digest,
        header: &Header,
        content: impl FnOnce(&mut MessageWriter<'_>),
    ) {
        use row_flags::{GENERATION, INFO, INFO4, TTL};
        let info4 = if header.info4 == 0 { 0 } else { INFO4 };
        self.row(index, digest, INFO | GENERATION | TTL | info4);
        self.data
            .extend_from_slice(&[header.info1, header.info2, header.info3]);
        if info4 != 0 {
            self.data.push(header.info4);
        }
        self.data
            .extend_from_slice(&(header.generation as u16).to_be_bytes());
        self.data.extend_from_slice(&header.ttl.to_be_bytes());
        // A message is its header, whose last four bytes are the counts, and the same content.
        let start = self.data.len();
        let mut writer = MessageWriter::begin(&mut self.data);
        content(&mut writer);
        writer.finish(header);
        self.data.drain(start..start + HEADER_SIZE - 4);
    }

    /// The field's data.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(place) = self.data.first_chunk_mut() {
            *place = self.count.to_be_bytes();
        }
        self.data
    }

    fn row(&mut self, index: u32, digest: &Digest, flags: u8) {
        self.data.extend_from_slice(&index.to_be_bytes());
        self.data.extend_from_slice(&digest.0);
        self.data.push(flags);
        self.count += 1;
    }
}
