//! Users, roles and what they may do: the `admin_` methods.

use std::sync::Arc;

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::convert::policy::Policies;
use crate::convert::reply::Shape;
use crate::convert::{argument, security};
use crate::error::{Error, Result};
use crate::ops::admin::{
    ChangePassword, CreatePkiUser, CreateRole, CreateUser, DropRole, DropUser, GrantPrivileges,
    GrantRoles, QueryRole, QueryRoles, QueryUser, QueryUsers, RevokePrivileges, RevokeRoles,
    SetAllowlist, SetQuotas,
};
use crate::ops::rotation::Rotation;

/// Reads and writes a second; 0 is no limit.
fn quotas(read: Option<Object<'_, '_>>, write: Option<Object<'_, '_>>) -> Result<(u32, u32)> {
    Ok((
        argument::number(read, "read_quota")?,
        argument::number(write, "write_quota")?,
    ))
}

/// Addresses; None and the empty list are all of them.
fn allowlist(whitelist: Option<Object<'_, '_>>) -> Result<Vec<String>> {
    match whitelist.filter(|whitelist| !whitelist.is_none()) {
        Some(whitelist) => argument::texts(whitelist, "whitelist"),
        None => Ok(Vec::new()),
    }
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.admin_create_user.md")]
    #[pyo3(signature = (username, password, roles, policy=None))]
    fn admin_create_user<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        password: Object<'_, 'py>,
        roles: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = CreateUser {
                user: argument::text(username, "username")?,
                password: argument::text(password, "password")?,
                roles: argument::texts(roles, "roles")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_create_pki_user.md")]
    #[pyo3(signature = (username, roles, policy=None))]
    fn admin_create_pki_user<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        roles: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = CreatePkiUser {
                user: argument::text(username, "username")?,
                roles: argument::texts(roles, "roles")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_drop_user.md")]
    #[pyo3(signature = (username, policy=None))]
    fn admin_drop_user<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = DropUser {
                user: argument::text(username, "username")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_change_password.md")]
    #[pyo3(signature = (username, password, policy=None))]
    fn admin_change_password<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        password: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let session = self.connected();
        let parse = |policies: &Policies| -> Result<ChangePassword> {
            Ok(ChangePassword {
                user: argument::text(username, "username")?,
                password: argument::text(password, "password")?,
                policy: policies.admin(policy)?,
            })
        };
        let operation = match &session {
            Some(session) => parse(&session.config().policies().load()),
            None => parse(&Policies::default()),
        };
        let request = operation.and_then(|operation| {
            Ok(Rotation {
                place: Arc::clone(&self.session),
                session: session.ok_or_else(Error::not_connected)?,
                operation,
            })
        });
        self.run(py, request, Shape::Plain)
    }

    #[doc = include_str!("../docs/Client.admin_set_password.md")]
    #[pyo3(signature = (username, password, policy=None))]
    fn admin_set_password<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        password: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.admin_change_password(py, username, password, policy)
    }

    #[doc = include_str!("../docs/Client.admin_grant_roles.md")]
    #[pyo3(signature = (username, roles, policy=None))]
    fn admin_grant_roles<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        roles: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = GrantRoles {
                user: argument::text(username, "username")?,
                roles: argument::texts(roles, "roles")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_revoke_roles.md")]
    #[pyo3(signature = (username, roles, policy=None))]
    fn admin_revoke_roles<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        roles: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = RevokeRoles {
                user: argument::text(username, "username")?,
                roles: argument::texts(roles, "roles")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_query_user_info.md")]
    #[pyo3(signature = (username, policy=None))]
    fn admin_query_user_info<'py>(
        &self,
        py: Python<'py>,
        username: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = QueryUser {
                user: argument::text(username, "username")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_query_users_info.md")]
    #[pyo3(signature = (policy=None))]
    fn admin_query_users_info<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = QueryUsers {
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_create_role.md")]
    #[pyo3(signature = (role, privileges, policy=None, whitelist=None, read_quota=None, write_quota=None), text_signature = "($self, role, privileges, policy=None, whitelist=None, read_quota=0, write_quota=0)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn admin_create_role<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        privileges: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        whitelist: Option<Object<'_, 'py>>,
        read_quota: Option<Object<'_, 'py>>,
        write_quota: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = CreateRole {
                role: argument::text(role, "role")?,
                privileges: security::privileges(privileges)?,
                allowlist: allowlist(whitelist)?,
                quotas: quotas(read_quota, write_quota)?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_drop_role.md")]
    #[pyo3(signature = (role, policy=None))]
    fn admin_drop_role<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = DropRole {
                role: argument::text(role, "role")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_grant_privileges.md")]
    #[pyo3(signature = (role, privileges, policy=None))]
    fn admin_grant_privileges<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        privileges: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = GrantPrivileges {
                role: argument::text(role, "role")?,
                privileges: security::privileges(privileges)?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_revoke_privileges.md")]
    #[pyo3(signature = (role, privileges, policy=None))]
    fn admin_revoke_privileges<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        privileges: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = RevokePrivileges {
                role: argument::text(role, "role")?,
                privileges: security::privileges(privileges)?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_query_role.md")]
    #[pyo3(signature = (role, policy=None))]
    fn admin_query_role<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = QueryRole {
                role: argument::text(role, "role")?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_query_roles.md")]
    #[pyo3(signature = (policy=None))]
    fn admin_query_roles<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = QueryRoles {
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_get_role.md")]
    #[pyo3(signature = (role, policy=None))]
    fn admin_get_role<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.admin_query_role(py, role, policy)
    }

    #[doc = include_str!("../docs/Client.admin_get_roles.md")]
    #[pyo3(signature = (policy=None))]
    fn admin_get_roles<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.admin_query_roles(py, policy)
    }

    #[doc = include_str!("../docs/Client.admin_set_whitelist.md")]
    #[pyo3(signature = (role, whitelist, policy=None))]
    fn admin_set_whitelist<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        whitelist: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = SetAllowlist {
                role: argument::text(role, "role")?,
                allowlist: allowlist(Some(whitelist))?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Client.admin_set_quotas.md")]
    #[pyo3(signature = (role, read_quota=None, write_quota=None, policy=None), text_signature = "($self, role, read_quota=0, write_quota=0, policy=None)")]
    fn admin_set_quotas<'py>(
        &self,
        py: Python<'py>,
        role: Object<'_, 'py>,
        read_quota: Option<Object<'_, 'py>>,
        write_quota: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let operation = SetQuotas {
                role: argument::text(role, "role")?,
                quotas: quotas(read_quota, write_quota)?,
                policy: policies.admin(policy)?,
            };
            Ok((operation, Shape::Plain))
        })
    }
}
