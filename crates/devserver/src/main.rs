//! The server as a program: starts, prints where its nodes listen, and serves until it is killed.

use std::process::ExitCode;

use devserver::{Config, Server};
use lexopt::prelude::*;

const USAGE: &str = "\
usage: devserver [options]
  --host ADDRESS        where to listen; 127.0.0.1
  --port PORT           the first node's port; 0, the default, takes any free one
  --nodes N             how many nodes; 1
  --namespace NAME      a namespace; may be given several times; test
  --default-ttl SECONDS how long records live when their writer does not say; 0 is for ever
  --cluster-name NAME   the cluster's name; none
  --threads N           how many threads serve; 1";

fn main() -> ExitCode {
    let config = match parse() {
        Ok(Some(config)) => config,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&error),
    };
    let server = match Server::start(config) {
        Ok(server) => server,
        Err(error) => return fail(&error),
    };
    for host in server.hosts() {
        println!("{host}");
    }
    loop {
        std::thread::park();
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("devserver: {error}");
    ExitCode::FAILURE
}

/// The configuration the command line describes; `None` if it asks for help.
fn parse() -> Result<Option<Config>, lexopt::Error> {
    let mut config = Config::default();
    let mut namespaces = Vec::new();
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("host") => config.host = args.value()?.string()?,
            Long("port") => config.port = args.value()?.parse()?,
            Long("nodes") => config.nodes = args.value()?.parse()?,
            Long("namespace") => namespaces.push(args.value()?.string()?),
            Long("default-ttl") => config.default_ttl = args.value()?.parse()?,
            Long("cluster-name") => config.cluster_name = Some(args.value()?.string()?),
            Long("threads") => config.threads = args.value()?.parse()?,
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(arg.unexpected()),
        }
    }
    if !namespaces.is_empty() {
        config.namespaces = namespaces;
    }
    Ok(Some(config))
}
