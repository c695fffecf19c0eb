//! The only place that knows sync from async.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;

use aerospike_bridge::completion::Lost as _;
use futures_util::FutureExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::aio::pending::{self, Awaited, Start};
use crate::aio::port::{Landing, Outcome, Token};
use crate::convert::reply::Shape;
use crate::engine::{Engine, Job, engine};
use crate::error::{Error, Result};
use crate::exit::{self, Inside, Kind};
use crate::fork;
use crate::gevent;
use crate::in_place::in_place;
use crate::observe::series::Stage;
use crate::observe::span::Span;
use crate::observe::watch::{Stopwatch, Subject, Watch};
use crate::ops::Operation;
use crate::session::{Company, Session};

/// How the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// On this thread, with the interpreter released.
    Blocking,
    /// In an `await`.
    Awaitable,
}

/// What crosses the bridge.
pub(crate) trait Request: Send + 'static {
    /// The name of the method that makes it.
    const NAME: &'static str;
    /// Whether it is a batch whose rows may be taken as they come.
    const ROWS: bool = false;

    /// Whether it may come to its end while the thread that waits for it sleeps in a socket.
    fn sleeps(&self) -> bool {
        false
    }

    /// What metrics and spans tell of it; None if nothing.
    fn subject(&self) -> Option<Subject<'_>> {
        None
    }

    /// Does it, on the reactor; notes on the watch how far it is.
    fn answer(
        self,
        company: Company,
        watch: Option<&Watch>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// An operation on a connected cluster.
pub(crate) struct Routed<O> {
    pub(crate) session: Arc<Session>,
    pub(crate) operation: O,
}

impl<O: Operation> Request for Routed<O> {
    const NAME: &'static str = O::NAME;

    fn sleeps(&self) -> bool {
        self.operation.is_plain()
    }

    fn subject(&self) -> Option<Subject<'_>> {
        let (namespace, set) = self.operation.place();
        Some(Subject {
            operation: self.operation.label(),
            namespace,
            set,
            slow: self.session.config().slow(),
        })
    }

    async fn answer(self, company: Company, watch: Option<&Watch>) -> Outcome {
        self.session.execute(self.operation, company, watch).await
    }
}

/// Carries out a parsed call, or reports why it could not be parsed: in the await, if the caller awaits.
pub(crate) fn dispatch<R: Request>(
    py: Python<'_>,
    mode: Mode,
    call: Result<(R, Shape)>,
) -> PyResult<Bound<'_, PyAny>> {
    match (mode, call) {
        (Mode::Blocking, Ok((request, shape))) => block(py, request, shape),
        (Mode::Awaitable, Ok((request, shape))) => exit::inside(py, || {
            pending::spawn(py, awaited::<R>(), R::NAME, start(request), shape)
        }),
        (Mode::Blocking, Err(error)) => Err(error.into()),
        (Mode::Awaitable, Err(error)) => pending::failed(py, awaited::<R>(), R::NAME, error.into()),
    }
}

/// What its caller is given to await.
const fn awaited<R: Request>() -> Awaited {
    if R::ROWS {
        Awaited::Batch
    } else {
        Awaited::Plain
    }
}

/// The request as a future whose panics are errors.
pub(crate) async fn landing<R: Request>(
    request: R,
    company: Company,
    watch: Option<Watch>,
) -> Landing {
    if let Some(watch) = &watch {
        watch.taken_up();
    }
    let outcome = {
        // Pinned here and passed on by reference, since it is large: each adapter would move it.
        let answer = pin!(request.answer(company, watch.as_ref()));
        AssertUnwindSafe(answer).catch_unwind().await
    };
    let outcome = outcome.unwrap_or_else(|panic| Err(panicked(R::NAME, panic.as_ref())));
    Landing {
        seen: watch.and_then(|watch| watch.end(&outcome)),
        outcome,
    }
}

/// The error that stands for a panic.
pub(crate) fn panicked(name: &str, panic: &(dyn Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::panic(format!(
        "{name} panicked, which is a defect of aerospike_py or of its engine: {text}"
    ))
}

fn start<R: Request>(request: R) -> Start {
    Box::new(move |py, token: Token| -> (Job, Option<Span>) {
        let watch = Watch::begin(request.subject());
        let span = Span::begin(py, watch.as_ref());
        let job = in_place(|| async move {
            let landing = pin!(landing(request, Company::Burst, watch)).await;
            token.complete(landing);
        });
        (job, span)
    })
}

fn block<R: Request>(py: Python<'_>, request: R, shape: Shape) -> PyResult<Bound<'_, PyAny>> {
    let engine = engine()?;
    let hub = gevent::hub(py)?;
    let watch = Watch::begin(request.subject());
    let span = Span::begin(py, watch.as_ref());
    let (landing, _inside) = if let Some(hub) = hub {
        (gevent::wait(&hub, engine, request, watch), None)
    } else {
        // From here on: asking for the kind runs Python, and converting a reply may.
        let inside = Inside::enter();
        let call = Call {
            sleeps: request.sleeps(),
            request: in_place(|| landing(request, Company::Alone, watch)),
        };
        let landing = match Kind::of_this(py)? {
            Kind::Main => wait_for_signals_too(py, engine, R::NAME, call),
            Kind::Daemon => Ok(exit::detach_daemon(&inside, py, || call.drive(engine))),
            Kind::Other => Ok(py.detach(|| call.drive(engine))),
        };
        (landing, Some(inside))
    };
    let seen = landing
        .as_ref()
        .ok()
        .and_then(|landing| landing.seen.as_deref());
    if let Some(span) = span {
        span.end(py, seen);
    }
    let stopwatch = Stopwatch::start(seen);
    let object = shape.convert(py, landing?.outcome?)?;
    stopwatch.stop(Stage::IntoPython);
    Ok(object.into_bound(py))
}

/// A request while somebody waits for it.
type Waiting = Pin<Box<dyn Future<Output = Landing> + Send>>;

/// A request of a thread that waits for it.
struct Call {
    request: Waiting,
    /// Whether the thread may sleep in a socket meanwhile.
    sleeps: bool,
}

impl Call {
    /// What comes of it in one go, if anything.
    fn try_here(&mut self, engine: &Engine) -> Option<Landing> {
        self.sleeps
            .then(|| engine.reactor.try_here(&mut self.request))
            .flatten()
    }

    fn drive(mut self, engine: &Engine) -> Landing {
        self.try_here(engine)
            .unwrap_or_else(|| engine.reactor.block_on(self.request))
    }
}

/// The main thread comes back now and then to run signal handlers. If one raises, as Ctrl-C does, the
/// request goes on without us.
fn wait_for_signals_too(
    py: Python<'_>,
    engine: &Engine,
    name: &str,
    mut call: Call,
) -> PyResult<Landing> {
    let generation = fork::generation();
    if let Some(landing) = py.detach(|| call.try_here(engine)) {
        return Ok(landing);
    }
    let mut request = call.request;
    let listener = engine.heartbeat.listen(engine.reactor.handle());
    let mut handed_over = false;
    loop {
        let landing = py.detach(|| {
            engine.reactor.block_on(async {
                tokio::select! {
                    biased;
                    landing = &mut request => Some(landing),
                    () = listener.next() => None,
                }
            })
        });
        if let Some(landing) = landing {
            return Ok(landing);
        }
        if !handed_over {
            request = hand_over(engine, request);
            handed_over = true;
        }
        py.check_signals()?;
        if generation != fork::generation() {
            // A handler made this process: the answer goes to the parent.
            return Err(PyRuntimeError::new_err(format!(
                "{name}: the process has forked since this call began",
            )));
        }
    }
}

/// From now on the request is the I/O thread's. While a signal handler runs, nobody polls what waits on this thread; and a handler
/// that closes the client would wait for it for ever.
fn hand_over(engine: &Engine, request: Waiting) -> Waiting {
    let (sender, receiver) = oneshot::channel();
    engine.reactor.submit(Box::pin(async move {
        // Nobody listens any more if a handler has raised.
        let _ = sender.send(request.await);
    }));
    Box::pin(async { receiver.await.unwrap_or_else(|_| Landing::lost()) })
}
