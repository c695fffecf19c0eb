//! Security frames: logins, and the administration of users and roles.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use wire::admin::{Admin, command, field, write};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{Field, ResultCode};

use super::access::Access;
use super::role::{Role, Whitelist, is_predefined, parse_privileges, permission, write_privileges};
use super::{Account, Security, State, is_name};
use crate::clock::Moment;
use crate::connection::Session;

/// The fields of an answer.
type Entries = Vec<Vec<(u8, Vec<u8>)>>;

/// Answers a request with one frame.
pub(crate) fn answer(session: &mut Session, request: &Admin<'_>, output: &mut Vec<u8>) {
    let shared = Arc::clone(&session.shared);
    let frame = begin_frame(output, Kind::Security);
    let result = match (&shared.security, request.command) {
        // Without users clients go on without a login, and there is nothing to administer.
        (None, command::LOGIN | command::AUTHENTICATE) => Err(ResultCode::SecurityNotEnabled),
        (None, _) if shared.is_enterprise() => Err(ResultCode::SecurityNotEnabled),
        (None, _) => Err(ResultCode::SecurityNotSupported),
        (Some(security), command::LOGIN) => login(security, session, request, output),
        (Some(security), command::AUTHENTICATE) => authenticate(security, session, request),
        (Some(security), _) => session
            .admit()
            .and_then(|()| session.access().ok_or(ResultCode::NotAuthenticated))
            .and_then(|access| administer(security, access, request, shared.clock.now())),
    };
    match result {
        // A login has written its answer.
        Ok(None) if request.command == command::LOGIN => {}
        Ok(None) => write(output, ResultCode::Ok, request.command, &[]),
        Ok(Some(entries)) => {
            for entry in &entries {
                write_entry(output, request.command, entry);
            }
            write(output, ResultCode::SecurityLast, request.command, &[]);
        }
        Err(result) => write(output, result, request.command, &[]),
    }
    end_frame(output, frame);
}

fn write_entry(output: &mut Vec<u8>, command: u8, entry: &[(u8, Vec<u8>)]) {
    let fields: Vec<Field<'_>> = entry
        .iter()
        .map(|(kind, data)| Field { kind: *kind, data })
        .collect();
    write(output, ResultCode::Ok, command, &fields);
}

fn login(
    security: &Security,
    session: &mut Session,
    request: &Admin<'_>,
    output: &mut Vec<u8>,
) -> Result<Option<Entries>, ResultCode> {
    session.access = None;
    if request.field(field::CLEAR_PASSWORD).is_some() {
        // Users from elsewhere: no directory is configured.
        return Err(ResultCode::LdapDisabled);
    }
    let holder = session.certificate_holder.clone();
    let (name, credential) = match (request.field(field::USER), &holder) {
        (Some(name), _) => {
            let credential = request.field(field::CREDENTIAL);
            (text(name)?, Some(credential.ok_or(ResultCode::Credential)?))
        }
        (None, Some(name)) => (name.as_str(), None),
        (None, None) => return Err(ResultCode::Credential),
    };
    let now = session.shared.clock.now();
    let (access, token) = security.login(name, credential, session.peer.ip(), now)?;
    session.access = Some(access);
    let fields = [
        (field::SESSION_TOKEN, token),
        (
            field::SESSION_TTL,
            security.session_ttl.to_be_bytes().to_vec(),
        ),
    ];
    write_entry(output, request.command, &fields);
    Ok(None)
}

fn authenticate(
    security: &Security,
    session: &mut Session,
    request: &Admin<'_>,
) -> Result<Option<Entries>, ResultCode> {
    session.access = None;
    let name = request.field(field::USER).map(text).transpose()?;
    let token = request
        .field(field::SESSION_TOKEN)
        .ok_or(ResultCode::Credential)?;
    let now = session.shared.clock.now();
    session.access = Some(security.authenticate(name, token, session.peer.ip(), now)?);
    Ok(None)
}

/// Does what needs the privilege, but for what every user may do to and ask about itself.
fn administer(
    security: &Security,
    access: &Access,
    request: &Admin<'_>,
    now: Moment,
) -> Result<Option<Entries>, ResultCode> {
    let named = |id| request.field(id).map(text).transpose();
    let user = named(field::USER)?;
    let may = access.check(permission::ADMIN_USER, b"", b"");
    match request.command {
        command::CHANGE_PASSWORD => {
            let own = user.is_none_or(|user| user == access.user);
            own.then_some(()).ok_or(ResultCode::RoleViolation)?;
            let old = request.field(field::OLD_PASSWORD);
            let new = password(request)?;
            return security
                .change(|state| change_password(state, &access.user, old, new))
                .map(|()| None);
        }
        command::QUERY_USERS => {
            if user != Some(access.user.as_str()) {
                may?;
            }
            return query_users(&security.state.read(), user, now).map(Some);
        }
        command::QUERY_ROLES => {
            may?;
            return query_roles(&security.state.read(), named(field::ROLE)?).map(Some);
        }
        _ => may?,
    }
    security
        .change(|state| change(state, request))
        .map(|()| None)
}

fn change(state: &mut State, request: &Admin<'_>) -> Result<(), ResultCode> {
    let named = |id, missing| request.field(id).ok_or(missing).and_then(text);
    let user = || named(field::USER, ResultCode::User);
    let role = || named(field::ROLE, ResultCode::Role);
    match request.command {
        command::CREATE_USER => create_user(state, user()?, request),
        command::DROP_USER => {
            let name = user()?;
            state.users.remove(name).ok_or(ResultCode::User)?;
            state.sessions.retain(|_, ticket| ticket.user != name);
            Ok(())
        }
        command::SET_PASSWORD => {
            state.account(user()?)?.password = Some(password(request)?);
            Ok(())
        }
        command::GRANT_ROLES => {
            let roles = known_roles(state, request)?;
            state.account(user()?)?.roles.extend(roles);
            Ok(())
        }
        command::REVOKE_ROLES => {
            let roles = known_roles(state, request)?;
            let account = state.account(user()?)?;
            account.roles.retain(|role| !roles.contains(role));
            Ok(())
        }
        command::CREATE_ROLE => create_role(state, role()?, request),
        command::DROP_ROLE => {
            let name = role()?;
            state.own_role(name)?;
            state.roles.remove(name);
            for account in state.users.values_mut() {
                account.roles.remove(name);
            }
            Ok(())
        }
        command::GRANT_PRIVILEGES => {
            let privileges = parse_privileges(privileges(request)?)?;
            state.own_role(role()?)?.privileges.extend(privileges);
            Ok(())
        }
        command::REVOKE_PRIVILEGES => {
            let privileges = parse_privileges(privileges(request)?)?;
            let role = state.own_role(role()?)?;
            role.privileges.retain(|held| !privileges.contains(held));
            Ok(())
        }
        command::SET_WHITELIST => {
            let list = request.field(field::WHITELIST).unwrap_or_default();
            state.own_role(role()?)?.whitelist = Whitelist::parse(list)?;
            Ok(())
        }
        command::SET_QUOTAS => set_quotas(state.own_role(role()?)?, request),
        _ => Err(ResultCode::SecurityCommand),
    }
}

impl State {
    fn account(&mut self, name: &str) -> Result<&mut Account, ResultCode> {
        self.users.get_mut(name).ok_or(ResultCode::User)
    }

    /// A role that may be changed: predefined ones stay as they are.
    fn own_role(&mut self, name: &str) -> Result<&mut Role, ResultCode> {
        self.roles
            .get_mut(name)
            .filter(|_| !is_predefined(name))
            .ok_or(ResultCode::Role)
    }
}

fn create_user(state: &mut State, name: &str, request: &Admin<'_>) -> Result<(), ResultCode> {
    if !is_name(name.as_bytes()) {
        return Err(ResultCode::User);
    }
    let roles = match request.field(field::ROLES) {
        None | Some([] | [0]) => BTreeSet::new(),
        Some(_) => known_roles(state, request)?,
    };
    let password = password(request)?;
    match state.users.entry(name.to_owned()) {
        Entry::Occupied(_) => Err(ResultCode::UserExists),
        Entry::Vacant(entry) => {
            entry.insert(Account {
                password: Some(password),
                roles,
                usage: Arc::default(),
            });
            Ok(())
        }
    }
}

fn change_password(
    state: &mut State,
    name: &str,
    old: Option<&[u8]>,
    new: Vec<u8>,
) -> Result<(), ResultCode> {
    let account = state.account(name)?;
    if account.password.as_deref() != old {
        return Err(ResultCode::Password);
    }
    account.password = Some(new);
    Ok(())
}

fn create_role(state: &mut State, name: &str, request: &Admin<'_>) -> Result<(), ResultCode> {
    if !is_name(name.as_bytes()) {
        return Err(ResultCode::Role);
    }
    let mut role = Role::default();
    if let Some(data) = request.field(field::PRIVILEGES) {
        role.privileges = parse_privileges(data)?;
    }
    if let Some(list) = request.field(field::WHITELIST) {
        role.whitelist = Whitelist::parse(list)?;
    }
    set_quotas(&mut role, request)?;
    match state.roles.entry(name.to_owned()) {
        Entry::Occupied(_) => Err(ResultCode::RoleExists),
        Entry::Vacant(entry) => {
            entry.insert(role);
            Ok(())
        }
    }
}

fn set_quotas(role: &mut Role, request: &Admin<'_>) -> Result<(), ResultCode> {
    for (id, quota) in [
        (field::READ_QUOTA, &mut role.read_quota),
        (field::WRITE_QUOTA, &mut role.write_quota),
    ] {
        if let Some(data) = request.field(id) {
            *quota = u32::from_be_bytes(data.try_into().map_err(|_| ResultCode::Quota)?);
        }
    }
    Ok(())
}

fn query_users(state: &State, name: Option<&str>, now: Moment) -> Result<Entries, ResultCode> {
    let entry = |(name, account): (&String, &Account)| {
        let roles = account
            .roles
            .iter()
            .filter_map(|role| state.roles.get(role));
        let quota = |quota: fn(&Role) -> u32| roles.clone().map(quota).max().unwrap_or(0);
        let [read, written] = account.usage.rates(now);
        let mut entry = vec![
            (field::USER, name.clone().into_bytes()),
            (field::ROLES, write_names(&account.roles)),
        ];
        for (id, quota, rate) in [
            (field::READ_INFO, quota(|role| role.read_quota), read),
            (field::WRITE_INFO, quota(|role| role.write_quota), written),
        ] {
            // The quota; the rates of single records, of queries with a limit, and of those without.
            let figures = [quota, rate, 0, 0];
            let bytes = figures.into_iter().flat_map(u32::to_be_bytes);
            entry.push((id, std::iter::once(4).chain(bytes).collect()));
        }
        entry
    };
    let found: Entries = state
        .users
        .iter()
        .filter(|(other, _)| name.is_none_or(|name| name == other.as_str()))
        .map(entry)
        .collect();
    if found.is_empty() && name.is_some() {
        return Err(ResultCode::User);
    }
    Ok(found)
}

fn query_roles(state: &State, name: Option<&str>) -> Result<Entries, ResultCode> {
    let entry = |(name, role): (&String, &Role)| {
        let mut entry = vec![
            (field::ROLE, name.clone().into_bytes()),
            (field::PRIVILEGES, write_privileges(&role.privileges)),
        ];
        if !role.whitelist.is_empty() {
            entry.push((field::WHITELIST, role.whitelist.text.clone().into_bytes()));
        }
        for (id, quota) in [
            (field::READ_QUOTA, role.read_quota),
            (field::WRITE_QUOTA, role.write_quota),
        ] {
            if quota > 0 {
                entry.push((id, quota.to_be_bytes().to_vec()));
            }
        }
        entry
    };
    let found: Entries = state
        .roles
        .iter()
        .filter(|(other, _)| name.is_none_or(|name| name == other.as_str()))
        .map(entry)
        .collect();
    if found.is_empty() && name.is_some() {
        return Err(ResultCode::Role);
    }
    Ok(found)
}

/// The roles a request names, all of which must exist.
fn known_roles(state: &State, request: &Admin<'_>) -> Result<BTreeSet<String>, ResultCode> {
    let names = request.field(field::ROLES).and_then(read_names);
    let names = names.ok_or(ResultCode::Role)?;
    if names.is_empty() || !names.iter().all(|name| state.roles.contains_key(name)) {
        return Err(ResultCode::Role);
    }
    Ok(names)
}

fn read_names(data: &[u8]) -> Option<BTreeSet<String>> {
    let (count, mut rest) = data.split_first()?;
    let mut names = BTreeSet::new();
    for _ in 0..*count {
        let (size, tail) = rest.split_first()?;
        let (name, tail) = tail.split_at_checked(usize::from(*size))?;
        names.insert(std::str::from_utf8(name).ok()?.to_owned());
        rest = tail;
    }
    rest.is_empty().then_some(names)
}

fn write_names(names: &BTreeSet<String>) -> Vec<u8> {
    let mut out = vec![names.len() as u8];
    for name in names {
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
    }
    out
}

fn privileges<'a>(request: &Admin<'a>) -> Result<&'a [u8], ResultCode> {
    request
        .field(field::PRIVILEGES)
        .ok_or(ResultCode::Privilege)
}

fn password(request: &Admin<'_>) -> Result<Vec<u8>, ResultCode> {
    let password = request.field(field::PASSWORD).unwrap_or_default();
    if password.is_empty() {
        return Err(ResultCode::Password);
    }
    Ok(password.to_vec())
}

fn text(data: &[u8]) -> Result<&str, ResultCode> {
    std::str::from_utf8(data).map_err(|_| ResultCode::SecurityField)
}
