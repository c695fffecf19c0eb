//! The 8-byte header in front of every frame: version, type, and a 48-bit body size.

use crate::Error;

/// Bytes of the header.
pub const HEADER_SIZE: usize = 8;
/// The only protocol version there is.
pub const VERSION: u8 = 2;
/// The largest body a server accepts: 128 MiB.
pub const MAX_BODY: usize = 128 << 20;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Text commands and their values, see [`crate::info`].
    Info = 1,
    /// Security, see [`crate::admin`].
    Security = 2,
    /// Records, batches, queries, see [`crate::message`].
    Message = 3,
    /// A message frame compressed with zlib.
    Compressed = 4,
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// What the body is.
    pub kind: Kind,
    /// Bytes of the body that follows; at most [`MAX_BODY`].
    pub size: usize,
}

impl FrameHeader {
    /// Reads a header; refuses what is no frame and sizes over [`MAX_BODY`].
    pub fn parse(bytes: [u8; HEADER_SIZE]) -> Result<Self, Error> {
        let word = u64::from_be_bytes(bytes);
        let version = (word >> 56) as u8;
        if version != VERSION {
            return Err(Error::Version(version));
        }
        let kind = match (word >> 48) as u8 {
            1 => Kind::Info,
            2 => Kind::Security,
            3 => Kind::Message,
            4 => Kind::Compressed,
            other => return Err(Error::FrameKind(other)),
        };
        let size = word & ((1 << 48) - 1);
        if size > MAX_BODY as u64 {
            return Err(Error::FrameTooBig(size));
        }
        Ok(Self {
            kind,
            size: size as usize,
        })
    }

    /// The header as bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; HEADER_SIZE] {
        ((VERSION as u64) << 56 | (self.kind as u64) << 48 | self.size as u64).to_be_bytes()
    }
}

/// A complete frame at the start of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the body is.
    pub kind: Kind,
    /// The body.
    pub body: &'a [u8],
    /// What follows the frame.
    pub rest: &'a [u8],
}

/// Splits the first frame off `bytes`; `None` while it is incomplete.
pub fn split_frame(bytes: &[u8]) -> Result<Option<Frame<'_>>, Error> {
    let Some((head, rest)) = bytes.split_first_chunk() else {
        return Ok(None);
    };
    let FrameHeader { kind, size } = FrameHeader::parse(*head)?;
    Ok(rest
        .split_at_checked(size)
        .map(|(body, rest)| Frame { kind, body, rest }))
}

/// Where a frame that is being written began.
#[derive(Debug)]
#[must_use = "a frame that is begun must be ended"]
pub struct FrameStart {
    at: usize,
    kind: Kind,
}

/// Begins a frame at the end of `out`; its size is filled in by [`end_frame`].
pub fn begin_frame(out: &mut Vec<u8>, kind: Kind) -> FrameStart {
    let at = out.len();
    out.extend_from_slice(&[0; HEADER_SIZE]);
    FrameStart { at, kind }
}

/// Ends the frame that began at `start`: everything written since is its body.
#[allow(clippy::needless_pass_by_value)] // A frame ends once.
pub fn end_frame(out: &mut [u8], start: FrameStart) {
    let size = out.len().saturating_sub(start.at + HEADER_SIZE);
    let header = FrameHeader {
        kind: start.kind,
        size,
    };
    if let Some(place) = out.get_mut(start.at..).and_then(<[u8]>::first_chunk_mut) {
        *place = header.to_bytes();
    }
}
