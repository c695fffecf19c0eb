//! Collection operations of recorded conversations with a real server: each gives the answer that was recorded.
//!
//! Records are followed from their writes through every operation, in single requests and in batches; an exchange this cannot follow
//! (expressions, scripts) puts its record out of sight. The recordings lie beside the repository; without them this test says so and passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cdt_support::{same, shared};
use devserver::cdt::{self, NoExpressions};
use serde_json::Value as Json;
use wire::batch::Batch;
use wire::message::{info1, info2, info3};
use wire::{FieldType, Message, Op, OpCode, ResultCode, Value, particle, proto};

type Bins = HashMap<Vec<u8>, Value>;

/// The records by digest. Each begins without bins; `None` is one that was lost sight of.
#[derive(Default)]
struct Records(HashMap<Vec<u8>, Option<Bins>>);

/// What was checked.
#[derive(Default)]
struct Tally {
    operations: usize,
    errors: usize,
}

#[test]
fn recorded_operations() {
    let Some(folder) = shared("recordings") else {
        return;
    };
    let mut total = Tally::default();
    for name in [
        "c_test_cdt_compators",
        "c_test_map_operation_helpers",
        "c_test_map_write_flags",
        "c_test_new_list_operations",
        "c_test_operate",
        "c_test_operate_ordered",
        "n_batch_test",
        "n_cdt_ordering_test",
        "n_map_exp_test",
        "n_operate_list_test",
        "n_special_value_test",
    ] {
        let tally = replay(&folder.join(name).with_extension("jsonl.gz"));
        assert!(tally.operations > 0, "{name}");
        total.operations += tally.operations;
        total.errors += tally.errors;
    }
    assert_eq!((total.operations, total.errors), (551, 12));
}

fn replay(path: &Path) -> Tally {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    let mut exchanges: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    exchanges.sort_by_key(|exchange| exchange["n"].as_u64());
    let mut records = Records::default();
    let mut tally = Tally::default();
    for exchange in &exchanges {
        let bytes = |field: &str| BASE64.decode(exchange[field].as_str().unwrap()).unwrap();
        let (request, reply) = (bytes("q"), bytes("r"));
        let requests = messages(&request);
        let replies = messages(&reply);
        let label = format!("{} {}", path.display(), exchange["n"]);
        for (digest, request, reply) in conversation(&requests, &replies) {
            records.follow(digest, &request, &reply, &mut tally, &label);
        }
    }
    tally
}

/// The messages in the frames of some bytes.
fn messages(mut bytes: &[u8]) -> Vec<Message<'_>> {
    let mut messages = Vec::new();
    while let Ok(Some(frame)) = proto::split_frame(bytes) {
        if frame.kind == proto::Kind::Message {
            messages.extend(wire::message::messages(frame.body).map(Result::unwrap));
        }
        bytes = frame.rest;
    }
    messages
}

/// For each record that was asked for by its digest: the request and its answer.
fn conversation<'a>(
    requests: &[Message<'a>],
    replies: &[Message<'a>],
) -> Vec<(Vec<u8>, Message<'a>, Message<'a>)> {
    let Some(request) = requests.first() else {
        return Vec::new();
    };
    if let Some(batch) = request.fields.get(FieldType::Batch) {
        let rows = Batch::parse(batch).unwrap().rows().map(Result::unwrap);
        return rows
            .filter_map(|row| {
                let answers = |reply: &&Message<'_>| {
                    reply.header.timeout == row.index && reply.header.info3 & info3::LAST == 0
                };
                let reply = replies.iter().find(answers)?;
                Some((row.digest.0.to_vec(), row.message, *reply))
            })
            .collect();
    }
    match (request.fields.get(FieldType::Digest), replies.first()) {
        (Some(digest), Some(reply)) => vec![(digest.to_vec(), *request, *reply)],
        _ => Vec::new(),
    }
}

impl Records {
    fn follow(
        &mut self,
        digest: Vec<u8>,
        request: &Message<'_>,
        reply: &Message<'_>,
        tally: &mut Tally,
        label: &str,
    ) {
        let header = &request.header;
        let record = self.0.entry(digest).or_insert_with(|| Some(Bins::new()));
        if header.info2 & info2::DELETE != 0 {
            *record = Some(Bins::new());
            return;
        }
        let replaces = info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY;
        let before = if header.info3 & replaces != 0 {
            Some(Bins::new())
        } else {
            record.clone()
        };
        let collections = request.ops.iter().filter(is_collection).count();
        let Some(mut bins) = before else {
            assert_eq!(collections, 0, "{label}: nothing is known of the record");
            return;
        };
        let writes = header.info2 & info2::WRITE != 0;
        let ok = reply.header.result_code() == Some(ResultCode::Ok);
        match run(request, &mut bins) {
            None if writes => *record = None,
            None => assert_eq!(collections, 0, "{label}"),
            Some(Err(code)) if collections > 0 => {
                assert_eq!(reply.header.result_code(), Some(code), "{label}");
                tally.operations += collections;
                tally.errors += 1;
            }
            Some(Ok(answers)) if ok => {
                if collections > 0 {
                    check(reply, &answers, label);
                    tally.operations += collections;
                }
                if writes {
                    *record = Some(bins);
                }
            }
            // Plain reads and writes may fail for reasons of their own.
            Some(_) => assert_eq!(collections, 0, "{label}: {:?}", reply.header.result_code()),
        }
    }
}

fn is_collection(op: &Op<'_>) -> bool {
    matches!(op.kind(), Some(OpCode::CdtRead | OpCode::CdtModify))
}

type Answers = Vec<(Vec<u8>, Value)>;

/// Runs the operations of a request; `None` if it has some that cannot be followed.
fn run(request: &Message<'_>, bins: &mut Bins) -> Option<Result<Answers, ResultCode>> {
    if request.header.info1 & info1::GET_ALL != 0 || request.fields.get(FieldType::Filter).is_some()
    {
        return None;
    }
    let respond_all = request.header.info2 & info2::RESPOND_ALL_OPS != 0;
    let mut answers = Answers::new();
    for op in request.ops.iter() {
        let bin = bins.get(op.name);
        let answer = match op.kind()? {
            OpCode::Read => bin.cloned(),
            OpCode::Write => {
                match op.decode() {
                    Ok(Value::Nil) => _ = bins.remove(op.name),
                    Ok(value) => _ = bins.insert(op.name.to_vec(), value),
                    Err(error) => return Some(Err(error.result_code())),
                }
                None
            }
            OpCode::Append => {
                let mut text = bin.and_then(Value::as_bytes).unwrap_or_default().to_vec();
                text.extend_from_slice(op.value);
                bins.insert(op.name.to_vec(), particle::decode(op.particle, &text).ok()?);
                None
            }
            OpCode::CdtRead => match cdt::read(bin, op.value, &NoExpressions) {
                Ok(answer) => answer,
                Err(code) => return Some(Err(code)),
            },
            OpCode::CdtModify => match cdt::modify(bin.cloned(), op.value, &NoExpressions) {
                Ok(done) => {
                    if let Some(bin) = done.bin {
                        bins.insert(op.name.to_vec(), bin);
                    }
                    done.reply
                }
                Err(code) => return Some(Err(code)),
            },
            _ => return None,
        };
        match answer {
            Some(answer) => answers.push((op.name.to_vec(), answer)),
            None if respond_all => answers.push((op.name.to_vec(), Value::Nil)),
            None => {}
        }
    }
    Some(Ok(answers))
}

fn check(reply: &Message<'_>, answers: &Answers, label: &str) {
    let recorded: Answers = reply
        .ops
        .iter()
        .map(|op| {
            (
                op.name.to_vec(),
                particle::decode(op.particle, op.value).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        recorded.len(),
        answers.len(),
        "{label}: {recorded:?} against {answers:?}"
    );
    for ((name, wanted), (other, got)) in recorded.iter().zip(answers) {
        assert_eq!(name, other, "{label}");
        assert!(same(wanted, got), "{label}: {wanted:?} against {got:?}");
    }
}
