//! A new password, also for the client that sets it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::Operation as _;
use super::admin::ChangePassword;
use crate::aio::port::Outcome;
use crate::dispatch::Request;
use crate::observe::watch::{Subject, Watch};
use crate::session::{Company, Session};

/// How long nodes other than the one that was told may take to learn of a password, and how often that is tried.
const PAUSE: Duration = Duration::from_millis(200);
const ATTEMPTS: usize = 10;

/// Changes a password. If it is the client's own, the client logs in anew: the core keeps the password of its connect for every connection
/// it opens later, and each of them would be refused when the present session has expired.
pub(crate) struct Rotation {
    /// Where the client has its session.
    pub(crate) place: Arc<ArcSwapOption<Session>>,
    pub(crate) session: Arc<Session>,
    pub(crate) operation: ChangePassword,
}

impl Request for Rotation {
    const NAME: &'static str = ChangePassword::NAME;

    fn subject(&self) -> Option<Subject<'_>> {
        Some(Subject::of_cluster(Self::NAME, &self.session))
    }

    async fn answer(self, company: Company, watch: Option<&Watch>) -> Outcome {
        let is_own = self.session.config().user() == Some(&self.operation.user);
        let password = self.operation.password.clone();
        let reply = self.session.execute(self.operation, company, watch).await?;
        if is_own {
            renew(&self.place, &self.session, &password).await;
        }
        Ok(reply)
    }
}

/// Puts a session that has logged in with the new password in the place of the present one, which ends with the last request that uses it.
/// If no login succeeds, the present one stays: what is connected goes on.
async fn renew(place: &ArcSwapOption<Session>, session: &Arc<Session>, password: &str) {
    let config = Arc::new(session.config().with_password(password));
    for _ in 0..ATTEMPTS {
        let fresh = Arc::new(Session::new(Arc::clone(&config)));
        if fresh.connect().await.is_err() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let seen = place.compare_and_swap(session, Some(Arc::clone(&fresh)));
        if seen.as_ref().map(Arc::as_ptr) != Some(Arc::as_ptr(session)) {
            // It was closed meanwhile.
            fresh.close(None).await;
        }
        return;
    }
}
