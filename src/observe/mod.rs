//! What is seen of the requests: metrics, spans, slow calls, and log records of the engine.
//!
//! A call is seen in one place. `dispatch` makes a [`watch::Watch`] when it begins and ends it when its outcome is there; whoever carries
//! the request notes on it when it was sent, and to whom. While nothing is watched, that costs a branch.

pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod histogram;
pub(crate) mod logging;
pub(crate) mod prometheus;
pub(crate) mod series;
pub(crate) mod span;
pub(crate) mod stats;
pub(crate) mod switches;
pub(crate) mod watch;
