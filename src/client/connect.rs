//! Connecting and closing.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::{BaseClient, Object};
use crate::convert::argument;
use crate::convert::codec::Codec;
use crate::convert::config::Config;
use crate::convert::reply::Shape;
use crate::convert::value::repr;
use crate::engine::{engine, running};
use crate::error::{Error, Result};
use crate::exit;
use crate::gevent;
use crate::observe::switches::{self, SLOW};
use crate::ops::connect::{Close, Connect, Ready};
use crate::session::{Phase, Session};

impl BaseClient {
    /// A session about to be connected.
    fn begin(
        &self,
        py: Python<'_>,
        user: Option<String>,
        password: Option<String>,
    ) -> Result<Connect> {
        let refuse = |what: &str| {
            Err(Error::client(format!(
                "Cannot connect: client is {what}. Close the client before reconnecting."
            )))
        };
        let last = self.latest();
        match last.as_ref().map(|session| session.phase()) {
            Some(Phase::Connecting) => return refuse("already connecting"),
            Some(Phase::Connected) => return refuse("already connected"),
            Some(Phase::Closing) => return refuse("being closed"),
            Some(Phase::Closed) | None => {}
        }
        let config = self
            .config
            .lock()
            .as_ref()
            .map(|config| config.clone_ref(py));
        let config = config.unwrap_or_else(|| py.None());
        // Before anything else: from here on a fork is seen.
        engine()?;
        exit::watch(py)?;
        gevent::look(py)?;
        let config = config.bind(py);
        let session = Session::new(Arc::new(Config::parse(config, user, password)?));
        let session = Arc::new(session);
        let codec = Codec::parse(config)?;
        if session.config().slow().is_some() {
            switches::turn(SLOW, true);
        }
        let seen = self
            .session
            .compare_and_swap(&last, Some(Arc::clone(&session)));
        if seen.as_ref().map(Arc::as_ptr) != last.as_ref().map(Arc::as_ptr) {
            return refuse("already connecting");
        }
        self.codec.store(codec.map(Arc::new));
        Ok(Connect(session))
    }

    /// A session about to be closed.
    fn end(&self, patience: Option<Duration>) -> Result<Close> {
        let session = self.latest();
        match session.as_ref().map(|session| session.phase()) {
            Some(Phase::Connecting) => {
                Err(Error::client("Cannot close: client is being connected."))
            }
            Some(Phase::Closed) | None => Ok(Close {
                session: None,
                patience,
            }),
            Some(Phase::Connected | Phase::Closing) => Ok(Close { session, patience }),
        }
    }

    /// Connects unless somebody did; gives the client.
    pub(super) fn enter<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let shape = Shape::Object(slf.clone().into_any().unbind());
        if this.connected().is_some() {
            return this.run(py, Ok(Ready), shape);
        }
        this.run(py, this.begin(py, None, None), shape)
    }
}

impl Drop for BaseClient {
    fn drop(&mut self) {
        let Some(session) = self.session.swap(None) else {
            return;
        };
        if !session.is_ours() {
            std::mem::forget(session);
            return;
        }
        if let Some(engine) = running() {
            // Dropping it needs the runtime's context, and closing it waits for requests under way.
            engine.reactor.submit(Box::pin(async move {
                if session.begin_closing() {
                    session.close(None).await;
                }
            }));
        }
    }
}

/// A str, or None.
fn text(name: &str, object: Option<Object<'_, '_>>) -> Result<Option<String>> {
    object
        .filter(|object| !object.is_none())
        .map(|object| argument::text(object, name))
        .transpose()
}

/// Milliseconds, or None for as long as it takes.
pub(crate) fn patience(timeout: Option<Object<'_, '_>>) -> Result<Option<Duration>> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else {
        return Ok(None);
    };
    let milliseconds: Option<u64> = if timeout.is_instance_of::<PyBool>() {
        None
    } else {
        timeout.extract().ok()
    };
    milliseconds
        .map(Duration::from_millis)
        .map(Some)
        .ok_or_else(|| {
            Error::argument(format!(
                "timeout {} is not a number of milliseconds",
                repr(timeout)
            ))
        })
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.connect.md")]
    #[pyo3(signature = (username=None, password=None))]
    fn connect<'py>(
        slf: &Bound<'py, Self>,
        username: Option<Object<'_, 'py>>,
        password: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let shape = Shape::Object(slf.clone().into_any().unbind());
        let login = text("username", username)
            .and_then(|username| Ok((username, text("password", password)?)));
        let request = login.and_then(|(username, password)| this.begin(py, username, password));
        this.run(py, request, shape)
    }

    #[doc = include_str!("../docs/Client.close.md")]
    #[pyo3(signature = (timeout=None))]
    fn close<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = patience(timeout).and_then(|patience| self.end(patience));
        self.run(py, request, Shape::Plain)
    }

    #[doc = include_str!("../docs/Client.is_connected.md")]
    fn is_connected(&self) -> bool {
        self.connected().is_some_and(|session| {
            // The child of a fork connects with its first request.
            session
                .connected()
                .is_none_or(|cluster| cluster.client.is_connected())
        })
    }
}
