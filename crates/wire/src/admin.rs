//! Security frames (type 2): a 16-byte header, then fields `u32 size | u8 id | data`.

use crate::cursor::Cursor;
use crate::{Error, Field, Fields, ResultCode};

/// Bytes of the header.
pub const HEADER_SIZE: usize = 16;

/// The salt all clients hash passwords with, by bcrypt; a server only compares the texts.
pub const SALT: [u8; 16] = [
    0xf4, 0x6b, 0x0b, 0xbe, 0xcf, 0xfe, 0x8d, 0x1b, 0x06, 0x67, 0xd8, 0x4f, 0x6d, 0xc1, 0xd8, 0xa9,
];
/// The cost of that hash.
pub const COST: u32 = 10;

/// The commands.
pub mod command {
    /// Authenticate a connection by a session token.
    pub const AUTHENTICATE: u8 = 0;
    /// Create a user.
    pub const CREATE_USER: u8 = 1;
    /// Drop a user.
    pub const DROP_USER: u8 = 2;
    /// Set another user's password.
    pub const SET_PASSWORD: u8 = 3;
    /// Change one's own password.
    pub const CHANGE_PASSWORD: u8 = 4;
    /// Grant roles to a user.
    pub const GRANT_ROLES: u8 = 5;
    /// Revoke roles from a user.
    pub const REVOKE_ROLES: u8 = 6;
    /// Query users.
    pub const QUERY_USERS: u8 = 9;
    /// Create a role.
    pub const CREATE_ROLE: u8 = 10;
    /// Drop a role.
    pub const DROP_ROLE: u8 = 11;
    /// Grant privileges to a role.
    pub const GRANT_PRIVILEGES: u8 = 12;
    /// Revoke privileges from a role.
    pub const REVOKE_PRIVILEGES: u8 = 13;
    /// Set a role's whitelist.
    pub const SET_WHITELIST: u8 = 14;
    /// Set a role's quotas.
    pub const SET_QUOTAS: u8 = 15;
    /// Query roles.
    pub const QUERY_ROLES: u8 = 16;
    /// Log in by user and password.
    pub const LOGIN: u8 = 20;
}

/// The fields.
pub mod field {
    /// A user's name.
    pub const USER: u8 = 0;
    /// A password's hash.
    pub const PASSWORD: u8 = 1;
    /// The hash of the password so far.
    pub const OLD_PASSWORD: u8 = 2;
    /// The hash of the password of one who logs in.
    pub const CREDENTIAL: u8 = 3;
    /// A password in clear text, for users kept elsewhere.
    pub const CLEAR_PASSWORD: u8 = 4;
    /// What a session is known by.
    pub const SESSION_TOKEN: u8 = 5;
    /// Seconds a session lives.
    pub const SESSION_TTL: u8 = 6;
    /// Names of roles.
    pub const ROLES: u8 = 10;
    /// A role's name.
    pub const ROLE: u8 = 11;
    /// Privileges.
    pub const PRIVILEGES: u8 = 12;
    /// Addresses, with commas.
    pub const WHITELIST: u8 = 13;
    /// Records read per second.
    pub const READ_QUOTA: u8 = 14;
    /// Records written per second.
    pub const WRITE_QUOTA: u8 = 15;
    /// Figures of a user's reads.
    pub const READ_INFO: u8 = 16;
    /// Figures of a user's writes.
    pub const WRITE_INFO: u8 = 17;
    /// How many connections a user has.
    pub const CONNECTIONS: u8 = 18;
}

/// A view of a security request or reply.
#[derive(Clone, Copy, Debug)]
pub struct Admin<'a> {
    /// In replies: the result's number.
    pub result: u8,
    /// See [`command`].
    pub command: u8,
    fields: Fields<'a>,
}

impl<'a> Admin<'a> {
    /// Reads a frame's body.
    pub fn parse(body: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(body);
        let [_, result, command, fields, ..] = *cursor.array::<HEADER_SIZE>()?;
        let fields = Fields::parse(&mut cursor, u16::from(fields))?;
        cursor.finish()?;
        Ok(Self {
            result,
            command,
            fields,
        })
    }

    /// The fields in the order they were sent.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.fields.iter()
    }

    /// The data of the first field with an id.
    #[must_use]
    pub fn field(&self, id: u8) -> Option<&'a [u8]> {
        self.fields()
            .find(|field| field.kind == id)
            .map(|field| field.data)
    }
}

/// Appends the body of a security request or reply.
pub fn write(out: &mut Vec<u8>, result: ResultCode, command: u8, fields: &[Field<'_>]) {
    out.extend_from_slice(&[0, result as u8, command, fields.len() as u8]);
    out.extend_from_slice(&[0; HEADER_SIZE - 4]);
    for field in fields {
        out.extend_from_slice(&(field.data.len() as u32 + 1).to_be_bytes());
        out.push(field.kind);
        out.extend_from_slice(field.data);
    }
}
