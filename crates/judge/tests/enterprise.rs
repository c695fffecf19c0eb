//! What servers of the Enterprise edition have: users and roles, TLS, compression, racks, transactions; and that others refuse it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::Arc;

use aerospike::policy::{Replica, TlsPolicy};
use aerospike::txn::{AbortStatus, CommitStatus, Txn};
use aerospike::{
    AdminPolicy, AuthMode, BatchOperation, BatchPolicy, BatchReadPolicy, Bin, Bins, Client,
    ClientPolicy, Key, Privilege, PrivilegeCode, ReadPolicy, ResultCode, WritePolicy,
};
use devserver::{ClientCertificate, Config, Enterprise, Server, TLS_NAME, Tls, User};
use support::{code, int, key, text};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

fn start(nodes: usize, enterprise: Option<Enterprise>) -> Server {
    Server::start(Config {
        nodes,
        enterprise,
        ..Config::default()
    })
    .unwrap()
}

async fn connect(server: &Server, policy: &ClientPolicy) -> aerospike::Result<Client> {
    Client::new(policy, &server.hosts()[0].to_string()).await
}

async fn plain(server: &Server) -> Client {
    connect(server, &ClientPolicy::default()).await.unwrap()
}

fn login(name: &str, password: &str) -> ClientPolicy {
    let mut policy = ClientPolicy::default();
    policy.set_auth_mode(AuthMode::Internal(name.to_owned(), password.to_owned()));
    policy
}

fn user(name: &str, password: Option<&str>, roles: &[&str]) -> User {
    User {
        name: name.to_owned(),
        password: password.map(str::to_owned),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    }
}

async fn put(client: &Client, policy: &WritePolicy, key: &Key, n: i64) -> Option<ResultCode> {
    code(client.put(policy, key, &[Bin::new("n", int(n))]).await)
}

async fn get(client: &Client, policy: &ReadPolicy, key: &Key) -> Option<ResultCode> {
    code(client.get(policy, key, Bins::All).await)
}

#[tokio::test]
async fn users_and_roles() {
    let users = vec![user("admin", Some("secret"), &["user-admin", "read-write"])];
    let server = start(
        3,
        Some(Enterprise {
            users,
            ..Enterprise::default()
        }),
    );
    assert!(connect(&server, &login("admin", "wrong")).await.is_err());
    let admin = connect(&server, &login("admin", "secret")).await.unwrap();
    let (policy, write, read) = (
        AdminPolicy::default(),
        WritePolicy::default(),
        ReadPolicy::default(),
    );

    admin
        .create_user(&policy, "new", "word", &["read"])
        .await
        .unwrap();
    let new = connect(&server, &login("new", "word")).await.unwrap();
    assert_eq!(
        put(&new, &write, &key(1), 1).await,
        Some(ResultCode::RoleViolation)
    );
    let refused = new.create_user(&policy, "other", "word", &["read"]).await;
    assert_eq!(code(refused), Some(ResultCode::RoleViolation));

    let own = [Privilege::new(
        PrivilegeCode::ReadWrite,
        Some("test".to_owned()),
        Some("judge".to_owned()),
    )];
    admin
        .create_role(&policy, "own", &own, &["127.0.0.1"], 0, 0)
        .await
        .unwrap();
    admin.grant_roles(&policy, "new", &["own"]).await.unwrap();
    assert_eq!(put(&new, &write, &key(1), 1).await, None);
    let elsewhere = Key::new("test", "other", int(1)).unwrap();
    assert_eq!(
        put(&new, &write, &elsewhere, 1).await,
        Some(ResultCode::RoleViolation)
    );
    let found = admin.query_users(&policy, Some("new")).await.unwrap();
    let mut roles = found[0].roles.clone();
    roles.sort();
    assert_eq!(
        (found[0].user.as_str(), roles),
        ("new", vec!["own".to_owned(), "read".to_owned()])
    );
    let found = admin.query_roles(&policy, Some("own")).await.unwrap();
    assert_eq!(found[0].allowlist, ["127.0.0.1"]);

    let more = [Privilege::new(
        PrivilegeCode::Read,
        Some("bar".to_owned()),
        None,
    )];
    admin.grant_privileges(&policy, "own", &more).await.unwrap();
    assert_eq!(
        admin.query_roles(&policy, Some("own")).await.unwrap()[0]
            .privileges
            .len(),
        2
    );
    admin
        .revoke_privileges(&policy, "own", &more)
        .await
        .unwrap();
    limits_hold(&admin, &new).await;

    admin.revoke_roles(&policy, "new", &["own"]).await.unwrap();
    assert_eq!(
        put(&new, &write, &key(1), 1).await,
        Some(ResultCode::RoleViolation)
    );
    admin
        .change_password(&policy, "new", "other")
        .await
        .unwrap();
    assert!(connect(&server, &login("new", "other")).await.is_ok());
    admin.drop_role(&policy, "own").await.unwrap();
    let gone = admin.query_roles(&policy, Some("own")).await;
    assert_eq!(code(gone), Some(ResultCode::InvalidRole));
    admin.drop_user(&policy, "new").await.unwrap();
    assert_eq!(
        get(&new, &read, &key(1)).await,
        Some(ResultCode::NotAuthenticated)
    );
}

/// Quotas and allow lists of role `own`, which `new` has.
async fn limits_hold(admin: &Client, new: &Client) {
    let (policy, write, read) = (
        AdminPolicy::default(),
        WritePolicy::default(),
        ReadPolicy::default(),
    );
    admin.set_quotas(&policy, "own", 0, 1).await.unwrap();
    let mut codes = Vec::new();
    for n in 0..100 {
        codes.push(put(new, &write, &key(n), n).await);
    }
    assert!(
        codes.contains(&Some(ResultCode::QuotaExceeded)),
        "{codes:?}"
    );
    admin.set_quotas(&policy, "own", 0, 0).await.unwrap();
    admin
        .set_allowlist(&policy, "own", &["10.0.0.1"])
        .await
        .unwrap();
    assert_eq!(
        get(new, &read, &key(1)).await,
        Some(ResultCode::NotAllowlisted)
    );
    admin.set_allowlist(&policy, "own", &[]).await.unwrap();
}

/// Trusts the server's authority, and shows a certificate.
fn tls(server: &Server, issued: Option<&ClientCertificate>) -> TlsPolicy {
    let mut roots = RootCertStore::empty();
    let authority = server.ca_pem().unwrap();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    TlsPolicy::new(match issued {
        None => builder.with_no_client_auth(),
        Some(issued) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap(),
            )
            .unwrap(),
    })
}

async fn connect_tls(server: &Server, policy: &ClientPolicy) -> aerospike::Result<Client> {
    let address = server.tls_hosts()[0];
    let seed = format!("{}:{TLS_NAME}:{}", address.ip(), address.port());
    Client::new(policy, &seed).await
}

#[tokio::test]
async fn tls_on_every_node() {
    let enterprise = Enterprise {
        tls: Some(Tls::default()),
        ..Enterprise::default()
    };
    let (server, other) = (
        start(3, Some(enterprise.clone())),
        start(1, Some(enterprise)),
    );
    let mut policy = ClientPolicy {
        tls_policy: Some(tls(&server, None)),
        ..ClientPolicy::default()
    };
    let client = connect_tls(&server, &policy).await.unwrap();
    assert_eq!(client.node_names().len(), 3);
    for id in 0..30 {
        let bins = [Bin::new("v", text(&"x".repeat(20_000)))];
        client
            .put(&WritePolicy::default(), &key(id), &bins)
            .await
            .unwrap();
        assert_eq!(get(&client, &ReadPolicy::default(), &key(id)).await, None);
    }
    policy.tls_policy = Some(tls(&other, None));
    assert!(connect_tls(&server, &policy).await.is_err());
}

#[tokio::test]
async fn a_certificate_logs_in() {
    let enterprise = Enterprise {
        users: vec![user("alice", None, &["read-write"])],
        tls: Some(Tls {
            mutual: true,
            port: 0,
        }),
        ..Enterprise::default()
    };
    let server = start(3, Some(enterprise));
    let with = |issued: Option<&ClientCertificate>| {
        let mut policy = ClientPolicy {
            tls_policy: Some(tls(&server, issued)),
            ..ClientPolicy::default()
        };
        policy.set_auth_mode(AuthMode::Pki);
        policy
    };
    let alice = server.client_certificate("alice").unwrap();
    let client = connect_tls(&server, &with(Some(&alice))).await.unwrap();
    assert_eq!(
        put(&client, &WritePolicy::default(), &key(1), 1).await,
        None
    );
    let stranger = server.client_certificate("stranger").unwrap();
    assert!(connect_tls(&server, &with(Some(&stranger))).await.is_err());
    assert!(connect_tls(&server, &with(None)).await.is_err());
}

#[tokio::test]
async fn compression() {
    let server = start(3, Some(Enterprise::default()));
    let client = plain(&server).await;
    let (mut write, mut read, mut batch) = (
        WritePolicy::default(),
        ReadPolicy::default(),
        BatchPolicy::default(),
    );
    write.base_policy.use_compression = true;
    read.base_policy.use_compression = true;
    batch.base_policy.use_compression = true;
    let value = text(&"abc".repeat(30_000));
    for id in 0..10 {
        client
            .put(&write, &key(id), &[Bin::new("v", value.clone())])
            .await
            .unwrap();
        assert_eq!(
            client.get(&read, &key(id), Bins::All).await.unwrap().bins["v"],
            value
        );
    }
    let row = |id| BatchOperation::read(&BatchReadPolicy::default(), key(id), Bins::All);
    let mut rows: Vec<_> = (0..10).map(row).collect();
    client.batch(&batch, &mut rows).await.unwrap();
    for row in rows {
        assert_eq!(row.into_batch_record().record.unwrap().bins["v"], value);
    }
}

#[tokio::test]
async fn racks() {
    let server = start(
        3,
        Some(Enterprise {
            racks: vec![1, 1, 2],
            ..Enterprise::default()
        }),
    );
    let policy = ClientPolicy {
        rack_ids: Some(vec![2]),
        ..ClientPolicy::default()
    };
    let client = connect(&server, &policy).await.unwrap();
    let mut read = ReadPolicy::default();
    read.base_policy.replica = Replica::PreferRack;
    for id in 0..30 {
        assert_eq!(
            put(&client, &WritePolicy::default(), &key(id), id).await,
            None
        );
        assert_eq!(get(&client, &read, &key(id)).await, None);
    }
    let mut racks = Vec::new();
    for node in client.nodes() {
        let told = node.info(&AdminPolicy::default(), &["rack-ids"]).await;
        racks.push(told.unwrap()["rack-ids"].clone());
    }
    racks.sort();
    assert_eq!(racks, ["test:1", "test:1", "test:2"]);
}

fn within(txn: &Arc<Txn>) -> (WritePolicy, ReadPolicy) {
    let (mut write, mut read) = (WritePolicy::default(), ReadPolicy::default());
    write.base_policy.txn = Some(Arc::clone(txn));
    read.base_policy.txn = Some(Arc::clone(txn));
    (write, read)
}

fn consistent() -> Server {
    start(
        3,
        Some(Enterprise {
            strong_consistency: true,
            ..Enterprise::default()
        }),
    )
}

async fn n(client: &Client, policy: &ReadPolicy, key: &Key) -> aerospike::Value {
    client.get(policy, key, Bins::All).await.unwrap().bins["n"].clone()
}

#[tokio::test]
async fn transactions_commit_and_abort() {
    let server = consistent();
    let client = plain(&server).await;
    let (write, read) = (WritePolicy::default(), ReadPolicy::default());
    for id in 0..3 {
        assert_eq!(put(&client, &write, &key(id), 0).await, None);
    }
    let txn = Arc::new(Txn::new());
    let (mine, seen) = within(&txn);
    for id in 0..3 {
        assert_eq!(put(&client, &mine, &key(id), 1).await, None);
        assert_eq!(n(&client, &read, &key(id)).await, int(0));
        assert_eq!(n(&client, &seen, &key(id)).await, int(1));
    }
    assert_eq!(
        put(&client, &write, &key(0), 2).await,
        Some(ResultCode::MrtBlocked)
    );
    let other = Arc::new(Txn::new());
    assert_eq!(
        put(&client, &within(&other).0, &key(0), 2).await,
        Some(ResultCode::MrtBlocked)
    );
    assert_eq!(client.commit(&txn).await.unwrap(), CommitStatus::Ok);
    assert_eq!(n(&client, &read, &key(2)).await, int(1));

    let txn = Arc::new(Txn::new());
    assert_eq!(put(&client, &within(&txn).0, &key(0), 9).await, None);
    assert_eq!(client.abort(&txn).await.unwrap(), AbortStatus::Ok);
    assert_eq!(n(&client, &read, &key(0)).await, int(1));
}

#[tokio::test]
async fn transactions_notice_what_has_changed() {
    let server = consistent();
    let client = plain(&server).await;
    let write = WritePolicy::default();
    assert_eq!(put(&client, &write, &key(0), 0).await, None);
    assert_eq!(put(&client, &write, &key(1), 0).await, None);
    let txn = Arc::new(Txn::new());
    let (mine, seen) = within(&txn);
    assert_eq!(n(&client, &seen, &key(0)).await, int(0));
    assert_eq!(put(&client, &mine, &key(1), 5).await, None);
    assert_eq!(put(&client, &write, &key(0), 7).await, None);
    assert!(client.commit(&txn).await.is_err());
    assert_eq!(n(&client, &ReadPolicy::default(), &key(1)).await, int(0));

    let txn = Arc::new(Txn::new());
    let (mine, seen) = within(&txn);
    assert_eq!(n(&client, &seen, &key(0)).await, int(7));
    assert_eq!(put(&client, &write, &key(0), 8).await, None);
    assert_eq!(
        put(&client, &mine, &key(0), 9).await,
        Some(ResultCode::MrtVersionMismatch)
    );
    client.abort(&txn).await.unwrap();

    let txn = Arc::new(Txn::new());
    let (mine, _) = within(&txn);
    assert_eq!(put(&client, &mine, &key(0), 9).await, None);
    server.advance(60);
    assert_eq!(
        put(&client, &mine, &key(1), 9).await,
        Some(ResultCode::MrtExpired)
    );
    assert_eq!(n(&client, &ReadPolicy::default(), &key(0)).await, int(8));
}

#[tokio::test]
async fn the_community_edition_refuses() {
    let server = start(1, None);
    let client = plain(&server).await;
    let write = WritePolicy::default();
    assert_eq!(put(&client, &write, &key(1), 1).await, None);
    let refused = Some(ResultCode::EnterpriseOnly);
    let durable = WritePolicy {
        durable_delete: true,
        ..WritePolicy::default()
    };
    assert_eq!(code(client.delete(&durable, &key(1)).await), refused);
    let mut compressed = WritePolicy::default();
    compressed.base_policy.use_compression = true;
    let bins = [Bin::new("v", text(&"x".repeat(10_000)))];
    assert_eq!(code(client.put(&compressed, &key(1), &bins).await), refused);
    let (mine, _) = within(&Arc::new(Txn::new()));
    assert_eq!(put(&client, &mine, &key(1), 1).await, refused);
    let users = client.query_users(&AdminPolicy::default(), None).await;
    assert_eq!(code(users), Some(ResultCode::SecurityNotSupported));
}
