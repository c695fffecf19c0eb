//! The server as a program: starts, prints where its nodes listen, and serves until it is killed.

use std::process::ExitCode;

use devserver::{Config, Enterprise, Server, StartError, TLS_NAME, Tls, User};
use lexopt::prelude::*;

const USAGE: &str = "\
usage: devserver [options]
  --host ADDRESS        where to listen; 127.0.0.1
  --port PORT           the first node's port; 0, the default, takes any free one
  --nodes N             how many nodes; 1
  --replication-factor N
                        on how many nodes a partition is; 2
  --namespace NAME      a namespace; may be given several times; test
  --default-ttl SECONDS how long records live when their writer does not say; 0 is for ever
  --cluster-name NAME   the cluster's name; none
  --threads N           how many threads serve; 1

Each of these makes it a server of the Enterprise edition:
  --enterprise          durable deletes and compression
  --user NAME:PASSWORD[:ROLE,…]
                        a user, who must log in; may be given several times; none
  --session-ttl SECONDS how long a login holds; 86400
  --tls PORT            listen with TLS too; 0 takes any free ports
  --mutual-tls PORT     the same, and clients must present a certificate
  --client-certificate NAME
                        issue a certificate and print it with its key; may be given several times
  --strong-consistency  strongly consistent namespaces, and transactions
  --rack ID             the rack of the next node; may be given for each node; 0";

/// What to do.
struct Arguments {
    config: Config,
    /// Whom to issue certificates to.
    clients: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = match parse() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&error),
    };
    let server = match Server::start(arguments.config) {
        Ok(server) => server,
        Err(error) => return fail(&error),
    };
    if let Err(error) = tell(&server, &arguments.clients) {
        return fail(&error);
    }
    loop {
        std::thread::park();
    }
}

/// Prints where the server listens, and the certificates.
fn tell(server: &Server, clients: &[String]) -> Result<(), StartError> {
    for host in server.hosts() {
        println!("{host}");
    }
    for host in server.tls_hosts() {
        println!("{host} {TLS_NAME}");
    }
    if let Some(authority) = server.ca_pem() {
        print!("{authority}");
    }
    for name in clients {
        let issued = server.client_certificate(name)?;
        print!("{}{}", issued.certificate, issued.key);
    }
    Ok(())
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("devserver: {error}");
    ExitCode::FAILURE
}

/// The configuration the command line describes; `None` if it asks for help.
fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut config = Config::default();
    let mut namespaces = Vec::new();
    let mut clients = Vec::new();
    let mut enterprise = None;
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("host") => config.host = args.value()?.string()?,
            Long("port") => config.port = args.value()?.parse()?,
            Long("nodes") => config.nodes = args.value()?.parse()?,
            Long("replication-factor") => config.replication_factor = args.value()?.parse()?,
            Long("namespace") => namespaces.push(args.value()?.string()?),
            Long("default-ttl") => config.default_ttl = args.value()?.parse()?,
            Long("cluster-name") => config.cluster_name = Some(args.value()?.string()?),
            Long("threads") => config.threads = args.value()?.parse()?,
            Long("client-certificate") => clients.push(args.value()?.string()?),
            Long(name) if ENTERPRISE.contains(&name) => {
                let name = name.to_owned();
                let enterprise = enterprise.get_or_insert_with(Enterprise::default);
                parse_enterprise(&name, &mut args, enterprise)?;
            }
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(arg.unexpected()),
        }
    }
    if !namespaces.is_empty() {
        config.namespaces = namespaces;
    }
    config.enterprise = enterprise;
    Ok(Some(Arguments { config, clients }))
}

const ENTERPRISE: [&str; 7] = [
    "enterprise",
    "user",
    "session-ttl",
    "tls",
    "mutual-tls",
    "strong-consistency",
    "rack",
];

/// One of the options of the Enterprise edition.
fn parse_enterprise(
    name: &str,
    args: &mut lexopt::Parser,
    enterprise: &mut Enterprise,
) -> Result<(), lexopt::Error> {
    match name {
        "user" => enterprise.users.push(args.value()?.parse_with(user)?),
        "session-ttl" => enterprise.session_ttl = args.value()?.parse()?,
        "tls" | "mutual-tls" => {
            enterprise.tls = Some(Tls {
                mutual: name == "mutual-tls",
                port: args.value()?.parse()?,
            });
        }
        "strong-consistency" => enterprise.strong_consistency = true,
        "rack" => enterprise.racks.push(args.value()?.parse()?),
        _ => {}
    }
    Ok(())
}

/// `NAME:PASSWORD[:ROLE,…]`: what follows the last of two colons are roles.
fn user(text: &str) -> Result<User, &'static str> {
    let (name, rest) = text.split_once(':').ok_or("it has no password")?;
    let (password, roles) = rest.rsplit_once(':').unwrap_or((rest, ""));
    Ok(User {
        name: name.to_owned(),
        password: Some(password.to_owned()),
        roles: roles
            .split(',')
            .filter(|role| !role.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
