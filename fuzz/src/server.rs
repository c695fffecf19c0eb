//! A whole server: a frame of any content is answered, and the connection lives on.

use std::cell::RefCell;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use devserver::{Config, Server};
use wire::admin::Admin;
use wire::proto::{Kind, begin_frame, end_frame, split_frame};

/// Forgets what was written, so that each run meets the same records: none.
const END: &[u8] = b"truncate-namespace:namespace=test\n";

/// A server and a connection to it.
struct Conversation {
    /// Runs as long as this is there.
    server: Server,
    stream: TcpStream,
    received: Vec<u8>,
}

thread_local! {
    static CONVERSATION: RefCell<Option<Conversation>> = const { RefCell::new(None) };
}

/// The first byte is the frame's kind; what follows is its body.
pub fn run(data: &[u8]) {
    let Some((kind, body)) = data.split_first() else {
        return;
    };
    let kind = match kind % 4 {
        0 => Kind::Info,
        1 => Kind::Security,
        _ => Kind::Message,
    };
    CONVERSATION.with_borrow_mut(|conversation| {
        let conversation = conversation.get_or_insert_with(Conversation::begin);
        if kind == Kind::Security && Admin::parse(body).is_err() {
            // The one content that ends a connection.
            conversation.send(kind, body);
            while conversation.frame().is_some() {}
            conversation.connect();
            return;
        }
        conversation.send(kind, body);
        conversation.send(Kind::Info, END);
        if kind == Kind::Info {
            assert!(conversation.frame().is_some(), "no answer");
        }
        loop {
            let (kind, answer) = conversation.frame().expect("the connection is open");
            if kind == Kind::Info {
                assert!(answer.ends_with(b"\tok\n"), "{answer:?}");
                break;
            }
        }
    });
}

impl Conversation {
    fn begin() -> Self {
        let server = Server::start(Config::default()).expect("a server");
        let stream = connect(&server);
        Self {
            server,
            stream,
            received: Vec::new(),
        }
    }

    fn connect(&mut self) {
        self.stream = connect(&self.server);
        self.received.clear();
    }

    fn send(&mut self, kind: Kind, body: &[u8]) {
        let mut out = Vec::new();
        let start = begin_frame(&mut out, kind);
        out.extend_from_slice(body);
        end_frame(&mut out, start);
        self.stream.write_all(&out).expect("the connection is open");
    }

    /// The next frame; `None` when the server has closed the connection.
    fn frame(&mut self) -> Option<(Kind, Vec<u8>)> {
        loop {
            if let Some(frame) = split_frame(&self.received).expect("a frame") {
                let found = (frame.kind, frame.body.to_vec());
                let done = self.received.len() - frame.rest.len();
                self.received.drain(..done);
                return Some(found);
            }
            let mut chunk = [0; 16 << 10];
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => self.received.extend_from_slice(&chunk[..read]),
                // The fuzzer's timer.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.hosts()[0]).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    stream
}
