//! A client for tests: raw frames over TCP, built and read through the codec.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses its own part of this"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use devserver::{Config, Server};
use wire::message::{info1, info2, info3, messages};
use wire::proto::{Kind, begin_frame, end_frame, split_frame};
use wire::{Digest, FieldType, Header, MessageWriter, OpCode, Value};

/// The fields of a security answer's entry.
pub type AdminFields = Vec<(u8, Vec<u8>)>;

/// One message of an answer, owned.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub header: Header,
    pub fields: Vec<(u8, Vec<u8>)>,
    pub ops: Vec<(u8, String, Value)>,
}

impl Reply {
    pub fn result(&self) -> u8 {
        self.header.result
    }

    pub fn is_last(&self) -> bool {
        self.header.info3 & info3::LAST != 0
    }

    pub fn field(&self, kind: FieldType) -> Option<&[u8]> {
        self.fields
            .iter()
            .find(|field| field.0 == kind as u8)
            .map(|field| &field.1[..])
    }

    /// The ops' names and values.
    pub fn bins(&self) -> Vec<(&str, Value)> {
        self.ops
            .iter()
            .map(|op| (op.1.as_str(), op.2.clone()))
            .collect()
    }
}

/// A request on one record, or a query, to be changed before it is sent.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub header: Header,
    pub fields: Vec<(u8, Vec<u8>)>,
    pub ops: Vec<(u8, u8, Vec<u8>, Vec<u8>)>,
}

pub const FIELDS: [FieldType; 26] = [
    FieldType::RecordVersion,
    FieldType::TxnDeadline,
    FieldType::Namespace,
    FieldType::Set,
    FieldType::Key,
    FieldType::Digest,
    FieldType::TxnId,
    FieldType::QueryId,
    FieldType::SocketTimeout,
    FieldType::RecordsPerSecond,
    FieldType::PartitionIds,
    FieldType::Digests,
    FieldType::MaxRecords,
    FieldType::IndexValues,
    FieldType::IndexName,
    FieldType::IndexRange,
    FieldType::IndexExpression,
    FieldType::IndexContext,
    FieldType::IndexType,
    FieldType::UdfModule,
    FieldType::UdfFunction,
    FieldType::UdfArgs,
    FieldType::UdfOp,
    FieldType::Batch,
    FieldType::Filter,
    FieldType::QueryBins,
];

impl Request {
    /// A request on the record of an integer key in set `demo` of namespace `test`.
    pub fn on(key: i64) -> Self {
        Self::default()
            .field(FieldType::Namespace, b"test")
            .field(FieldType::Set, b"demo")
            .digest(key)
    }

    /// A scan of partitions of namespace `test`.
    pub fn scan(partitions: impl IntoIterator<Item = u16>) -> Self {
        let ids: Vec<u8> = partitions.into_iter().flat_map(u16::to_le_bytes).collect();
        let scan = Self::default()
            .field(FieldType::Namespace, b"test")
            .field(FieldType::PartitionIds, &ids);
        scan.info(info1::READ, 0, info3::PARTITION_DONE)
            .ttl(u32::MAX)
    }

    pub fn get(key: i64) -> Self {
        Self::on(key).info(info1::READ | info1::GET_ALL, 0, 0)
    }

    pub fn exists(key: i64) -> Self {
        Self::on(key).info(info1::READ | info1::GET_NO_BINS, 0, 0)
    }

    pub fn put(key: i64, bins: &[(&str, Value)]) -> Self {
        bins.iter().fold(
            Self::on(key).info(0, info2::WRITE, 0),
            |put, (name, value)| put.op(OpCode::Write, name, value),
        )
    }

    pub fn delete(key: i64) -> Self {
        Self::on(key).info(0, info2::WRITE | info2::DELETE, 0)
    }

    /// A write that also reads.
    pub fn operate(key: i64) -> Self {
        Self::on(key).info(info1::READ, info2::WRITE, 0)
    }

    pub fn digest(self, key: i64) -> Self {
        self.field(FieldType::Digest, &digest(key).0)
    }

    /// Adds bits to the header's.
    pub fn info(mut self, info1: u8, info2: u8, info3: u8) -> Self {
        self.header.info1 |= info1;
        self.header.info2 |= info2;
        self.header.info3 |= info3;
        self
    }

    pub fn ttl(mut self, ttl: u32) -> Self {
        self.header.ttl = ttl;
        self
    }

    pub fn generation(mut self, generation: u32) -> Self {
        self.header.generation = generation;
        self
    }

    /// Sets a field.
    pub fn field(mut self, kind: FieldType, data: &[u8]) -> Self {
        self.fields.retain(|field| field.0 != kind as u8);
        self.fields.push((kind as u8, data.to_vec()));
        self
    }

    pub fn set(self, name: &str) -> Self {
        self.field(FieldType::Set, name.as_bytes())
    }

    pub fn key(self, key: &Value) -> Self {
        let mut data = vec![key.particle_type().unwrap() as u8];
        wire::particle::write(&mut data, key);
        self.field(FieldType::Key, &data)
    }

    pub fn op(self, code: OpCode, name: &str, value: &Value) -> Self {
        let mut bytes = Vec::new();
        wire::particle::write(&mut bytes, value);
        self.raw_op(
            code as u8,
            value.particle_type().unwrap() as u8,
            name.as_bytes(),
            &bytes,
        )
    }

    pub fn read(self, name: &str) -> Self {
        self.op(OpCode::Read, name, &Value::Nil)
    }

    pub fn raw_op(mut self, code: u8, particle: u8, name: &[u8], value: &[u8]) -> Self {
        self.ops
            .push((code, particle, name.to_vec(), value.to_vec()));
        self
    }

    pub fn write(&self, writer: &mut MessageWriter<'_>) {
        for (kind, data) in &self.fields {
            let kind = FIELDS
                .into_iter()
                .find(|field| *field as u8 == *kind)
                .unwrap();
            writer.field(kind, data);
        }
        for (code, particle, name, value) in &self.ops {
            writer.op_bytes(&wire::Op {
                code: *code,
                particle: *particle,
                flags: 0,
                name,
                value,
            });
        }
    }

    /// The request as a frame.
    pub fn frame(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let start = begin_frame(&mut out, Kind::Message);
        let mut writer = MessageWriter::begin(&mut out);
        self.write(&mut writer);
        writer.finish(&self.header);
        end_frame(&mut out, start);
        out
    }
}

pub fn digest(key: i64) -> Digest {
    Digest::of(b"demo", &Value::Int(key)).unwrap()
}

pub struct Client {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub fn to(server: &Server) -> Self {
        Self::connect(server.hosts()[0])
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next frame; `None` when the server has closed the connection.
    pub fn frame(&mut self) -> Option<(Kind, Vec<u8>)> {
        loop {
            if let Some(frame) = split_frame(&self.buffer).unwrap() {
                let found = (frame.kind, frame.body.to_vec());
                let rest = frame.rest.to_vec();
                self.buffer = rest;
                return Some(found);
            }
            let mut chunk = vec![0; 64 << 10];
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => self.buffer.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The messages of the next frame.
    pub fn replies(&mut self) -> Vec<Reply> {
        let (kind, body) = self.frame().expect("the connection is open");
        assert_eq!(kind, Kind::Message);
        let owned = |message: Result<wire::Message<'_>, wire::Error>| {
            let message = message.unwrap();
            Reply {
                header: message.header,
                fields: message
                    .fields
                    .iter()
                    .map(|field| (field.kind, field.data.to_vec()))
                    .collect(),
                ops: message
                    .ops
                    .iter()
                    .map(|op| {
                        (
                            op.code,
                            String::from_utf8(op.name.to_vec()).unwrap(),
                            op.decode().unwrap(),
                        )
                    })
                    .collect(),
            }
        };
        messages(&body).map(owned).collect()
    }

    /// Sends a request on one record; its answer.
    pub fn call(&mut self, request: &Request) -> Reply {
        self.send(&request.frame());
        self.reply()
    }

    /// The answer to a request on one record.
    pub fn reply(&mut self) -> Reply {
        let replies = self.replies();
        assert_eq!(replies.len(), 1);
        replies.into_iter().next().unwrap()
    }

    /// Sends a request that is answered by a stream: its messages without the last, and the last. A request
    /// that is refused as a whole is answered by one message that is not marked.
    pub fn stream(&mut self, request: &Request) -> (Vec<Reply>, Reply) {
        self.send(&request.frame());
        let is_batch = request.header.info1 & info1::BATCH != 0;
        let mut found = Vec::new();
        loop {
            for reply in self.replies() {
                if reply.is_last() || (reply.result() != 0 && reply.header.info3 == 0 && !is_batch)
                {
                    return (found, reply);
                }
                found.push(reply);
            }
        }
    }

    /// Sends info commands; their values.
    pub fn infos(&mut self, commands: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        let start = begin_frame(&mut out, Kind::Info);
        for command in commands {
            out.extend_from_slice(command.as_bytes());
            out.push(b'\n');
        }
        end_frame(&mut out, start);
        self.send(&out);
        let (kind, body) = self.frame().expect("the connection is open");
        assert_eq!(kind, Kind::Info);
        let answers: Vec<_> = wire::info::answers(&body).collect();
        assert_eq!(answers.len(), commands.len());
        for (answer, command) in answers.iter().zip(commands) {
            assert_eq!(answer.0, command.as_bytes());
        }
        answers
            .into_iter()
            .map(|(_, value)| String::from_utf8(value.to_vec()).unwrap())
            .collect()
    }

    pub fn info(&mut self, command: &str) -> String {
        self.infos(&[command]).remove(0)
    }

    /// Sends a security request; the results of the answer's entries, with their fields.
    pub fn admin(&mut self, command: u8, fields: &[(u8, &[u8])]) -> Vec<(u8, AdminFields)> {
        let fields: Vec<wire::Field<'_>> = fields
            .iter()
            .map(|(kind, data)| wire::Field { kind: *kind, data })
            .collect();
        let mut out = Vec::new();
        let start = begin_frame(&mut out, Kind::Security);
        wire::admin::write(&mut out, wire::ResultCode::Ok, command, &fields);
        end_frame(&mut out, start);
        self.send(&out);
        let (kind, body) = self.frame().expect("the connection is open");
        assert_eq!(kind, Kind::Security);
        let mut rest = body.as_slice();
        let mut found = Vec::new();
        while let Some((head, mut fields)) = rest.split_at_checked(wire::admin::HEADER_SIZE) {
            assert_eq!(head[2], command);
            let mut entry = Vec::new();
            for _ in 0..head[3] {
                let size = u32::from_be_bytes(fields[..4].try_into().unwrap()) as usize;
                entry.push((fields[4], fields[5..4 + size].to_vec()));
                fields = &fields[4 + size..];
            }
            found.push((head[1], entry));
            rest = fields;
        }
        assert!(rest.is_empty());
        found
    }

    /// Whether the server closes the connection without a further answer.
    pub fn is_closed(&mut self) -> bool {
        self.frame().is_none()
    }
}

/// A server of one node with namespaces `test` and `bar`, and a client.
pub fn start() -> (Server, Client) {
    start_with(Config::default())
}

pub fn start_with(config: Config) -> (Server, Client) {
    let server = Server::start(Config {
        namespaces: vec!["test".to_owned(), "bar".to_owned()],
        ..config
    })
    .unwrap();
    let client = Client::to(&server);
    (server, client)
}

pub fn int(value: i64) -> Value {
    Value::Int(value)
}

pub fn text(value: &str) -> Value {
    Value::string(value)
}

/// Writes bins of a record, which succeeds.
pub fn put(client: &mut Client, key: i64, bins: &[(&str, Value)]) {
    assert_eq!(client.call(&Request::put(key, bins)).result(), 0);
}

/// The bins of a record, which is there.
pub fn bins(client: &mut Client, key: i64) -> Vec<(String, Value)> {
    let reply = client.call(&Request::get(key));
    assert_eq!(reply.result(), 0);
    reply
        .ops
        .into_iter()
        .map(|(_, name, value)| (name, value))
        .collect()
}

/// A frame of a kind.
pub fn frame(kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = begin_frame(&mut out, kind);
    out.extend_from_slice(body);
    end_frame(&mut out, start);
    out
}
