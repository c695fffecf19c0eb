//! `connect`, `close` and what else concerns the client and no record.

use std::sync::Arc;
use std::time::Duration;

use crate::aio::port::Outcome;
use crate::convert::reply::Reply;
use crate::dispatch::Request;
use crate::observe::watch::{Subject, Watch};
use crate::ops::Operation as _;
use crate::ops::info::Ping;
use crate::session::{Company, Session};

/// Connects a session.
pub(crate) struct Connect(pub(crate) Arc<Session>);

impl Drop for Connect {
    /// Never awaited, or panicked: the client must not be connecting for ever.
    fn drop(&mut self) {
        self.0.give_up();
    }
}

impl Request for Connect {
    const NAME: &'static str = "connect";

    fn subject(&self) -> Option<Subject<'_>> {
        Some(Subject::of_cluster(Self::NAME, &self.0))
    }

    async fn answer(self, _company: Company, _watch: Option<&Watch>) -> Outcome {
        self.0.connect().await.map(|()| Reply::Nothing)
    }
}

/// Closes a session, if there is one.
pub(crate) struct Close {
    pub(crate) session: Option<Arc<Session>>,
    /// How long requests under way may take; None for as long as they do.
    pub(crate) patience: Option<Duration>,
}

impl Request for Close {
    const NAME: &'static str = "close";

    async fn answer(self, _company: Company, _watch: Option<&Watch>) -> Outcome {
        if let Some(session) = self.session {
            session.close(self.patience).await;
        }
        Ok(Reply::Nothing)
    }
}

/// Nothing to do: the context manager of a client that is connected already.
pub(crate) struct Ready;

impl Request for Ready {
    const NAME: &'static str = "connect";

    async fn answer(self, _company: Company, _watch: Option<&Watch>) -> Outcome {
        Ok(Reply::Nothing)
    }
}

/// Whether some node answers; never fails.
pub(crate) struct PingAnyway(pub(crate) Option<Arc<Session>>);

impl Request for PingAnyway {
    const NAME: &'static str = Ping::NAME;

    fn subject(&self) -> Option<Subject<'_>> {
        let session = self.0.as_ref()?;
        Some(Subject::of_cluster(Self::NAME, session))
    }

    async fn answer(self, _company: Company, watch: Option<&Watch>) -> Outcome {
        let answer = match self.0 {
            Some(session) => session.execute(Ping, Company::Alone, watch).await,
            None => Ok(Reply::Flag(false)),
        };
        Ok(answer.unwrap_or(Reply::Flag(false)))
    }
}
