//! What the way there and back costs without any work in between: `cargo bench -p aerospike-bridge`.
//!
//! With `--counted` it runs what benches/check.py counts the instructions of instead. Like benches/counted.py it then runs each workload once
//! uncounted and once between two marks, and says in its last line what there was to count; here both threads make marks.
#![allow(clippy::unwrap_used, missing_docs)]

use std::future::Future;
use std::hint::black_box;
use std::os::unix::process::parent_id;
use std::pin::Pin;
use std::sync::Arc;

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::outbox::{Outbox, outbox};
use aerospike_bridge::reactor::Reactor;
use criterion::{Criterion, Throughput, criterion_group};
use rustix::event::{PollFd, PollFlags, poll};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Reply(bool);

impl Lost for Reply {
    fn lost() -> Self {
        Self(false)
    }
}

/// The I/O thread and what an event loop has of it.
struct Bridge {
    reactor: Reactor<Job>,
    outbox: Arc<Outbox<Reply>>,
}

impl Bridge {
    fn start() -> Self {
        let reactor = Reactor::<Job>::start("bench-io").unwrap();
        let outbox = Arc::new(outbox(reactor.owed()).unwrap());
        Self { reactor, outbox }
    }

    /// Submits jobs that do next to nothing and waits for their replies as an event loop does.
    fn burst(&self, jobs: usize, work: fn()) {
        for ticket in 0..jobs {
            let completion = Completion::new(Arc::clone(&self.outbox), ticket);
            self.reactor.submit(Box::pin(async move {
                work();
                completion.complete(Reply(true));
            }));
        }
        let mut left = jobs;
        while left > 0 {
            let signal = self.outbox.signal().get();
            poll(&mut [PollFd::new(signal, PollFlags::IN)], None).unwrap();
            while let Some((_, reply)) = self.outbox.take() {
                assert!(reply.0);
                left -= 1;
            }
            self.outbox.settle();
        }
    }

    /// A blocking call of a lone thread.
    fn call(&self) {
        black_box(self.reactor.block_on(async { black_box(1) }));
    }

    /// The I/O thread makes one, then this thread.
    fn mark(&self) {
        self.burst(1, mark);
        mark();
    }
}

/// A call of `getppid`, where callgrind writes down what its thread has done so far.
fn mark() {
    black_box(parent_id());
}

const BURSTS: [usize; 3] = [1, 16, 256];

fn asynchronous(criterion: &mut Criterion) {
    let bridge = Bridge::start();
    let mut group = criterion.benchmark_group("async");
    for jobs in BURSTS {
        group.throughput(Throughput::Elements(jobs as u64));
        group.bench_function(format!("burst of {jobs}"), |bencher| {
            bencher.iter(|| bridge.burst(jobs, || ()));
        });
    }
    group.finish();
}

fn blocking(criterion: &mut Criterion) {
    let bridge = Bridge::start();
    criterion.bench_function("blocking, nothing to wait for", |bencher| {
        bencher.iter(|| bridge.call());
    });
}

fn counted() {
    const JOBS: usize = 16_384;
    let bridge = Bridge::start();
    let mut done = Vec::new();
    let mut count = |name: String, times: usize, work: &dyn Fn()| {
        work();
        bridge.mark();
        work();
        bridge.mark();
        done.push(format!("[\"{name}\", {times}]"));
    };
    for jobs in BURSTS {
        count(
            format!("bridge: a burst of {jobs}, each job"),
            JOBS,
            &|| {
                (0..JOBS / jobs).for_each(|_| bridge.burst(jobs, || ()));
            },
        );
    }
    count("bridge: a blocking call".to_owned(), JOBS, &|| {
        (0..JOBS).for_each(|_| bridge.call());
    });
    println!("[{}]", done.join(", "));
}

criterion_group!(benches, asynchronous, blocking);

fn main() {
    if std::env::args().any(|argument| argument == "--counted") {
        counted();
    } else {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
