//! What the way there and back costs without any work in between: `cargo bench -p aerospike-bridge`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::outbox::outbox;
use aerospike_bridge::reactor::Reactor;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rustix::event::{PollFd, PollFlags, poll};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Reply(bool);

impl Lost for Reply {
    fn lost() -> Self {
        Self(false)
    }
}

/// Submits `burst` jobs that do nothing and waits for their replies as an event loop does.
fn asynchronous(criterion: &mut Criterion) {
    let reactor = Reactor::<Job>::start("bench-io").unwrap();
    let outbox = Arc::new(outbox::<Reply>(reactor.owed()).unwrap());
    let mut group = criterion.benchmark_group("async");
    for burst in [1_usize, 16, 256] {
        group.throughput(Throughput::Elements(burst as u64));
        group.bench_function(format!("burst of {burst}"), |bencher| {
            bencher.iter(|| {
                for ticket in 0..burst {
                    let completion = Completion::new(Arc::clone(&outbox), ticket);
                    reactor.submit(Box::pin(async move { completion.complete(Reply(true)) }));
                }
                let mut left = burst;
                while left > 0 {
                    poll(
                        &mut [PollFd::new(outbox.signal().get(), PollFlags::IN)],
                        None,
                    )
                    .unwrap();
                    while let Some((_, reply)) = outbox.take() {
                        assert!(reply.0);
                        left -= 1;
                    }
                    outbox.settle();
                }
            });
        });
    }
    group.finish();
}

/// A blocking call of a lone thread.
fn blocking(criterion: &mut Criterion) {
    let reactor = Reactor::<Job>::start("bench-io").unwrap();
    criterion.bench_function("blocking, nothing to wait for", |bencher| {
        bencher.iter(|| reactor.block_on(async { black_box(1) }));
    });
}

criterion_group!(benches, asynchronous, blocking);
criterion_main!(benches);
