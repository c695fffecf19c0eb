//! [`Access`]: what a session's user may do.

use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use wire::{Message, ResultCode};

use super::role::{Privilege, Role, permission};
use crate::clock::Moment;
use crate::request::{calls_udf, reads, writes};

/// What a user's roles come to, for one who comes from an address.
#[derive(Debug)]
pub(crate) struct Access {
    pub(super) user: String,
    /// Which state of users and roles this was made from.
    pub(super) changes: u64,
    privileges: Vec<Privilege>,
    read_quota: u32,
    write_quota: u32,
    usage: Arc<Usage>,
}

impl Access {
    pub(super) fn new<'a>(
        user: &str,
        roles: impl Iterator<Item = &'a Role> + Clone,
        usage: Arc<Usage>,
        changes: u64,
        peer: IpAddr,
    ) -> Result<Self, ResultCode> {
        // The whitelists of all roles count together; without any a user may come from everywhere.
        let mut listed = roles
            .clone()
            .filter(|role| !role.whitelist.is_empty())
            .peekable();
        if listed.peek().is_some() && !listed.any(|role| role.whitelist.contains(peer)) {
            return Err(ResultCode::NotWhitelisted);
        }
        let quota = |quota: fn(&Role) -> u32| roles.clone().map(quota).max().unwrap_or(0);
        Ok(Self {
            user: user.to_owned(),
            changes,
            read_quota: quota(|role| role.read_quota),
            write_quota: quota(|role| role.write_quota),
            privileges: roles.flat_map(|role| role.privileges.clone()).collect(),
            usage,
        })
    }

    /// Whether all these permissions hold for a set.
    pub(super) fn check(
        &self,
        permissions: u16,
        namespace: &[u8],
        set: &[u8],
    ) -> Result<(), ResultCode> {
        let held = self.privileges.iter().fold(0, |held, privilege| {
            held | privilege.permissions_on(namespace, set)
        });
        if held & permissions == permissions {
            Ok(())
        } else {
            Err(ResultCode::RoleViolation)
        }
    }

    /// Whether the user may do what a message asks for.
    pub(crate) fn check_message(
        &self,
        message: &Message<'_>,
        namespace: &[u8],
        set: &[u8],
    ) -> Result<(), ResultCode> {
        let mut permissions = 0;
        for (needed, bit) in [
            (calls_udf(message), permission::UDF),
            (writes(message), permission::WRITE),
            (reads(message), permission::READ),
        ] {
            permissions |= if needed { bit } else { 0 };
        }
        self.check(permissions, namespace, set)
    }

    /// Counts a record that is read or written against the quotas.
    pub(crate) fn spend(&self, message: &Message<'_>, now: Moment) -> Result<(), ResultCode> {
        let quota = if writes(message) {
            self.write_quota
        } else {
            self.read_quota
        };
        self.usage.count(writes(message), quota, now)
    }
}

/// How many records a user has read and written in this second and the one before.
#[derive(Debug, Default)]
pub(super) struct Usage(Mutex<Seconds>);

#[derive(Clone, Copy, Debug, Default)]
struct Seconds {
    second: u32,
    now: [u32; 2],
    before: [u32; 2],
}

impl Seconds {
    fn move_to(&mut self, second: u32) {
        if self.second != second {
            let follows = self.second + 1 == second;
            self.before = if follows { self.now } else { [0; 2] };
            self.now = [0; 2];
            self.second = second;
        }
    }
}

impl Usage {
    fn count(&self, writes: bool, quota: u32, now: Moment) -> Result<(), ResultCode> {
        let mut seconds = self.0.lock();
        seconds.move_to(now.seconds());
        let [reads, written] = &mut seconds.now;
        let used = if writes { written } else { reads };
        if quota != 0 && *used >= quota {
            return Err(ResultCode::QuotaExceeded);
        }
        *used = used.saturating_add(1);
        Ok(())
    }

    /// Records read and written per second: those of the last whole second.
    pub(super) fn rates(&self, now: Moment) -> [u32; 2] {
        let mut seconds = self.0.lock();
        seconds.move_to(now.seconds());
        seconds.before
    }
}
