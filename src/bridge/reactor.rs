//! The I/O thread: one tokio current-thread runtime, fed from the inbox.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use crossbeam_queue::SegQueue;
use tokio::runtime::Runtime;

use crate::inbox::{Inbox, inbox};
use crate::mailbox::Signal as _;
use crate::outbox::OwedLoops;
use crate::seat::{Arrival, Seat, TICK};

/// A handle on the I/O thread. Jobs are futures without a result; what they have to say they say through
/// a [`Completion`](crate::completion::Completion).
#[derive(Debug)]
pub struct Reactor<J> {
    shared: Arc<Shared<J>>,
    thread: Thread,
}

#[derive(Debug)]
struct Shared<J> {
    inbox: Inbox<J>,
    runtime: Runtime,
    seat: Arc<Seat>,
    /// The event loops to wake before the runtime sleeps.
    owed: Arc<OwedLoops>,
    stopped: AtomicBool,
    turns: AtomicU64,
}

thread_local! {
    /// Whether a job that came alone is at its first step on this thread.
    static LONE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the job that asks came alone: it is at its first step, and no other that was submitted waits for
/// its own. False once the job has waited for anything, since that may have ended for others too.
#[must_use]
pub fn is_lone() -> bool {
    LONE.get()
}

/// The first step of a job that came alone; over also when it unwinds.
struct Lone;

impl Lone {
    fn begin() -> Self {
        LONE.set(true);
        Self
    }
}

impl Drop for Lone {
    fn drop(&mut self) {
        LONE.set(false);
    }
}

/// How often a request may sleep in the system during one try.
pub const NAPS: u32 = 8;

thread_local! {
    /// How often the request that this thread tries by itself may still do so.
    static NAPS_LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Whether whoever polls has this thread for himself, and may sleep on it in the system: see
/// [`Reactor::try_here`].
#[must_use]
pub fn may_nap() -> bool {
    NAPS_LEFT.get() > 0
}

/// The same, by who is about to. There are [`NAPS`] of them in a try, so that it ends however slowly an answer trickles in.
#[must_use]
pub fn take_nap() -> bool {
    let left = NAPS_LEFT.get();
    NAPS_LEFT.set(left.saturating_sub(1));
    left > 0
}

/// A request is tried; over also when it unwinds.
struct Trying;

impl Trying {
    fn begin() -> Self {
        NAPS_LEFT.set(NAPS);
        Self
    }
}

impl Drop for Trying {
    fn drop(&mut self) {
        NAPS_LEFT.set(0);
    }
}

/// A job that says when it begins, and when it has ended, also when it panicked or was dropped with the
/// runtime.
struct Counted<J> {
    job: J,
    begun: bool,
    /// Not the whole of `Shared`: that owns the runtime, which owns this job.
    seat: Arc<Seat>,
}

impl<J: Future<Output = ()> + Unpin> Future for Counted<J> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let first = !std::mem::replace(&mut self.begun, true);
        let _lone = (first && self.seat.begun()).then(Lone::begin);
        Pin::new(&mut self.job).poll(cx)
    }
}

impl<J> Drop for Counted<J> {
    fn drop(&mut self) {
        self.seat.ended();
    }
}

/// Leaves the seat also when the call unwinds.
struct Seated<'a, J>(&'a Shared<J>);

impl<J> Drop for Seated<'_, J> {
    fn drop(&mut self) {
        self.0.seat.leave();
        // What this thread has driven may owe something, and nobody need drive after it.
        self.0.owed.rest();
    }
}

impl<J: Future<Output = ()> + Send + Unpin + 'static> Reactor<J> {
    /// Starts the I/O thread.
    ///
    /// # Errors
    /// The system gave no thread or no epoll descriptor.
    pub fn start(name: &str) -> io::Result<Self> {
        let owed = Arc::new(OwedLoops::new(SegQueue::new()));
        let (sleeping, waking) = (Arc::clone(&owed), Arc::clone(&owed));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .thread_name(name)
            .on_thread_park(move || sleeping.rest())
            .on_thread_unpark(move || waking.work())
            .build()?;
        let shared = Arc::new(Shared {
            inbox: inbox(),
            runtime,
            seat: Arc::default(),
            owed,
            stopped: AtomicBool::new(false),
            turns: AtomicU64::new(0),
        });
        let theirs = Arc::clone(&shared);
        let handle = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || theirs.drive())?;
        Ok(Self {
            shared,
            thread: handle.thread().clone(),
        })
    }

    /// Queues a job; wakes the I/O thread if it is the first of a burst.
    pub fn submit(&self, job: J) {
        self.shared.seat.submitted();
        self.shared.inbox.post(job);
    }

    /// Polls a request on this thread, which may sleep in the system over it (see [`may_nap`]), once. Returns what came of it, if it is
    /// ended; otherwise the rest of it is for [`block_on`](Self::block_on).
    ///
    /// # Panics
    /// As the request panics.
    pub fn try_here<F: Future + Unpin>(&self, request: &mut F) -> Option<F::Output> {
        // Timers and sockets it makes are the runtime's.
        let _context = self.shared.runtime.enter();
        let _trying = Trying::begin();
        let mut nobody = Context::from_waker(Waker::noop());
        match Pin::new(request).poll(&mut nobody) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    /// Runs a request to its end on this thread, which sleeps while the request waits for the network. The
    /// I/O thread, or another caller, tells it when there is something to do; a lone caller drives himself.
    ///
    /// # Panics
    /// As the request panics, or if this thread already is inside a tokio runtime.
    pub fn block_on<F: Future>(&self, request: F) -> F::Output {
        let arrival = self.shared.seat.enter();
        let _seated = Seated(&self.shared);
        if arrival == Arrival::Nudge {
            self.shared.inbox.signal().raise();
            self.thread.unpark();
        }
        self.shared.runtime.block_on(request)
    }

    /// How often the I/O thread has emptied the inbox: wake-ups per burst, for tests and metrics.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.shared.turns.load(Ordering::Relaxed)
    }

    /// How many jobs have been submitted and not been taken up.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.shared.inbox.len()
    }

    /// How many jobs have been submitted and have not ended.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.shared.seat.jobs()
    }

    /// What its outboxes are made with.
    #[must_use]
    pub fn owed(&self) -> &Arc<OwedLoops> {
        &self.shared.owed
    }

    /// Spawns a task on the runtime from within it or from any thread.
    #[must_use]
    pub fn handle(&self) -> &tokio::runtime::Handle {
        self.shared.runtime.handle()
    }
}

impl<J> Drop for Reactor<J> {
    /// Tells the I/O thread to end; does not wait for it. What it has not finished is dropped there.
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        self.shared.inbox.nudge();
        self.thread.unpark();
    }
}

impl<J: Future<Output = ()> + Send + Unpin + 'static> Shared<J> {
    fn drive(&self) {
        while !self.stopped.load(Ordering::Acquire) {
            self.owed.work();
            self.runtime.block_on(self.serve());
            self.owed.rest();
            self.stand_by();
        }
    }

    /// Starts jobs as they come, until this thread should leave the seat to a lone caller.
    async fn serve(&self) {
        poll_fn(|cx| self.poll_serve(cx)).await;
    }

    fn poll_serve(&self, cx: &Context<'_>) -> Poll<()> {
        self.turns.fetch_add(1, Ordering::Relaxed);
        loop {
            while let Some(job) = self.inbox.take() {
                // A panic in a job ends that job's task; its completion token says so.
                tokio::spawn(Counted {
                    job,
                    begun: false,
                    seat: Arc::clone(&self.seat),
                });
            }
            if self.stopped.load(Ordering::Acquire) || self.seat.wants_caller() {
                return Poll::Ready(());
            }
            self.inbox.signal().register(cx.waker());
            if self.inbox.settle() {
                return Poll::Pending;
            }
        }
    }

    /// Waits outside the runtime while a lone caller drives it.
    fn stand_by(&self) {
        self.seat.retire();
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            self.inbox.signal().register(&waker);
            if !self.inbox.settle() || self.stopped.load(Ordering::Acquire) {
                break;
            }
            thread::park_timeout(TICK);
            if self.seat.wants_thread() {
                break;
            }
        }
        self.seat.resume();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
