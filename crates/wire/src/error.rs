//! What can be wrong with bytes that claim to be the protocol.

use crate::ResultCode;

/// Why bytes could not be decoded. [`Error::result_code`] is what a server answers to a request that holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A length or count points past the end.
    #[error("the input ends early")]
    Truncated,
    /// Something follows where the input should end.
    #[error("bytes are left over")]
    TrailingBytes,
    /// The frame header's version is not 2.
    #[error("not a frame of protocol version 2")]
    Version(u8),
    /// The frame header's type is none of the known ones.
    #[error("unknown frame type {0}")]
    FrameKind(u8),
    /// The frame claims a body above [`crate::proto::MAX_BODY`].
    #[error("a frame of {0} bytes is over the limit")]
    FrameTooBig(u64),
    /// The message header is not 22 bytes long.
    #[error("the message header claims {0} bytes, not 22")]
    HeaderSize(u8),
    /// A field, op or particle has a size its type does not allow.
    #[error("wrong size for its type")]
    Size,
    /// A particle type no bin can have.
    #[error("unknown particle type {0}")]
    ParticleType(u8),
    /// A msgpack code that is not part of the dialect, or not allowed where it stands.
    #[error("unexpected msgpack code {0:#04x}")]
    Msgpack(u8),
    /// Lists and maps nested deeper than [`crate::msgpack::MAX_DEPTH`].
    #[error("nested too deeply")]
    TooDeep,
    /// A map key that is neither an integer nor a string nor a blob.
    #[error("a map key must be an integer, a string or a blob")]
    MapKey,
    /// A map with the same key twice.
    #[error("a map holds the same key twice")]
    DuplicateKey,
    /// A list or map that is declared ordered and is not.
    #[error("declared ordered but not sorted")]
    NotSorted,
    /// Wildcard or infinity where a value to store is expected.
    #[error("wildcard and infinity cannot be stored")]
    NotStorable,
    /// A batch whose first row repeats a row before it.
    #[error("the first row of a batch repeats nothing")]
    RepeatFirst,
    /// A batch row without fields.
    #[error("a batch row needs a namespace")]
    RowFields,
    /// Text that is not UTF-8 where text is required.
    #[error("not UTF-8")]
    Utf8,
}

impl Error {
    /// The code a server answers with.
    #[must_use]
    pub const fn result_code(self) -> ResultCode {
        match self {
            Self::DuplicateKey | Self::NotSorted => ResultCode::Unknown,
            _ => ResultCode::Parameter,
        }
    }
}
