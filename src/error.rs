//! Errors as data. Rust keeps them typed; they become Python exceptions at the boundary only.

use std::fmt;

use aerospike_core as core;
use aerospike_core::{ErrorKind, ResultCode};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use crate::convert::key::KeyParts;
use crate::observe::codes;

/// What went wrong, in the words of `aerospike_py.exception._from_error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server answered with a code.
    Server,
    /// Anything on our side that has no kind of its own.
    Client,
    /// A deadline passed.
    Timeout,
    /// A connection could not be made or broke.
    Connection,
    /// No node can serve the request.
    Cluster,
    /// An argument is out of its domain.
    Argument,
    /// An argument has the wrong type.
    Type,
    /// An argument has the right type and a value nobody could use.
    Value,
    /// A number does not fit.
    Overflow,
    /// Too many requests wait.
    Backpressure,
    /// A defect of this library.
    Panic,
    /// The client was closed while the request was under way.
    Closed,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Cluster => "cluster",
            Self::Argument => "argument",
            Self::Type => "type",
            Self::Value => "value",
            Self::Overflow => "overflow",
            Self::Backpressure => "backpressure",
            Self::Panic => "panic",
            Self::Closed => "closed",
        }
    }
}

/// A failed request.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    kind: Kind,
    /// The server's result code, or a negative one of the client's.
    code: i32,
    message: String,
    in_doubt: bool,
    subcode: Option<u32>,
    node: Option<String>,
    key: Option<Box<KeyParts>>,
    /// What befell earlier attempts.
    attempts: Vec<Attempt>,
    /// Which attempt ended so, where that is worth a word.
    attempt: Option<u32>,
}

impl Failure {
    fn text(&self) -> String {
        match self.attempt {
            Some(number) => format!("{} (attempt {number})", self.message),
            None => self.message.clone(),
        }
    }
}

/// An attempt that was followed by another.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: usize,
    /// What befell it; empty if only some rows of a batch failed.
    pub(crate) text: String,
}

impl Attempt {
    /// One of which nothing else is known.
    pub(crate) fn numbered(number: usize) -> Self {
        Self {
            number,
            text: String::new(),
        }
    }
}

/// A failure, or an exception that Python code raised while we called it (never crosses the inbox).
#[derive(Debug)]
pub(crate) enum Error {
    /// Ours.
    Failure(Box<Failure>),
    /// Python's.
    Raised(PyErr),
}

/// What a request ends in.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The client-side code of everything that has none of its own.
const CLIENT: i32 = -1;
/// Codes of the official client, by which users know these.
const PARAMETER: i32 = -2;
const INVALID_HOST: i32 = -4;
const NO_MORE_CONNECTIONS: i32 = -7;
const INVALID_NODE: i32 = -8;
const CONNECTION: i32 = -10;
const TRANSACTION_FAILED: i32 = -17;
const ALREADY_COMMITTED: i32 = -18;
const ALREADY_ABORTED: i32 = -19;
const MAX_RETRIES: i32 = -12;
const MAX_ERROR_RATE: i32 = -14;
/// The server's code for a time-out, which the client's own time-outs share.
pub(crate) const TIMEOUT: i32 = 9;
/// The server's code for what it or its edition does not offer.
pub(crate) const UNSUPPORTED: i32 = 16;
/// The server's code for an operation on a bin of another type.
const BIN_TYPE: i32 = 12;
/// The server's code for a query without its index.
const INDEX_NOT_FOUND: i32 = 201;
/// The server's code for an unknown namespace.
pub(crate) const INVALID_NAMESPACE: i32 = 20;

impl Error {
    fn new(kind: Kind, code: i32, message: impl Into<String>) -> Self {
        Self::Failure(Box::new(Failure {
            kind,
            code,
            message: message.into(),
            in_doubt: false,
            subcode: None,
            node: None,
            key: None,
            attempts: Vec::new(),
            attempt: None,
        }))
    }

    /// A failure on our side.
    pub(crate) fn client(message: impl Into<String>) -> Self {
        Self::new(Kind::Client, CLIENT, message)
    }

    /// An argument outside its domain.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(Kind::Argument, PARAMETER, message)
    }

    /// An entry of `hosts` that is no host.
    pub(crate) fn host(message: impl Into<String>) -> Self {
        Self::new(Kind::Argument, INVALID_HOST, message)
    }

    /// The client is not connected.
    pub(crate) fn not_connected() -> Self {
        Self::new(
            Kind::Closed,
            CLIENT,
            "Client is not connected. Call connect() first.",
        )
    }

    /// An argument of the wrong type.
    pub(crate) fn wrong_type(message: impl Into<String>) -> Self {
        Self::new(Kind::Type, CLIENT, message)
    }

    /// An argument nobody could use.
    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(Kind::Value, CLIENT, message)
    }

    /// A number that does not fit.
    pub(crate) fn overflow(message: impl Into<String>) -> Self {
        Self::new(Kind::Overflow, CLIENT, message)
    }

    /// Too many requests wait.
    pub(crate) fn backpressure(message: impl Into<String>) -> Self {
        Self::new(Kind::Backpressure, CLIENT, message)
    }

    /// A deadline passed before the request was sent.
    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(Kind::Timeout, TIMEOUT, message)
    }

    /// A connection could not be made.
    pub(crate) fn connection(message: impl Into<String>) -> Self {
        Self::new(Kind::Connection, CONNECTION, message)
    }

    /// No attempt is left.
    pub(crate) fn spent(message: impl Into<String>) -> Self {
        Self::new(Kind::Timeout, MAX_RETRIES, message)
    }

    /// No node has been reached yet.
    pub(crate) fn no_node() -> Self {
        Self::new(
            Kind::Cluster,
            INVALID_NODE,
            "No node of the cluster has been reached yet: 'fail_if_not_connected' is off, so the client goes on trying",
        )
    }

    /// A code as the server would have answered it.
    pub(crate) fn server(code: i32, message: impl Into<String>) -> Self {
        Self::new(Kind::Server, code, message)
    }

    /// A code that a node answered to a request on one record.
    pub(crate) fn answered(code: u8, node: &core::Node) -> Self {
        let text = ResultCode::from(code).into_string();
        let code = i32::from(code);
        Self::server(code, explained(code, text)).of_node(node)
    }

    /// The same error, for the node it came from.
    pub(crate) fn of_node(mut self, node: &core::Node) -> Self {
        if let Self::Failure(failure) = &mut self {
            failure.node = Some(node.address().to_owned());
        }
        self
    }

    /// The transaction cannot go on.
    pub(crate) fn transaction(message: impl Into<String>) -> Self {
        Self::new(Kind::Client, TRANSACTION_FAILED, message)
    }

    /// The transaction was committed already.
    pub(crate) fn committed(message: impl Into<String>) -> Self {
        Self::new(Kind::Client, ALREADY_COMMITTED, message)
    }

    /// The transaction was aborted already.
    pub(crate) fn aborted(message: impl Into<String>) -> Self {
        Self::new(Kind::Client, ALREADY_ABORTED, message)
    }

    /// A defect of this library.
    pub(crate) fn panic(message: impl Into<String>) -> Self {
        Self::new(Kind::Panic, CLIENT, message)
    }

    /// The client was closed while the request was under way.
    pub(crate) fn closed(in_doubt: bool) -> Self {
        let mut error = Self::new(
            Kind::Closed,
            CLIENT,
            "The client was closed before the request was answered",
        );
        if let Self::Failure(failure) = &mut error {
            failure.in_doubt = in_doubt;
        }
        error
    }

    /// The client was closed while somebody was still taking what a query finds.
    pub(crate) fn query_closed() -> Self {
        Self::new(
            Kind::Closed,
            CLIENT,
            "The client was closed before all records were taken: another one can go on from the cursor",
        )
    }

    /// The same error, in doubt also if an earlier attempt was.
    pub(crate) fn or_in_doubt(mut self, doubt: bool) -> Self {
        if let Self::Failure(failure) = &mut self {
            failure.in_doubt |= doubt;
        }
        self
    }

    /// The same error, after an attempt that the core has no part in.
    pub(crate) fn after(mut self, earlier: &impl fmt::Display) -> Self {
        if let Self::Failure(failure) = &mut self {
            for attempt in &mut failure.attempts {
                attempt.number += 1;
            }
            let first = Attempt {
                number: 1,
                text: earlier.to_string(),
            };
            failure.attempts.insert(0, first);
            if failure.kind == Kind::Server {
                failure.attempt = Some(failure.attempt.unwrap_or(1) + 1);
            }
        }
        self
    }

    /// The message with what it is about in front: `bin 'a': …`.
    pub(crate) fn within(self, what: impl fmt::Display) -> Self {
        match self {
            Self::Failure(mut failure) => {
                failure.message = format!("{what}: {}", failure.message);
                Self::Failure(failure)
            }
            raised @ Self::Raised(_) => raised,
        }
    }

    /// The same error, for the record it befell.
    pub(crate) fn of_key(self, key: &core::Key) -> Self {
        match self {
            Self::Failure(mut failure) => {
                failure.key.get_or_insert_with(|| Box::new(key.into()));
                Self::Failure(failure)
            }
            raised @ Self::Raised(_) => raised,
        }
    }

    /// The message, without the code.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Failure(failure) => failure.text(),
            Self::Raised(error) => error.to_string(),
        }
    }

    /// The result code; that of a Python exception is the client's.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Failure(failure) => failure.code,
            Self::Raised(_) => CLIENT,
        }
    }

    /// The code by which it is counted: some kinds that share one are told apart.
    pub(crate) fn seen_code(&self) -> i32 {
        match self {
            Self::Failure(failure) if failure.kind == Kind::Backpressure => codes::BACKPRESSURE,
            _ => self.code(),
        }
    }

    /// What befell earlier attempts.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        match self {
            Self::Failure(failure) => failure.attempts.clone(),
            Self::Raised(_) => Vec::new(),
        }
    }

    /// Whether this is a broken or missing connection.
    pub(crate) fn is_transport(&self) -> bool {
        matches!(self, Self::Failure(failure) if matches!(failure.kind, Kind::Connection | Kind::Cluster | Kind::Timeout))
    }

    /// Whether a write may have happened all the same.
    pub(crate) fn in_doubt(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.in_doubt)
    }
}

impl From<core::Error> for Error {
    fn from(error: core::Error) -> Self {
        Self::from(&error)
    }
}

/// What the last attempt ended in, where the core says no more than that there were enough of them: that a server refused it, or that it
/// was not made. A broken connection says less than that, so there the attempts are the news.
fn last_answer(error: &core::Error) -> Option<&core::Error> {
    let is_spent = matches!(error.kind(), ErrorKind::Timeout) && error.result_code() < 0;
    error.cause().filter(|cause| {
        is_spent
            && matches!(
                cause.kind(),
                ErrorKind::Server { .. } | ErrorKind::MaxErrorRate | ErrorKind::InvalidNode
            )
    })
}

/// Whether a server refused every attempt, so that none of them can have been carried out. (To the core whatever was sent twice is in
/// doubt.)
fn was_refused(error: &core::Error, last: &core::Error) -> bool {
    error.sub_errors().iter().chain([last]).all(|attempt| {
        attempt
            .server_result_code()
            .is_some_and(|code| code != ResultCode::Timeout)
    })
}

impl From<&core::Error> for Error {
    fn from(error: &core::Error) -> Self {
        if let Some(last) = last_answer(error) {
            let mut answer = Self::from(last);
            if let Self::Failure(failure) = &mut answer {
                failure.in_doubt = error.in_doubt() && !was_refused(error, last);
                failure.attempt = error.iteration().filter(|&attempt| attempt > 1);
            }
            return answer;
        }
        let kind = match error.kind() {
            ErrorKind::Server { .. } | ErrorKind::UdfBadResponse => Kind::Server,
            ErrorKind::InvalidNamespace => {
                return Self::server(INVALID_NAMESPACE, error.base_message());
            }
            ErrorKind::Timeout => Kind::Timeout,
            ErrorKind::Connection | ErrorKind::Io(_) => Kind::Connection,
            ErrorKind::ConnectionPoolEmpty
            | ErrorKind::NoMoreConnections
            | ErrorKind::MaxErrorRate
            | ErrorKind::InvalidNode => Kind::Cluster,
            ErrorKind::InvalidArgument => Kind::Argument,
            // Of a query the core says it in words only, and not what the attempts ended in.
            _ if error.base_message().starts_with("Max retries exceeded") => Kind::Timeout,
            _ => Kind::Client,
        };
        let code = match error.kind() {
            ErrorKind::Server { .. } | ErrorKind::UdfBadResponse => error.result_code(),
            ErrorKind::Timeout if error.result_code() < 0 => MAX_RETRIES,
            ErrorKind::Timeout => TIMEOUT,
            ErrorKind::Connection | ErrorKind::Io(_) => CONNECTION,
            ErrorKind::ConnectionPoolEmpty | ErrorKind::NoMoreConnections => NO_MORE_CONNECTIONS,
            ErrorKind::MaxErrorRate => MAX_ERROR_RATE,
            ErrorKind::InvalidNode => INVALID_NODE,
            ErrorKind::InvalidArgument => PARAMETER,
            ErrorKind::Commit { .. } => TRANSACTION_FAILED,
            _ if error.result_code() == TRANSACTION_FAILED => TRANSACTION_FAILED,
            _ if kind == Kind::Timeout => MAX_RETRIES,
            _ => CLIENT,
        };
        let mut message = match (kind, error.server_message()) {
            (_, Some(text)) => format!("{}: {text}", error.base_message()),
            (Kind::Server, None) => explained(code, error.base_message()),
            // The chain of causes says which address was tried and what it answered.
            _ => error.to_string(),
        };
        if message.is_empty() {
            message = error.to_string();
        }
        if kind == Kind::Timeout && error.iteration() == Some(0) {
            message.push_str("; not sent: no connection was free, and open queries hold theirs");
        }
        Self::Failure(Box::new(Failure {
            kind,
            code,
            message,
            in_doubt: error.in_doubt(),
            subcode: Some(error.sub_code()).filter(|&code| code != 0),
            node: error.node().map(str::to_owned),
            key: None,
            attempts: earlier(error),
            attempt: None,
        }))
    }
}

fn earlier(error: &core::Error) -> Vec<Attempt> {
    let attempts = error.sub_errors().iter().zip(1..);
    attempts
        .map(|(error, number)| Attempt {
            number,
            text: error.to_string(),
        })
        .collect()
}

/// What a server says in two words, with what a caller can do about it.
fn explained(code: i32, message: String) -> String {
    let hint = match code {
        BIN_TYPE => "the bin holds another type than the operation is for",
        INDEX_NOT_FOUND => {
            "a predicate needs an index on its bin, made with index_integer_create, index_string_create, …"
        }
        _ => return message,
    };
    format!("{message}: {hint}")
}

impl From<PyErr> for Error {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Raised(error) => error,
            Error::Failure(failure) => {
                Python::attach(|py| exception(py, *failure).unwrap_or_else(|error| error))
            }
        }
    }
}

/// The exception that stands for a failure.
fn exception(py: Python<'_>, failure: Failure) -> PyResult<PyErr> {
    static MAKER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let maker = MAKER.get_or_try_init(py, || {
        PyResult::Ok(
            py.import("aerospike_py.exception")?
                .getattr("_from_error")?
                .unbind(),
        )
    })?;
    let message = failure.text();
    let key = match failure.key {
        Some(key) => Some(key.into_python(py)?),
        None => None,
    };
    let arguments = PyTuple::new(
        py,
        [
            failure.code.into_pyobject(py)?.into_any(),
            message.into_pyobject(py)?.into_any(),
            failure.in_doubt.into_pyobject(py)?.to_owned().into_any(),
            failure.subcode.into_pyobject(py)?.into_any(),
            failure.node.into_pyobject(py)?.into_any(),
            key.into_pyobject(py)?.into_any(),
            failure.kind.name().into_pyobject(py)?.into_any(),
        ],
    )?;
    Ok(PyErr::from_value(maker.bind(py).call1(arguments)?))
}
