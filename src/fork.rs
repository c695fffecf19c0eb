//! Which process this is, counted in forks.
//!
//! A child of a fork has its parent's memory and none of its threads: a reactor without its I/O thread,
//! connections that the parent goes on using, locks that some other thread held at that moment. So nothing
//! of the parent's is used or dropped in the child. What belongs to one process lives in a [`PerProcess`]
//! and is made anew in the child on first use, without waiting for anybody; the parent's stays where it is,
//! unreachable and leaked.

use std::marker::PhantomData;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Counts the forks between the first client's process and this one. Relaxed everywhere: it changes only
/// in a process that has a single thread, before that thread runs anything else.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// The generation of this process.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// Counts forks from now on, those made in C too. Called with the first client, not on import.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();

    extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }

    ONCE.call_once(|| {
        // SAFETY: the handler does nothing but add to an atomic, which is safe in a forked child.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

struct Made<T> {
    generation: u64,
    value: T,
}

/// A value that exists once in each process and is never dropped.
pub(crate) struct PerProcess<T: 'static> {
    current: AtomicPtr<Made<T>>,
    owned: PhantomData<T>,
}

impl<T: Send + Sync> PerProcess<T> {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self {
            current: AtomicPtr::new(ptr::null_mut()),
            owned: PhantomData,
        }
    }

    /// This process's value, if it was made.
    pub(crate) fn get(&self) -> Option<&'static T> {
        // Acquire: pairs with the release below, so that the value is seen as it was made.
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: the pointer is null or came out of `Box::leak` below and is never freed.
        let made = unsafe { current.as_ref::<'static>() }?;
        (made.generation == generation()).then_some(&made.value)
    }

    /// This process's value; makes it if need be. Two threads may make one each: one of the two is dropped.
    pub(crate) fn get_or_try_init<E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<&'static T, E> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let seen = self.current.load(Ordering::Acquire);
        let made = Box::into_raw(Box::new(Made {
            generation: generation(),
            value: make()?,
        }));
        // No lock: one could be held, for ever, by a thread the parent had at the fork.
        match self
            .current
            .compare_exchange(seen, made, Ordering::AcqRel, Ordering::Acquire)
        {
            // SAFETY: just leaked by `into_raw`, and nobody frees what `current` points to.
            Ok(_) => Ok(unsafe { &(*made).value }),
            Err(winner) => {
                // SAFETY: `made` was not published; this is its only owner.
                drop(unsafe { Box::from_raw(made) });
                // SAFETY: as in `get`; another thread of this process published it, so it is not null.
                Ok(unsafe { &(*winner).value })
            }
        }
    }
}
