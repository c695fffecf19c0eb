//! Why a node was asked in vain, and what that means for further attempts.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Node, ResultCode};

use crate::error::Error;

/// The result of a server whose time is up, which does not say whether it was carried out.
pub(crate) const TIMED_OUT: u8 = wire::ResultCode::Timeout as u8;

/// Why an exchange came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection broke, or what came was not the protocol.
    Broken(String),
    /// Nothing came for as long as the socket's time-out.
    Silent,
    /// The time of the whole request is up.
    Late,
    /// The node refused it, for now.
    Refused(u8),
}

/// A request on a connection that came to nothing.
pub(super) struct Lost {
    pub(super) failure: Failure,
    /// Whether the node can have had all of it. What it has a part of it does not carry out.
    pub(super) sent: bool,
}

/// What an exchange comes to.
pub(super) type Exchange<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => f.write_str(why),
            Self::Refused(code) => f.write_str(&ResultCode::from(*code).into_string()),
            Self::Silent => f.write_str("the node was silent for as long as socket_timeout allows"),
            Self::Late => f.write_str("the node did not answer within total_timeout"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<wire::Error> for Failure {
    fn from(error: wire::Error) -> Self {
        Self::Broken(format!("a reply is not the protocol: {error}"))
    }
}

/// An attempt that is spent: whom it was made at, and what befell it.
pub(crate) struct Spent {
    pub(super) node: Arc<Node>,
    pub(super) failure: Failure,
    pub(super) sent: bool,
}

impl Spent {
    /// Whether it may have been carried out: it was sent, and not refused.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.sent && !matches!(self.failure, Failure::Refused(code) if code != TIMED_OUT)
    }

    /// Whether there is no further attempt, if so many retries were left.
    pub(crate) fn is_last(&self, retries: usize) -> bool {
        retries == 0 || matches!(self.failure, Failure::Late)
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node.address(), self.failure)
    }
}

impl From<&Spent> for Error {
    fn from(spent: &Spent) -> Self {
        let text = spent.failure.to_string();
        match spent.failure {
            Failure::Broken(_) => Self::spent(format!("Max retries exceeded: {text}")),
            Failure::Silent | Failure::Late => Self::expired(format!("Timeout: {text}")),
            Failure::Refused(code) => Self::server(i32::from(code), text),
        }
        .of_node(&spent.node)
    }
}

/// Takes off a policy what has passed of the whole time, and attempts that are spent.
pub(crate) fn take_off(base: &mut BasePolicy, passed: Duration, spent: usize) {
    if base.total_timeout > 0 {
        let passed = u32::try_from(passed.as_millis()).unwrap_or(u32::MAX);
        base.total_timeout = base.total_timeout.saturating_sub(passed).max(1);
    }
    base.max_retries = base.max_retries.saturating_sub(spent);
}
