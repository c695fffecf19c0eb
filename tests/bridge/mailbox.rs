//! One wake-up per burst, over a real descriptor.
#![cfg(not(feature = "loom"))]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::mailbox::{Mailbox, Signal};
use aerospike_bridge::outbox::{Outbox, OwedLoops};
use aerospike_bridge::owed::{BURST, Deferred, Owed};
use aerospike_bridge::signal::Descriptor;
use crossbeam_queue::SegQueue;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

fn readable(fd: &impl AsFd, wait: i64) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::IN)];
    let timeout = Timespec {
        tv_sec: wait,
        tv_nsec: 0,
    };
    poll(&mut fds, Some(&timeout)).unwrap() > 0
}

#[derive(Default)]
struct Counter {
    raised: AtomicUsize,
}

impl Signal for Counter {
    fn raise(&self) {
        self.raised.fetch_add(1, Ordering::Relaxed);
    }
    fn lower(&self) {}
}

#[derive(Debug, PartialEq)]
enum Reply {
    Done(u32),
    Lost,
}

impl Lost for Reply {
    fn lost() -> Self {
        Self::Lost
    }
}

/// An outbox of a reactor that sleeps.
fn outbox() -> Outbox<Reply> {
    let owed = Arc::new(OwedLoops::new(SegQueue::new()));
    aerospike_bridge::outbox::outbox(&owed).unwrap()
}

#[test]
fn a_burst_raises_once() {
    let mailbox = Mailbox::new(SegQueue::new(), Counter::default());
    for item in 0..1000 {
        mailbox.post(item);
    }
    assert_eq!(mailbox.signal().raised.load(Ordering::Relaxed), 1);
    assert_eq!(std::iter::from_fn(|| mailbox.take()).count(), 1000);
    assert!(mailbox.settle());
    mailbox.post(1);
    assert_eq!(mailbox.signal().raised.load(Ordering::Relaxed), 2);
}

#[test]
fn settling_with_leftovers_raises_again() {
    let mailbox = Mailbox::new(SegQueue::new(), Counter::default());
    mailbox.post(1);
    assert!(!mailbox.settle());
    assert_eq!(mailbox.signal().raised.load(Ordering::Relaxed), 2);
}

#[test]
#[cfg_attr(miri, ignore = "miri has no ppoll")]
fn the_descriptor_is_readable_until_settled() {
    let outbox = outbox();
    assert!(!readable(outbox.signal().get(), 0));
    outbox.post((1, Reply::Done(1)));
    outbox.post((2, Reply::Done(2)));
    assert!(readable(outbox.signal().get(), 0));
    assert!(outbox.take().is_some());
    // A consumer that stops here is called again.
    assert!(readable(outbox.signal().get(), 0));
    assert!(outbox.take().is_some());
    assert!(outbox.settle());
    assert!(!readable(outbox.signal().get(), 0));
}

#[test]
#[cfg_attr(miri, ignore = "miri has no ppoll")]
fn raising_many_times_and_lowering_once_leaves_nothing() {
    let descriptor = Descriptor::open().unwrap();
    for _ in 0..10_000 {
        descriptor.raise();
    }
    for _ in 0..2000 {
        descriptor.lower();
    }
    assert!(!readable(&descriptor, 0));
}

#[test]
fn a_completion_completes_exactly_once() {
    let outbox = Arc::new(outbox());
    Completion::new(Arc::clone(&outbox), 7).complete(Reply::Done(3));
    drop(Completion::new(Arc::clone(&outbox), 8));
    assert_eq!(outbox.take(), Some((7, Reply::Done(3))));
    assert_eq!(outbox.take(), Some((8, Reply::Lost)));
    assert_eq!(outbox.take(), None);
}

#[test]
fn a_panic_completes_as_lost() {
    let outbox = Arc::new(outbox());
    let completion = Completion::new(Arc::clone(&outbox), 1);
    let ended = thread::spawn(move || {
        let _completion = completion;
        panic!("in the request");
    })
    .join();
    assert!(ended.is_err());
    assert_eq!(outbox.take(), Some((1, Reply::Lost)));
}

#[test]
fn four_producers_lose_nothing() {
    // Each step costs miri a thousand times as much, and it tries many interleavings of few.
    const EACH: u32 = if cfg!(miri) { 50 } else { 20_000 };
    let outbox = Arc::new(outbox());
    let producers: Vec<_> = (0..4)
        .map(|_| {
            let outbox = Arc::clone(&outbox);
            thread::spawn(move || (0..EACH).for_each(|n| outbox.post((n as usize, Reply::Done(n)))))
        })
        .collect();
    let mut seen = 0;
    while seen < 4 * EACH {
        if cfg!(miri) {
            thread::yield_now();
        } else {
            assert!(
                readable(outbox.signal().get(), 20),
                "a wake-up was lost after {seen} items"
            );
        }
        while outbox.take().is_some() {
            seen += 1;
        }
        outbox.settle();
    }
    for producer in producers {
        producer.join().unwrap();
    }
    assert!(outbox.is_empty());
}

/// A mailbox whose wake-ups are owed, and by whom.
type Debtor = Arc<Owed<Counter, SegQueue<Arc<Counter>>>>;
type Creditor = Mailbox<usize, SegQueue<usize>, Deferred<Counter, SegQueue<Arc<Counter>>>>;

fn owing() -> (Debtor, Creditor) {
    let owed = Arc::new(Owed::new(SegQueue::new()));
    let signal = Deferred::new(Counter::default(), Arc::clone(&owed));
    (owed, Mailbox::new(SegQueue::new(), signal))
}

fn raised(mailbox: &Creditor) -> usize {
    mailbox.signal().get().raised.load(Ordering::Relaxed)
}

#[test]
fn a_reactor_at_work_pays_before_it_sleeps() {
    let (owed, mailbox) = owing();
    owed.work();
    for item in 0..BURST - 1 {
        mailbox.post(item);
    }
    assert_eq!(raised(&mailbox), 0);
    owed.rest();
    assert_eq!(raised(&mailbox), 1);
    owed.rest();
    assert_eq!(raised(&mailbox), 1);
}

#[test]
fn a_full_burst_is_paid_at_once_and_only_once() {
    let (owed, mailbox) = owing();
    owed.work();
    for item in 0..10 * BURST {
        mailbox.post(item);
        assert_eq!(raised(&mailbox), usize::from(item + 1 >= BURST));
    }
    owed.rest();
    assert_eq!(raised(&mailbox), 1);
}

#[test]
fn while_the_reactor_sleeps_nothing_is_owed() {
    let (owed, mailbox) = owing();
    mailbox.post(1);
    assert_eq!(raised(&mailbox), 1);
    assert_eq!(mailbox.take(), Some(1));
    assert!(mailbox.settle());
    owed.work();
    owed.rest();
    mailbox.post(2);
    assert_eq!(raised(&mailbox), 2);
}

#[test]
fn each_event_loop_is_woken() {
    let (owed, first) = owing();
    let second = Mailbox::new(
        SegQueue::new(),
        Deferred::new(Counter::default(), Arc::clone(&owed)),
    );
    owed.work();
    first.post(1);
    second.post(1);
    owed.rest();
    assert_eq!((raised(&first), raised(&second)), (1, 1));
}

#[test]
fn what_a_consumer_leaves_is_not_owed() {
    let (owed, mailbox) = owing();
    owed.work();
    mailbox.post(1);
    owed.rest();
    owed.work();
    // Nobody would come by for it: the reactor has nothing to do with it.
    assert!(!mailbox.settle());
    assert_eq!(raised(&mailbox), 2);
}
