//! Recorded expressions: a real server took those that build here, and refused the others with the same code.

use devserver::expr::{Expr, Read, Write};
use wire::message::messages;
use wire::proto::{Kind, split_frame};
use wire::{FieldType, OpCode};

use crate::recorded;

const RECORDINGS: [&str; 13] = [
    "c_test_apply",
    "c_test_batch_remove",
    "c_test_batch_write",
    "c_test_expressions_base",
    "c_test_expressions_bitwise_operators",
    "c_test_expressions_list",
    "c_test_query_expressions",
    "c_test_scan",
    "n_batch_test",
    "n_expiration_test",
    "n_hll_exp_test",
    "n_list_exp_inverted_get_test",
    "n_map_exp_test",
];

#[test]
fn what_a_server_took_and_what_it_refused() {
    let mut taken = 0;
    let mut refused = 0;
    for name in RECORDINGS {
        let Some(exchanges) = recorded::exchanges(name) else {
            return;
        };
        for exchange in exchanges {
            let Ok(Some(frame)) = split_frame(&exchange.request) else {
                continue;
            };
            let Ok(Some(reply)) = split_frame(&exchange.reply) else {
                continue;
            };
            if frame.kind != Kind::Message || reply.kind != Kind::Message {
                continue;
            }
            let request = wire::Message::parse(frame.body).unwrap();
            let result = messages(reply.body).next().unwrap().unwrap().header.result;
            let filter = request
                .fields
                .get(FieldType::Filter)
                .map(|filter| Expr::build_filter(filter).map(drop));
            let ops = request.ops.iter().filter_map(|op| match op.kind()? {
                OpCode::ExpRead => Some(Read::build(op.value).map(drop)),
                OpCode::ExpModify => Some(Write::build(op.value).map(drop)),
                _ => None,
            });
            for built in filter.into_iter().chain(ops) {
                match built {
                    Ok(()) => taken += 1,
                    Err(code) => {
                        refused += 1;
                        assert_eq!(result, code as u8, "{name} {}", exchange.number);
                    }
                }
                assert_eq!(
                    built.is_err(),
                    result == 4,
                    "{name} {}: {result}",
                    exchange.number
                );
            }
        }
    }
    assert_eq!((taken, refused), (281, 16));
}
