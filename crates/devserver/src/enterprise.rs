//! What the Enterprise edition has beyond the Community edition, as a server can be told to offer it.

use crate::StartError;

/// Settings of a server that claims to be of the Enterprise edition. The default offers durable deletes and compression, and nothing
/// that has to be switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// The users. With any, clients have to log in; none is the default.
    pub users: Vec<User>,
    /// Seconds a session lives after its login. Default: a day.
    pub session_ttl: u32,
    /// Whether and how the server also listens with TLS. Default: it does not.
    pub tls: Option<Tls>,
    /// Whether namespaces are strongly consistent, which is what transactions need. Default: they are not.
    pub strong_consistency: bool,
    /// The nodes' racks, in the order of the nodes; a node without one is in rack 0. Default: none.
    pub racks: Vec<u32>,
}

impl Default for Enterprise {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            session_ttl: 86_400,
            tls: None,
            strong_consistency: false,
            racks: Vec::new(),
        }
    }
}

/// A user a server starts with.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The name: 1 to 63 characters, none of them `:` or `;`.
    pub name: String,
    /// The password; `None` for one who logs in by certificate only.
    pub password: Option<String>,
    /// Names of predefined roles.
    pub roles: Vec<String>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A password does not belong into logs.
        f.debug_struct("User")
            .field("name", &self.name)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// How a server listens with TLS, beside the ports without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Whether clients must present a certificate of the server's authority.
    pub mutual: bool,
    /// The first node's port with TLS; further nodes take the ports after it. 0, the default, takes any free ones.
    pub port: u16,
}

/// The most seconds a session can live: ten days.
const MAX_SESSION_TTL: u32 = 864_000;
/// Clients log in again a minute before a session ends.
const MIN_SESSION_TTL: u32 = 120;

impl Enterprise {
    /// Checks every setting; the error names the one that is wrong.
    pub(crate) fn validate(&self, nodes: usize) -> Result<(), StartError> {
        let wrong = |text: String| Err(StartError::Config(text));
        if !(MIN_SESSION_TTL..=MAX_SESSION_TTL).contains(&self.session_ttl) {
            return wrong(format!(
                "session_ttl must be {MIN_SESSION_TTL} to {MAX_SESSION_TTL} seconds, not {}",
                self.session_ttl
            ));
        }
        if self.racks.len() > nodes {
            return wrong(format!(
                "there are {} racks given for {nodes} nodes",
                self.racks.len()
            ));
        }
        if let Some(Tls { port, .. }) = self.tls
            && port != 0
            && usize::from(port) + nodes - 1 > usize::from(u16::MAX)
        {
            return wrong(format!("tls port {port} leaves no ports for {nodes} nodes"));
        }
        for (index, user) in self.users.iter().enumerate() {
            user.validate()?;
            let mut before = self.users.iter().take(index);
            if before.any(|other| other.name == user.name) {
                return wrong(format!("user {:?} is given twice", user.name));
            }
        }
        Ok(())
    }

    /// A node's rack.
    pub(crate) fn rack(&self, node: usize) -> u32 {
        self.racks.get(node).copied().unwrap_or(0)
    }
}

impl User {
    fn validate(&self) -> Result<(), StartError> {
        let wrong = |text: String| Err(StartError::Config(text));
        if !crate::security::is_name(self.name.as_bytes()) {
            return wrong(format!(
                "a user's name is 1 to 63 characters without ':' and ';', not {:?}",
                self.name
            ));
        }
        if self.password.as_ref().is_some_and(String::is_empty) {
            return wrong(format!("the password of user {:?} is empty", self.name));
        }
        match self
            .roles
            .iter()
            .find(|role| !crate::security::is_predefined(role))
        {
            Some(role) => wrong(format!("user {:?}: there is no role {role:?}", self.name)),
            None => Ok(()),
        }
    }
}
