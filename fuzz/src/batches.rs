//! Field 41, the rows of a batch.

use wire::batch::{Batch, BatchWriter};
use wire::{FieldType, Header};

/// Reads the rows, and writes and reads those again that could be read.
pub fn run(data: &[u8]) {
    let Ok(batch) = Batch::parse(data) else {
        return;
    };
    let rows: Vec<_> = batch.rows().map_while(Result::ok).collect();
    let mut writer = BatchWriter::new(batch.flags);
    for row in &rows {
        let header = Header {
            timeout: 0,
            ..row.message.header
        };
        writer.define(row.index, &row.digest, &header, |message| {
            message.field(FieldType::Namespace, b"test");
            for op in row.message.ops.iter() {
                message.op_bytes(&op);
            }
        });
    }
    let written = writer.finish();
    let again = Batch::parse(&written).expect("a batch that was written");
    assert_eq!(again.count as usize, rows.len());
    for (a, b) in again.rows().zip(&rows) {
        let a = a.expect("a row that was written");
        assert_eq!((a.index, a.digest), (b.index, b.digest));
        assert_eq!(a.message.header, b.message.header);
        assert_eq!(a.message.ops.len(), b.message.ops.len());
    }
}
