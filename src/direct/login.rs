//! Logging in on connections of our own: by password once, and by the session that came of it as long as that lives.
//!
//! Source: security frames, `crates/wire/src/admin.rs`.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use aerospike_core::policy::AuthMode;
use parking_lot::Mutex;
use tokio::task::spawn_blocking;
use wire::admin::{self, Admin, COST, SALT, command, field};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{Field, ResultCode};

use super::connection::{Connection, Patience};
use super::failure::{Exchange, Failure};

/// How long before its end a session is no longer used.
const MARGIN: Duration = Duration::from_secs(60);

/// Who logs in, and what came of it.
pub(super) struct Login {
    user: String,
    password: String,
    /// Whether the server has to see the password itself.
    in_clear: bool,
    /// What goes for the password elsewhere, once it is made.
    hash: OnceLock<Vec<u8>>,
    session: Mutex<Option<Session>>,
}

#[derive(Clone)]
struct Session {
    token: Vec<u8>,
    until: Option<Instant>,
}

impl Login {
    /// None if nobody logs in; [`AuthMode::Pki`] is not served here.
    pub(super) fn of(auth: &AuthMode) -> Option<Self> {
        let (user, password, in_clear) = match auth {
            AuthMode::None | AuthMode::Pki => return None,
            AuthMode::Internal(user, password) => (user, password, false),
            AuthMode::External(user, password) | AuthMode::ExternalInsecure(user, password) => {
                (user, password, true)
            }
        };
        Some(Self {
            user: user.clone(),
            password: password.clone(),
            in_clear,
            hash: OnceLock::new(),
            session: Mutex::new(None),
        })
    }

    /// Logs a connection in.
    pub(super) async fn log_in(
        &self,
        connection: &mut Connection,
        patience: Patience,
    ) -> Exchange<()> {
        if let Some(session) = self.session() {
            let fields = [
                data(field::USER, self.user.as_bytes()),
                data(field::SESSION_TOKEN, &session.token),
            ];
            let (result, _) = ask(connection, command::AUTHENTICATE, &fields, patience).await?;
            if result == ResultCode::Ok as u8 {
                return Ok(());
            }
            // It may have ended before its time.
            self.forget();
        }
        let Some(hash) = self.hash.get() else {
            return Err(Failure::Broken("the password is not hashed yet".to_owned()));
        };
        let mut fields = vec![
            data(field::USER, self.user.as_bytes()),
            data(field::CREDENTIAL, hash),
        ];
        if self.in_clear {
            fields.push(data(field::CLEAR_PASSWORD, self.password.as_bytes()));
        }
        let (result, session) = ask(connection, command::LOGIN, &fields, patience).await?;
        match ResultCode::from_u8(result) {
            Some(ResultCode::Ok) => *self.session.lock() = session,
            // Nobody has to log in there.
            Some(ResultCode::SecurityNotEnabled) => {}
            _ => return Err(Failure::Broken(format!("the login was refused: {result}"))),
        }
        Ok(())
    }

    /// The session has ended.
    pub(super) fn forget(&self) {
        *self.session.lock() = None;
    }

    fn session(&self) -> Option<Session> {
        let session = self.session.lock().clone()?;
        let is_alive = session.until.is_none_or(|until| Instant::now() < until);
        is_alive.then_some(session)
    }

    /// Hashes the password, which takes some 60 ms: not on the thread that serves everybody, and before anybody waits for it.
    pub(super) async fn prepare(&self) {
        let password = self.password.clone();
        let made = spawn_blocking(move || bcrypt::hash_with_salt(password, COST, SALT)).await;
        if let Ok(Ok(parts)) = made {
            let hash = parts.format_for_version(bcrypt::Version::TwoA).into_bytes();
            // It is made once.
            let _ = self.hash.set(hash);
        }
    }
}

fn data(kind: u8, data: &[u8]) -> Field<'_> {
    Field { kind, data }
}

/// Sends a command: its result, and the session it began, if it did.
async fn ask(
    connection: &mut Connection,
    command: u8,
    fields: &[Field<'_>],
    patience: Patience,
) -> Exchange<(u8, Option<Session>)> {
    let mut request = Vec::new();
    let start = begin_frame(&mut request, Kind::Security);
    admin::write(&mut request, ResultCode::Ok, command, fields);
    end_frame(&mut request, start);
    connection.send(&request, patience).await?;
    let body = connection.frame(Kind::Security, patience).await?;
    let reply = Admin::parse(&body)?;
    let session = reply.field(field::SESSION_TOKEN).map(|token| {
        let ttl = reply.field(field::SESSION_TTL);
        let ttl = ttl.and_then(|ttl| <[u8; 4]>::try_from(ttl).ok());
        let ttl = ttl.map(|ttl| Duration::from_secs(u64::from(u32::from_be_bytes(ttl))));
        Session {
            token: token.to_vec(),
            until: ttl.map(|ttl| Instant::now() + ttl.saturating_sub(MARGIN)),
        }
    });
    Ok((reply.result, session))
}
