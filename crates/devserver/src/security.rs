//! Security: users log in, their roles say what they may do, from where, and how often.
//!
//! A session resolves its user's roles once and again only after a change of users or roles.

mod access;
mod admin;
mod info;
mod role;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use wire::ResultCode;
use wire::admin::{COST, SALT};

use self::access::Usage;
use self::role::Role;
use crate::clock::Moment;
use crate::{Enterprise, StartError};

pub(crate) use access::Access;
pub(crate) use admin::answer;
pub(crate) use info::check as check_info;
pub(crate) use role::is_predefined;

const TOKEN_SIZE: usize = 32;

/// Whether bytes can be the name of a user or a role.
pub(crate) fn is_name(name: &[u8]) -> bool {
    (1..64).contains(&name.len()) && !name.iter().any(|byte| b":;\0\n".contains(byte))
}

#[derive(Debug)]
pub(crate) struct Security {
    state: RwLock<State>,
    /// How often users and roles have changed.
    changes: AtomicU64,
    session_ttl: u32,
}

#[derive(Debug)]
struct State {
    users: BTreeMap<String, Account>,
    roles: BTreeMap<String, Role>,
    sessions: HashMap<Vec<u8>, Ticket>,
}

#[derive(Debug)]
struct Account {
    /// The hash of the password; `None` if there is none.
    password: Option<Vec<u8>>,
    roles: BTreeSet<String>,
    usage: Arc<Usage>,
}

/// What a session token stands for.
#[derive(Debug)]
struct Ticket {
    user: String,
    ends: Moment,
}

impl Security {
    /// Hashes the configured passwords, which takes a moment for each: no thread that serves must wait for it.
    pub(crate) fn new(settings: &Enterprise) -> Result<Self, StartError> {
        let mut users = BTreeMap::new();
        for user in &settings.users {
            let password = user.password.as_deref().map(hash).transpose()?;
            let account = Account {
                password,
                roles: user.roles.iter().cloned().collect(),
                usage: Arc::default(),
            };
            users.insert(user.name.clone(), account);
        }
        Ok(Self {
            state: RwLock::new(State {
                users,
                roles: role::predefined(),
                sessions: HashMap::new(),
            }),
            changes: AtomicU64::new(0),
            session_ttl: settings.session_ttl,
        })
    }

    /// Changes users or roles; every session looks at its own again.
    fn change(
        &self,
        change: impl FnOnce(&mut State) -> Result<(), ResultCode>,
    ) -> Result<(), ResultCode> {
        let mut state = self.state.write();
        let result = change(&mut state);
        // Under the lock: who sees the new number also sees the change.
        self.changes.fetch_add(1, Ordering::Relaxed);
        result
    }

    /// Brings a session's access up to date. An error is what every request of it is answered with.
    pub(crate) fn refresh(
        &self,
        access: &mut Option<Access>,
        peer: IpAddr,
    ) -> Result<(), ResultCode> {
        let known = access.as_ref().ok_or(ResultCode::NotAuthenticated)?;
        if known.changes == self.changes.load(Ordering::Relaxed) {
            return Ok(());
        }
        // What fails is tried again by the next request.
        *access = Some(self.access(&known.user, peer)?);
        Ok(())
    }

    /// What a user may do who comes from an address.
    fn access(&self, name: &str, peer: IpAddr) -> Result<Access, ResultCode> {
        let state = self.state.read();
        let account = state.users.get(name).ok_or(ResultCode::NotAuthenticated)?;
        let roles = account
            .roles
            .iter()
            .filter_map(|role| state.roles.get(role));
        Access::new(
            name,
            roles,
            Arc::clone(&account.usage),
            self.changes.load(Ordering::Relaxed),
            peer,
        )
    }

    /// A user logs in: by the hash of a password, or by the name in a certificate without one. Gives the session's token.
    fn login(
        &self,
        name: &str,
        credential: Option<&[u8]>,
        peer: IpAddr,
        now: Moment,
    ) -> Result<(Access, Vec<u8>), ResultCode> {
        if let Some(credential) = credential {
            let state = self.state.read();
            let account = state.users.get(name).ok_or(ResultCode::User)?;
            if account.password.as_deref() != Some(credential) {
                return Err(ResultCode::Password);
            }
        } else if !self.state.read().users.contains_key(name) {
            return Err(ResultCode::User);
        }
        let access = self.access(name, peer)?;
        let mut token = vec![0; TOKEN_SIZE];
        getrandom::fill(&mut token).map_err(|_| ResultCode::Unknown)?;
        let ticket = Ticket {
            user: name.to_owned(),
            ends: Moment(now.0 + u64::from(self.session_ttl) * 1000),
        };
        let mut state = self.state.write();
        state.sessions.retain(|_, ticket| ticket.ends > now);
        state.sessions.insert(token.clone(), ticket);
        Ok((access, token))
    }

    /// A further connection of a session.
    fn authenticate(
        &self,
        name: Option<&str>,
        token: &[u8],
        peer: IpAddr,
        now: Moment,
    ) -> Result<Access, ResultCode> {
        let user = {
            let state = self.state.read();
            let ticket = state.sessions.get(token).ok_or(ResultCode::Credential)?;
            if name.is_some_and(|name| name != ticket.user) {
                return Err(ResultCode::Credential);
            }
            if ticket.ends <= now {
                return Err(ResultCode::ExpiredSession);
            }
            ticket.user.clone()
        };
        self.access(&user, peer)
    }
}

/// A password as clients send it.
fn hash(password: &str) -> Result<Vec<u8>, StartError> {
    let parts = bcrypt::hash_with_salt(password, COST, SALT)
        .map_err(|error| StartError::Config(format!("a password cannot be used: {error}")))?;
    Ok(parts.format_for_version(bcrypt::Version::TwoA).into_bytes())
}
