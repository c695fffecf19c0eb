//! Users, roles and what they may do.

use aerospike_core::{Privilege, Value};

use super::command::commands;
use crate::convert::reply::Reply;
use crate::convert::security;
use crate::error::{Error, Result};

/// The server's codes for a user and a role that do not exist.
const NO_USER: i32 = 60;
const NO_ROLE: i32 = 70;

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The only one there should be.
fn only(described: Vec<Value>, code: i32, what: &str) -> Result<Reply> {
    let first = described.into_iter().next();
    first
        .map(Reply::Value)
        .ok_or_else(|| Error::server(code, format!("There is no {what}")))
}

commands! {
    /// Makes a user that logs in with a password.
    CreateUser, "admin_create_user", true,
    { user: String, password: String, roles: Vec<String> } |it, cluster| {
        let client = &cluster.client;
        client.create_user(&it.policy, &it.user, &it.password, &borrowed(&it.roles)).await?;
        Ok(Reply::Nothing)
    };
    /// Makes a user that logs in with a certificate.
    CreatePkiUser, "admin_create_pki_user", true, { user: String, roles: Vec<String> } |it, cluster| {
        cluster.client.create_pki_user(&it.policy, &it.user, &borrowed(&it.roles)).await?;
        Ok(Reply::Nothing)
    };
    /// Removes a user.
    DropUser, "admin_drop_user", true, { user: String } |it, cluster| {
        cluster.client.drop_user(&it.policy, &it.user).await?;
        Ok(Reply::Nothing)
    };
    /// Gives a user another password.
    ChangePassword, "admin_change_password", true, { user: String, password: String } |it, cluster| {
        cluster.client.change_password(&it.policy, &it.user, &it.password).await?;
        Ok(Reply::Nothing)
    };
    /// Gives a user roles.
    GrantRoles, "admin_grant_roles", true, { user: String, roles: Vec<String> } |it, cluster| {
        cluster.client.grant_roles(&it.policy, &it.user, &borrowed(&it.roles)).await?;
        Ok(Reply::Nothing)
    };
    /// Takes roles from a user.
    RevokeRoles, "admin_revoke_roles", true, { user: String, roles: Vec<String> } |it, cluster| {
        cluster.client.revoke_roles(&it.policy, &it.user, &borrowed(&it.roles)).await?;
        Ok(Reply::Nothing)
    };
    /// Describes a user.
    QueryUser, "admin_query_user_info", false, { user: String } |it, cluster| {
        let users = cluster.client.query_users(&it.policy, Some(&it.user)).await?;
        let users = users.iter().map(security::user).collect();
        only(users, NO_USER, &format!("user '{}'", it.user))
    };
    /// Describes all users.
    QueryUsers, "admin_query_users_info", false, {} |it, cluster| {
        let users = cluster.client.query_users(&it.policy, None).await?;
        Ok(Reply::Value(Value::List(users.iter().map(security::user).collect())))
    };
    /// Makes a role.
    CreateRole, "admin_create_role", true, {
        role: String, privileges: Vec<Privilege>, allowlist: Vec<String>, quotas: (u32, u32)
    } |it, cluster| {
        let ((read, write), allowlist) = (it.quotas, borrowed(&it.allowlist));
        let client = &cluster.client;
        client
            .create_role(&it.policy, &it.role, &it.privileges, &allowlist, read, write)
            .await?;
        Ok(Reply::Nothing)
    };
    /// Removes a role.
    DropRole, "admin_drop_role", true, { role: String } |it, cluster| {
        cluster.client.drop_role(&it.policy, &it.role).await?;
        Ok(Reply::Nothing)
    };
    /// Gives a role privileges.
    GrantPrivileges, "admin_grant_privileges", true,
    { role: String, privileges: Vec<Privilege> } |it, cluster| {
        cluster.client.grant_privileges(&it.policy, &it.role, &it.privileges).await?;
        Ok(Reply::Nothing)
    };
    /// Takes privileges from a role.
    RevokePrivileges, "admin_revoke_privileges", true,
    { role: String, privileges: Vec<Privilege> } |it, cluster| {
        cluster.client.revoke_privileges(&it.policy, &it.role, &it.privileges).await?;
        Ok(Reply::Nothing)
    };
    /// Describes a role.
    QueryRole, "admin_query_role", false, { role: String } |it, cluster| {
        let roles = cluster.client.query_roles(&it.policy, Some(&it.role)).await?;
        let roles = roles.iter().map(security::role).collect();
        only(roles, NO_ROLE, &format!("role '{}'", it.role))
    };
    /// Describes all roles.
    QueryRoles, "admin_query_roles", false, {} |it, cluster| {
        let roles = cluster.client.query_roles(&it.policy, None).await?;
        Ok(Reply::Value(Value::List(roles.iter().map(security::role).collect())))
    };
    /// Says from which addresses a role may log in.
    SetAllowlist, "admin_set_whitelist", true, { role: String, allowlist: Vec<String> } |it, cluster| {
        cluster.client.set_allowlist(&it.policy, &it.role, &borrowed(&it.allowlist)).await?;
        Ok(Reply::Nothing)
    };
    /// Says how often a role may read and write.
    SetQuotas, "admin_set_quotas", true, { role: String, quotas: (u32, u32) } |it, cluster| {
        let (read, write) = it.quotas;
        cluster.client.set_quotas(&it.policy, &it.role, read, write).await?;
        Ok(Reply::Nothing)
    };
}
