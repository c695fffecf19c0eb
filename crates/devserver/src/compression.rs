//! Compressed messages: the size of a whole frame, then the frame as a zlib stream.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use wire::ResultCode;
use wire::proto::{HEADER_SIZE, Kind, MAX_BODY, begin_frame, end_frame, split_frame};

/// Shorter answers are sent as they are.
const THRESHOLD: usize = 128;

/// The body of the message frame that is compressed in a body.
pub(crate) fn inflate(body: &[u8]) -> Result<Vec<u8>, ResultCode> {
    let (size, stream) = body.split_first_chunk().ok_or(ResultCode::Parameter)?;
    let size = u64::from_be_bytes(*size);
    if size > (MAX_BODY + HEADER_SIZE) as u64 {
        return Err(ResultCode::Parameter);
    }
    // The buffer grows by what is there, whatever the size claims.
    let mut frame = Vec::new();
    ZlibDecoder::new(stream)
        .take(size + 1)
        .read_to_end(&mut frame)
        .map_err(|_| ResultCode::Parameter)?;
    let whole = frame.len() as u64 == size;
    match split_frame(&frame) {
        Ok(Some(inner)) if whole && inner.kind == Kind::Message && inner.rest.is_empty() => {
            frame.drain(..HEADER_SIZE);
            Ok(frame)
        }
        _ => Err(ResultCode::Parameter),
    }
}

/// Compresses each frame of an answer that was written from `start` on, where that makes it smaller.
pub(crate) fn deflate(output: &mut Vec<u8>, start: usize) {
    let frames = output.split_off(start.min(output.len()));
    let mut rest = frames.as_slice();
    while let Ok(Some(frame)) = split_frame(rest) {
        let (whole, _) = rest
            .split_at_checked(rest.len() - frame.rest.len())
            .unwrap_or((rest, &[]));
        rest = frame.rest;
        let begin = output.len();
        if frame.kind == Kind::Compressed || whole.len() < THRESHOLD || !pack(whole, output) {
            output.truncate(begin);
            output.extend_from_slice(whole);
        }
    }
}

/// Appends a frame compressed; says whether that is smaller.
fn pack(frame: &[u8], output: &mut Vec<u8>) -> bool {
    let begin = output.len();
    let start = begin_frame(output, Kind::Compressed);
    output.extend_from_slice(&(frame.len() as u64).to_be_bytes());
    let mut encoder = ZlibEncoder::new(&mut *output, Compression::fast());
    let done = encoder
        .write_all(frame)
        .and_then(|()| encoder.finish().map(drop));
    end_frame(output, start);
    done.is_ok() && output.len() - begin < frame.len()
}
