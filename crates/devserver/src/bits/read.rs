//! Reading.

use wire::{ResultCode, Value};

use super::arguments::Arguments;
use super::{blob, field};

const GET: i64 = 50;
const COUNT: i64 = 51;
const LEFT_SCAN: i64 = 52;
const RIGHT_SCAN: i64 = 53;
const GET_INT: i64 = 54;

/// Sub-flag of [`GET_INT`].
const SIGNED: i64 = 1;

/// Runs the read operation of a number. A missing bin reads as nil.
pub fn read_with(
    bin: Option<&Value>,
    operation: i64,
    arguments: &[Value],
) -> Result<Value, ResultCode> {
    let mut arguments = Arguments::new(arguments);
    let (offset, size) = (arguments.int()?, arguments.size()?);
    let question = match operation {
        GET => Question::Get,
        COUNT => Question::Count,
        LEFT_SCAN => Question::LeftScan(arguments.bool()?),
        RIGHT_SCAN => Question::RightScan(arguments.bool()?),
        GET_INT => match arguments.optional_int()? {
            flags @ (0 | SIGNED) if size <= 64 => Question::GetInt(flags == SIGNED),
            _ => return Err(ResultCode::Parameter),
        },
        _ => return Err(ResultCode::Parameter),
    };
    arguments.finish()?;
    if size == 0 {
        return Err(ResultCode::Parameter);
    }
    let Some(bytes) = blob(bin)? else {
        return Ok(Value::Nil);
    };
    let offset = locate(bytes, offset).ok_or(ResultCode::OpNotApplicable)?;
    if offset + size > 8 * bytes.len() {
        return Err(ResultCode::OpNotApplicable);
    }
    Ok(question.answer(bytes, offset, size))
}

/// The bit an offset means: from the end if it is negative. Nothing if it lies outside.
pub(super) fn locate(bytes: &[u8], offset: i64) -> Option<usize> {
    let bits = 8 * bytes.len();
    let offset = if offset < 0 {
        bits.checked_sub(usize::try_from(offset.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(offset).ok()?
    };
    (offset < bits).then_some(offset)
}

enum Question {
    Get,
    Count,
    LeftScan(bool),
    RightScan(bool),
    GetInt(bool),
}

impl Question {
    fn answer(&self, bytes: &[u8], offset: usize, size: usize) -> Value {
        let word = |(from, len): (usize, usize)| field::load(bytes, offset + from, len);
        match self {
            Self::Get => Value::blob(field::copy(bytes, offset, size)),
            Self::Count => {
                let ones = field::words(size).map(|place| u64::from(word(place).count_ones()));
                Value::Int(ones.sum::<u64>() as i64)
            }
            Self::LeftScan(wanted) => position(field::words(size).find_map(|place| {
                // Against the left edge of 64 bits, so that leading zeros are counted from the field's first bit.
                let bits = hits(word(place), place.1, *wanted) << (64 - place.1);
                (bits != 0).then(|| place.0 + bits.leading_zeros() as usize)
            })),
            Self::RightScan(wanted) => position(field::words(size).rev().find_map(|place| {
                let bits = hits(word(place), place.1, *wanted);
                (bits != 0).then(|| place.0 + place.1 - 1 - bits.trailing_zeros() as usize)
            })),
            Self::GetInt(signed) => {
                let value = field::load(bytes, offset, size);
                let unused = 64 - size;
                Value::Int(if *signed {
                    (value << unused) as i64 >> unused
                } else {
                    value as i64
                })
            }
        }
    }
}

/// A one for each bit of a field that is as wanted.
fn hits(bits: u64, len: usize, wanted: bool) -> u64 {
    if wanted {
        bits
    } else {
        !bits & u64::MAX >> (64 - len)
    }
}

fn position(found: Option<usize>) -> Value {
    Value::Int(found.map_or(-1, |index| index as i64))
}
