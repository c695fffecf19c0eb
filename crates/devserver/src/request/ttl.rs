//! Times to live.

use wire::ResultCode;

use crate::clock::Moment;
use crate::store::Record;

/// The longest time to live: ten years.
pub(crate) const MAX_TTL: u32 = 315_360_000;
/// On a write: the record lives for ever. On a read: it is not touched.
const NEVER: u32 = 0xFFFF_FFFF;
/// The record lives as long as before.
const KEEP: u32 = 0xFFFF_FFFE;

/// What a write says about how long its record lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ttl {
    Default,
    Never,
    Keep,
    Seconds(u32),
}

impl Ttl {
    /// The field of a write's header.
    pub(crate) const fn of_write(ttl: u32) -> Result<Self, ResultCode> {
        match ttl {
            0 => Ok(Self::Default),
            NEVER => Ok(Self::Never),
            KEEP => Ok(Self::Keep),
            1..=MAX_TTL => Ok(Self::Seconds(ttl)),
            _ => Err(ResultCode::Parameter),
        }
    }

    /// When the record's time is over: seconds since the epoch, 0 for never. `old` is what held for it before.
    pub(crate) fn void_time(self, default: u32, old: Option<u32>, now: Moment) -> u32 {
        let after = |seconds: u32| {
            if seconds == 0 {
                0
            } else {
                now.seconds().saturating_add(seconds)
            }
        };
        match self {
            Self::Default => after(default),
            Self::Never => 0,
            Self::Keep => old.unwrap_or_else(|| after(default)),
            Self::Seconds(seconds) => after(seconds),
        }
    }
}

/// How a read touches what it reads: 1 to 100 percent, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadTouch(u32);

impl ReadTouch {
    /// The field of a read's header. 0 means the configured percentage, which is 0.
    pub(crate) const fn of_read(ttl: u32) -> Result<Self, ResultCode> {
        match ttl {
            NEVER => Ok(Self(0)),
            0..=100 => Ok(Self(ttl)),
            _ => Err(ResultCode::Parameter),
        }
    }

    /// The record's new void-time, if this read gives it one: when no more than the given part of its time is left, it gets all of it
    /// again.
    pub(crate) fn void_time(self, record: &Record, now: Moment) -> Option<u32> {
        if self.0 == 0 || record.void_time == 0 {
            return None;
        }
        let span = u64::from(
            record
                .void_time
                .saturating_sub(Moment(record.last_update).seconds()),
        );
        let left = u64::from(record.void_time.saturating_sub(now.seconds()));
        let renewed = now.seconds().saturating_add(span as u32);
        (left * 100 <= span * u64::from(self.0) && renewed > record.void_time).then_some(renewed)
    }
}
