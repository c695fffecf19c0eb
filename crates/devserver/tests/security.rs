//! Security as frames: logins, sessions, what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, Request, int};
use devserver::{Config, Enterprise, Server, User};
use wire::admin::{command, field};

/// The fields of a request.
type Fields<'a> = &'a [(u8, &'a [u8])];

/// What clients send for `password`: recorded from one.
const PASSWORD: &[u8] = b"$2a$10$7EqJtq98hPqEX7fNZaFWoOqUH6KN8IKy3Yk5Kz..RHGKNAUCoP/LG";

fn user(name: &str, roles: &[&str]) -> User {
    User {
        name: name.to_owned(),
        password: Some("password".to_owned()),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    }
}

fn start(users: Vec<User>) -> (Server, Client) {
    client::start_with(Config {
        enterprise: Some(Enterprise {
            users,
            session_ttl: 600,
            ..Enterprise::default()
        }),
        ..Config::default()
    })
}

/// Logs in; the session's token.
fn login(client: &mut Client, name: &str) -> Vec<u8> {
    let answer = client.admin(
        command::LOGIN,
        &[
            (field::USER, name.as_bytes()),
            (field::CREDENTIAL, PASSWORD),
        ],
    );
    let [(0, fields)] = answer.as_slice() else {
        panic!("{answer:?}")
    };
    let [(field::SESSION_TOKEN, token), (field::SESSION_TTL, ttl)] = fields.as_slice() else {
        panic!("{fields:?}")
    };
    assert_eq!(ttl.as_slice(), 600u32.to_be_bytes());
    token.clone()
}

fn result(answer: &[(u8, client::AdminFields)]) -> u8 {
    assert_eq!(answer.len(), 1);
    answer[0].0
}

#[test]
fn nothing_is_answered_before_a_login() {
    let (_server, mut client) = start(vec![user("u", &["read-write"])]);
    assert_eq!(client.call(&Request::get(1)).result(), 80);
    assert_eq!(client.call(&Request::put(1, &[("n", int(1))])).result(), 80);
    assert_eq!(client.info("namespaces"), "ERROR:80:not authenticated");
    assert_eq!(result(&client.admin(command::QUERY_USERS, &[])), 80);
    let (_, last) = client.stream(&Request::scan([0]));
    assert_eq!(last.result(), 80);
    login(&mut client, "u");
    assert_eq!(client.call(&Request::put(1, &[("n", int(1))])).result(), 0);
    assert_eq!(client.info("namespaces"), "test;bar");
}

#[test]
fn a_failed_login_ends_the_one_before() {
    let (_server, mut client) = start(vec![user("u", &["read"])]);
    login(&mut client, "u");
    assert_eq!(client.call(&Request::get(1)).result(), 2);
    let wrong: [(u8, &[u8]); 2] = [(field::USER, b"u"), (field::CREDENTIAL, b"wrong")];
    assert_eq!(result(&client.admin(command::LOGIN, &wrong)), 62);
    assert_eq!(client.call(&Request::get(1)).result(), 80);
}

#[test]
fn logins_that_fail_say_why() {
    let (_server, mut client) = start(vec![user("u", &[])]);
    let cases: [(Fields<'_>, u8); 5] = [
        (
            &[(field::USER, b"nobody"), (field::CREDENTIAL, PASSWORD)],
            60,
        ),
        (&[(field::USER, b"u"), (field::CREDENTIAL, b"x")], 62),
        (&[(field::USER, b"u")], 65),
        (&[], 65),
        (
            &[(field::USER, b"u"), (field::CLEAR_PASSWORD, b"password")],
            90,
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(result(&client.admin(command::LOGIN, fields)), expected);
    }
}

#[test]
fn a_session_is_for_its_user_and_for_its_time() {
    let (server, mut client) = start(vec![user("u", &["read"]), user("v", &["read"])]);
    let token = login(&mut client, "u");
    let authenticate = |name: &[u8], token: &[u8]| {
        let mut other = Client::to(&server);
        let fields = [(field::USER, name), (field::SESSION_TOKEN, token)];
        result(&other.admin(command::AUTHENTICATE, &fields))
    };
    assert_eq!(authenticate(b"u", &token), 0);
    assert_eq!(authenticate(b"v", &token), 65);
    assert_eq!(authenticate(b"u", b"guessed"), 65);
    server.advance(601);
    assert_eq!(authenticate(b"u", &token), 66);
}

#[test]
fn a_change_of_roles_holds_for_open_connections() {
    let (server, mut admin) = start(vec![user("admin", &["user-admin"]), user("u", &["read"])]);
    login(&mut admin, "admin");
    let mut client = Client::to(&server);
    login(&mut client, "u");
    let put = Request::put(1, &[("n", int(1))]);
    assert_eq!(client.call(&put).result(), 81);
    let grant: [(u8, &[u8]); 2] = [(field::USER, b"u"), (field::ROLES, b"\x01\x05write")];
    assert_eq!(result(&admin.admin(command::GRANT_ROLES, &grant)), 0);
    assert_eq!(client.call(&put).result(), 0);
    assert_eq!(
        result(&admin.admin(command::DROP_USER, &[(field::USER, b"u")])),
        0
    );
    assert_eq!(client.call(&put).result(), 80);
}

#[test]
fn rows_of_a_batch_are_checked_one_by_one() {
    let (_server, mut client) = start(vec![user("u", &["read"])]);
    login(&mut client, "u");
    let mut batch = wire::batch::BatchWriter::new(wire::batch::flags::RESPOND_ALL);
    for (index, request) in [Request::get(1), Request::delete(1), Request::get(1)]
        .iter()
        .enumerate()
    {
        batch.define(index as u32, &client::digest(1), &request.header, |row| {
            row.field(wire::FieldType::Namespace, b"test");
        });
    }
    let request = Request::default()
        .info(wire::message::info1::BATCH, 0, 0)
        .field(wire::FieldType::Batch, &batch.finish());
    let (rows, last) = client.stream(&request);
    let results: Vec<u8> = rows.iter().map(client::Reply::result).collect();
    assert_eq!((results, last.result()), (vec![2, 81, 2], 0));
}

#[test]
fn queries_end_with_code_50() {
    let (_server, mut client) = start(vec![user("admin", &["user-admin"]), user("u", &[])]);
    login(&mut client, "admin");
    let users = client.admin(command::QUERY_USERS, &[]);
    let results: Vec<u8> = users.iter().map(|entry| entry.0).collect();
    assert_eq!(results, [0, 0, 50]);
    assert_eq!(users[0].1[0], (field::USER, b"admin".to_vec()));
    assert_eq!(
        users[0].1[1],
        (field::ROLES, b"\x01\x0auser-admin".to_vec())
    );
    assert_eq!(client.admin(command::QUERY_ROLES, &[]).len(), 14);
    let unknown: [(u8, &[u8]); 1] = [(field::ROLE, b"unknown")];
    assert_eq!(result(&client.admin(command::QUERY_ROLES, &unknown)), 70);
    assert_eq!(result(&client.admin(99, &[])), 54);
}

#[test]
fn malformed_administration_is_refused() {
    let (_server, mut client) = start(vec![user("admin", &["user-admin"])]);
    login(&mut client, "admin");
    let role: (u8, &[u8]) = (field::ROLE, b"r");
    for (privileges, expected) in [
        (&b""[..], 72),
        (b"\x00", 72),
        (b"\x01\x63", 72),
        (b"\x01\x0a\x04te", 72),
        (b"\x01\x0a\x00\x01s", 72),
        (b"\x01\x0a\x04test\x00left", 72),
        (b"\x01\x0a\x04test\x00", 0),
    ] {
        let fields = [role, (field::PRIVILEGES, privileges)];
        assert_eq!(
            result(&client.admin(command::CREATE_ROLE, &fields)),
            expected
        );
    }
    for whitelist in [
        &b"nowhere"[..],
        b"10.0.0.0/33",
        b"10.0.0.1,,10.0.0.2",
        b"1.2.3",
    ] {
        let fields = [role, (field::WHITELIST, whitelist)];
        assert_eq!(result(&client.admin(command::SET_WHITELIST, &fields)), 73);
    }
    let quota: [(u8, &[u8]); 2] = [role, (field::READ_QUOTA, b"many")];
    assert_eq!(result(&client.admin(command::SET_QUOTAS, &quota[..1])), 0);
    let fields = [role, (field::READ_QUOTA, &b"too many"[..])];
    assert_eq!(result(&client.admin(command::SET_QUOTAS, &fields)), 75);
}

#[test]
fn without_users_a_login_is_not_needed() {
    for (enterprise, administration) in [(None, 51), (Some(Enterprise::default()), 52)] {
        let (_server, mut client) = client::start_with(Config {
            enterprise,
            ..Config::default()
        });
        let fields: [(u8, &[u8]); 2] = [(field::USER, b"u"), (field::CREDENTIAL, PASSWORD)];
        assert_eq!(result(&client.admin(command::LOGIN, &fields)), 52);
        assert_eq!(
            result(&client.admin(command::QUERY_USERS, &[])),
            administration
        );
        assert_eq!(client.call(&Request::get(1)).result(), 2);
    }
}
