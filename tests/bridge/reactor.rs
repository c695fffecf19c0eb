//! The I/O thread and those who wait for it.
#![cfg(not(feature = "loom"))]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::outbox::outbox;
use aerospike_bridge::reactor::{NAPS, Reactor, is_lone, may_nap, take_nap};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

const LONG: Duration = Duration::from_secs(20);

fn reactor() -> Reactor<Job> {
    Reactor::start("test-io").unwrap()
}

#[test]
fn jobs_run_on_the_io_thread() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    reactor.submit(Box::pin(async move {
        sender
            .send(thread::current().name().map(str::to_owned))
            .unwrap();
    }));
    assert_eq!(
        receiver.recv_timeout(LONG).unwrap().as_deref(),
        Some("test-io")
    );
}

/// A job that holds the I/O thread until whoever waits at the gate as well lets it go on.
fn hold(reactor: &Reactor<Job>) -> Arc<Barrier> {
    let gate = Arc::new(Barrier::new(2));
    let held = Arc::clone(&gate);
    let (started, running) = mpsc::channel();
    reactor.submit(Box::pin(async move {
        started.send(()).unwrap();
        held.wait();
    }));
    running.recv_timeout(LONG).unwrap();
    gate
}

#[test]
fn a_burst_costs_one_turn() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    let gate = hold(&reactor);
    let before = reactor.turns();
    for n in 0..500 {
        let sender = sender.clone();
        reactor.submit(Box::pin(async move { sender.send(n).unwrap() }));
    }
    gate.wait();
    let mut seen: Vec<i32> = (0..500)
        .map(|_| receiver.recv_timeout(LONG).unwrap())
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
    assert_eq!(reactor.turns() - before, 1);
}

/// What a job was told when it asked whether it is lone, each time.
fn told<const N: usize>(receiver: &mpsc::Receiver<[bool; N]>) -> [bool; N] {
    receiver.recv_timeout(LONG).unwrap()
}

#[test]
fn a_job_is_lone_until_it_has_waited() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    for _ in 0..10 {
        let sender = sender.clone();
        reactor.submit(Box::pin(async move {
            let first = is_lone();
            let again = is_lone();
            tokio::task::yield_now().await;
            sender.send([first, again, is_lone()]).unwrap();
        }));
        assert_eq!(told(&receiver), [true, true, false]);
    }
}

#[test]
fn of_a_burst_the_last_job_alone_is_lone() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    let gate = hold(&reactor);
    for _ in 0..200 {
        let sender = sender.clone();
        reactor.submit(Box::pin(async move { sender.send([is_lone()]).unwrap() }));
    }
    gate.wait();
    let told: Vec<bool> = (0..200).map(|_| told(&receiver)[0]).collect();
    assert_eq!(told, [vec![false; 199], vec![true]].concat());
}

#[test]
fn jobs_under_way_are_no_company() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    for _ in 0..10 {
        let sender = sender.clone();
        reactor.submit(Box::pin(async move {
            sender.send([is_lone()]).unwrap();
            std::future::pending::<()>().await;
        }));
        assert_eq!(told(&receiver), [true]);
    }
    assert_eq!(reactor.jobs(), 10);
}

#[test]
fn what_is_no_job_is_never_lone() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    // It leaves nothing behind on its thread.
    reactor.submit(Box::pin(async { panic!("one bad job") }));
    while reactor.jobs() > 0 {
        thread::yield_now();
    }
    reactor
        .handle()
        .spawn(async move { sender.send([is_lone()]).unwrap() });
    assert_eq!(told(&receiver), [false]);
    assert!(!reactor.block_on(async { is_lone() }));
}

#[test]
fn a_job_is_lone_while_a_lone_caller_drives() {
    let reactor = reactor();
    for _ in 0..100 {
        reactor.block_on(async { tokio::task::yield_now().await });
    }
    let (sender, receiver) = mpsc::channel();
    reactor.block_on(async {
        for _ in 0..10 {
            let sender = sender.clone();
            reactor.submit(Box::pin(async move { sender.send([is_lone()]).unwrap() }));
            let told = loop {
                match receiver.try_recv() {
                    Ok(told) => break told,
                    Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            };
            assert_eq!(told, [true]);
            assert!(!is_lone());
        }
    });
}

#[test]
fn who_tries_may_nap_and_nobody_else() {
    let reactor = reactor();
    let asked = || Box::pin(async { may_nap() });
    assert_eq!(reactor.try_here(&mut asked()), Some(true));
    assert!(!may_nap());
    assert!(!reactor.block_on(asked()));
    let (sender, receiver) = mpsc::channel();
    reactor.submit(Box::pin(async move { sender.send(may_nap()).unwrap() }));
    assert!(!receiver.recv_timeout(LONG).unwrap());
}

#[test]
fn what_is_not_done_at_one_try_goes_on_in_the_reactor() {
    let reactor = reactor();
    let mut request = Box::pin(async {
        let first = may_nap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        (first, may_nap())
    });
    assert_eq!(reactor.try_here(&mut request), None);
    assert_eq!(reactor.block_on(request), (true, false));
}

#[test]
fn a_try_has_so_many_naps() {
    let reactor = reactor();
    for _ in 0..2 {
        let mut request = Box::pin(async { (0..1000).filter(|_| take_nap()).count() });
        assert_eq!(reactor.try_here(&mut request), Some(NAPS as usize));
    }
    assert!(!take_nap());
}

#[test]
fn nobody_may_nap_after_a_try_that_panicked() {
    let reactor = reactor();
    let mut request: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async { panic!("tried") });
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        reactor.try_here(&mut request);
    }));
    assert!(tried.is_err());
    assert!(!may_nap());
}

#[test]
fn a_panicking_job_harms_no_other() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    reactor.submit(Box::pin(async { panic!("one bad job") }));
    reactor.submit(Box::pin(async move { sender.send(()).unwrap() }));
    receiver.recv_timeout(LONG).unwrap();
    while reactor.jobs() > 0 {
        thread::yield_now();
    }
}

#[test]
fn blocked_callers_get_their_own_results() {
    let reactor = Arc::new(reactor());
    let callers: Vec<_> = (0..8_u64)
        .map(|id| {
            let reactor = Arc::clone(&reactor);
            thread::spawn(move || {
                for n in 0..300 {
                    let value = reactor.block_on(async {
                        tokio::time::sleep(Duration::from_micros(id)).await;
                        id * 1000 + n
                    });
                    assert_eq!(value, id * 1000 + n);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.join().unwrap();
    }
}

#[test]
fn a_job_is_served_while_a_lone_caller_drives_and_after_it_left() {
    let reactor = reactor();
    for _ in 0..100 {
        reactor.block_on(async { tokio::task::yield_now().await });
    }
    let (sender, receiver) = mpsc::channel();
    let during = sender.clone();
    // Inside a blocking call.
    reactor.block_on(async {
        reactor.submit(Box::pin(async move { during.send("during").unwrap() }));
        tokio::time::sleep(Duration::from_millis(20)).await;
    });
    assert_eq!(receiver.recv_timeout(LONG).unwrap(), "during");
    // Between two blocking calls.
    for _ in 0..100 {
        reactor.block_on(async {});
    }
    reactor.submit(Box::pin(async move { sender.send("after").unwrap() }));
    assert_eq!(receiver.recv_timeout(LONG).unwrap(), "after");
}

#[test]
fn timers_of_the_runtime_run_when_a_lone_caller_has_left() {
    let reactor = reactor();
    let (sender, receiver) = mpsc::channel();
    for _ in 0..100 {
        reactor.block_on(async {});
    }
    // A task that is no job, as the client's own upkeep.
    reactor.handle().spawn(async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        sender.send(()).unwrap();
    });
    receiver.recv_timeout(LONG).unwrap();
}

#[test]
fn dropping_the_reactor_ends_its_thread_and_drops_what_is_left() {
    struct Tell(mpsc::Sender<()>);
    impl Drop for Tell {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }
    let (sender, receiver) = mpsc::channel();
    let reactor = reactor();
    let (started, running) = mpsc::channel();
    reactor.submit(Box::pin(async move {
        let _tell = Tell(sender);
        started.send(()).unwrap();
        std::future::pending::<()>().await;
    }));
    running.recv_timeout(LONG).unwrap();
    drop(reactor);
    receiver
        .recv_timeout(LONG)
        .expect("the pending job was not dropped");
}

#[derive(Debug, PartialEq)]
enum Reply {
    Done,
    Lost,
}

impl Lost for Reply {
    fn lost() -> Self {
        Self::Lost
    }
}

#[test]
fn who_waits_when_the_reactor_goes_is_told() {
    const WAITING: usize = 100;
    let reactor = reactor();
    let outbox = Arc::new(outbox(reactor.owed()).unwrap());
    let (started, running) = mpsc::channel();
    for ticket in 0..WAITING {
        let token = Completion::new(Arc::clone(&outbox), ticket);
        let started = started.clone();
        // Half of them are under way; the others may be in the inbox still.
        reactor.submit(Box::pin(async move {
            started.send(()).unwrap();
            std::future::pending::<()>().await;
            token.complete(Reply::Done);
        }));
        if ticket == WAITING / 2 {
            running.recv_timeout(LONG).unwrap();
        }
    }
    drop(reactor);
    let mut told = Vec::new();
    let end = Instant::now() + LONG;
    while told.len() < WAITING {
        assert!(Instant::now() < end, "{} were told", told.len());
        match outbox.take() {
            Some((ticket, reply)) => {
                assert_eq!(reply, Reply::Lost);
                told.push(ticket);
            }
            None => thread::yield_now(),
        }
    }
    told.sort_unstable();
    assert_eq!(told, (0..WAITING).collect::<Vec<_>>());
    assert_eq!(outbox.take(), None);
}
