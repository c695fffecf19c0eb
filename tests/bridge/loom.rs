//! The flag protocol over every interleaving. Run with `--features loom --release`.
#![cfg(feature = "loom")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::mailbox::{Mailbox, Queue, Signal};
use aerospike_bridge::owed::{Deferred, Owed};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

/// A queue that orders nothing by itself: a slot for each item, relaxed throughout. What the consumer must
/// see, it must see through the flag of the mailbox.
struct Slots([AtomicBool; 3]);

impl Slots {
    fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicBool::new(false)))
    }
}

impl Queue<usize> for Slots {
    fn push(&self, item: usize) {
        self.0[item].store(true, Ordering::Relaxed);
    }
    fn pop(&self) -> Option<usize> {
        (0..self.0.len()).find(|&item| {
            self.0[item].load(Ordering::Relaxed) && self.0[item].swap(false, Ordering::Relaxed)
        })
    }
    fn len(&self) -> usize {
        self.0
            .iter()
            .filter(|slot| slot.load(Ordering::Relaxed))
            .count()
    }
}

/// An eventfd: a counter that reading sets to zero.
#[derive(Default)]
struct Counter {
    count: AtomicUsize,
    raised: AtomicUsize,
}

impl Counter {
    fn new() -> Self {
        Self {
            count: AtomicUsize::new(0),
            raised: AtomicUsize::new(0),
        }
    }
    fn readable(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }
}

impl Signal for Counter {
    fn raise(&self) {
        self.raised.fetch_add(1, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::AcqRel);
    }
    fn lower(&self) {
        self.count.swap(0, Ordering::AcqRel);
    }
}

type Model = Mailbox<usize, Slots, Counter>;

fn mailbox() -> Arc<Model> {
    Arc::new(Mailbox::new(Slots::new(), Counter::new()))
}

/// One turn of an event loop: nothing unless the descriptor is readable.
fn turn(mailbox: &Model) -> usize {
    if !mailbox.signal().readable() {
        return 0;
    }
    let taken = std::iter::from_fn(|| mailbox.take()).count();
    mailbox.settle();
    taken
}

#[test]
fn what_is_posted_is_taken_or_still_signalled() {
    loom::model(|| {
        let mailbox = mailbox();
        let producers: Vec<_> = (0..2)
            .map(|item| {
                let mailbox = Arc::clone(&mailbox);
                thread::spawn(move || mailbox.post(item))
            })
            .collect();
        let mut taken = turn(&mailbox);
        taken += turn(&mailbox);
        for producer in producers {
            producer.join().unwrap();
        }
        // Whatever the consumer missed while they raced, the descriptor still tells it.
        while taken < 2 {
            assert!(
                mailbox.signal().readable(),
                "an item waits and nobody will be woken"
            );
            taken += turn(&mailbox);
        }
        assert_eq!(taken, 2);
    });
}

#[test]
fn a_consumer_that_stops_half_way_is_woken_again() {
    loom::model(|| {
        let mailbox = mailbox();
        mailbox.post(0);
        let producer = {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || mailbox.post(1))
        };
        // Takes one item and leaves without settling, as after a KeyboardInterrupt.
        let mut taken = usize::from(mailbox.take().is_some());
        producer.join().unwrap();
        while taken < 2 {
            assert!(mailbox.signal().readable());
            taken += turn(&mailbox);
        }
    });
}

#[test]
fn a_burst_raises_once_while_nobody_consumes() {
    loom::model(|| {
        let mailbox = mailbox();
        let producer = {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || mailbox.post(0))
        };
        mailbox.post(1);
        producer.join().unwrap();
        assert_eq!(mailbox.signal().raised.load(Ordering::Relaxed), 1);
    });
}

/// A reply, or the news that there is none.
#[derive(Debug, PartialEq)]
struct Reply(bool);

impl Lost for Reply {
    fn lost() -> Self {
        Self(false)
    }
}

/// One place for one reply.
struct Place(loom::sync::Mutex<Vec<(usize, Reply)>>);

impl Queue<(usize, Reply)> for Place {
    fn push(&self, item: (usize, Reply)) {
        self.0.lock().unwrap().push(item);
    }
    fn pop(&self) -> Option<(usize, Reply)> {
        self.0.lock().unwrap().pop()
    }
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[test]
fn a_token_dropped_while_the_consumer_settles_is_heard_of_once() {
    loom::model(|| {
        let mailbox = std::sync::Arc::new(Mailbox::new(
            Place(loom::sync::Mutex::new(Vec::new())),
            Counter::new(),
        ));
        let token = Completion::new(std::sync::Arc::clone(&mailbox), 5);
        let dropper = thread::spawn(move || drop(token));
        let mut heard = usize::from(mailbox.take().is_some());
        mailbox.settle();
        dropper.join().unwrap();
        if heard == 0 {
            assert!(mailbox.signal().readable());
            assert_eq!(mailbox.take(), Some((5, Reply(false))));
            heard = 1;
        }
        assert_eq!(heard, 1);
        assert_eq!(mailbox.take(), None);
    });
}

/// Debts without an order of their own: what the payer must see, he must see through the fences.
struct Debts<S>(AtomicBool, std::sync::Arc<S>);

impl<S> Queue<std::sync::Arc<S>> for Debts<S> {
    fn push(&self, _: std::sync::Arc<S>) {
        self.0.store(true, Ordering::Relaxed);
    }
    fn pop(&self) -> Option<std::sync::Arc<S>> {
        let owed = self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed);
        owed.then(|| std::sync::Arc::clone(&self.1))
    }
    fn len(&self) -> usize {
        usize::from(self.0.load(Ordering::Relaxed))
    }
}

/// Counts what is raised.
#[derive(Default)]
struct Tally(AtomicUsize);

impl Signal for Tally {
    fn raise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn lower(&self) {}
}

#[test]
fn a_reply_that_meets_a_reactor_going_to_sleep_wakes_its_loop() {
    loom::model(|| {
        let tally = std::sync::Arc::new(Tally(AtomicUsize::new(0)));
        let debts = Debts(AtomicBool::new(false), std::sync::Arc::clone(&tally));
        let owed = std::sync::Arc::new(Owed::new(debts));
        owed.work();
        let mailbox = Mailbox::new(
            Slots::new(),
            Deferred::new(Tally(AtomicUsize::new(0)), std::sync::Arc::clone(&owed)),
        );
        let producer = thread::spawn(move || mailbox.post(0));
        owed.rest();
        producer.join().unwrap();
        assert_eq!(tally.0.load(Ordering::Relaxed), 1);
    });
}
