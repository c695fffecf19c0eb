//! The file descriptor an event loop watches to learn that replies wait.
//!
//! Each platform's file supplies one type, `Descriptor`, with `open`, `as_fd` and [`Signal`]: readable from
//! `raise` until `lower`, both without blocking, both callable while the other runs.
//!
//! [`Signal`]: crate::mailbox::Signal

#[cfg(all(target_os = "linux", not(feature = "pipe")))]
mod eventfd;
#[cfg(all(target_os = "linux", not(feature = "pipe")))]
pub use eventfd::Descriptor;

#[cfg(all(unix, any(not(target_os = "linux"), feature = "pipe")))]
mod pipe;
#[cfg(all(unix, any(not(target_os = "linux"), feature = "pipe")))]
pub use pipe::Descriptor;
