//! Rows of an array from the messages of a batch, in whatever order they come.

use aerospike_core::Value;
use wire::{Header, Op, Ops, ParticleType};

use super::{Columns, Seeker};
use crate::convert::record::ttl;
use crate::convert::value::float;
use crate::convert::wire::from_wire;
use crate::error::{Error, Result};
use crate::numpy::Plan;
use crate::numpy::field::{Conduct, Field, Kind};

/// The code of a row that was never answered.
const UNANSWERED: i32 = -15;

impl Columns {
    /// Rows that nobody has answered yet.
    pub(crate) fn blank(plan: Plan, conduct: Conduct, rows: usize) -> Self {
        let mut columns = Self::new(plan, conduct, 0);
        // Zeroed pages of the system, where there are that many.
        columns.data = vec![0; columns.size * rows];
        columns.meta = vec![0; 2 * rows];
        columns.codes = vec![UNANSWERED; rows];
        columns
    }

    /// The answer to a row; of a failed record only the code.
    pub(crate) fn fill(&mut self, row: usize, header: &Header, ops: Ops<'_>) -> Result<()> {
        let start = row * self.size;
        let (Some(code), Some(meta), Some(data)) = (
            self.codes.get_mut(row),
            self.meta.get_mut(2 * row..2 * row + 2),
            self.data.get_mut(start..start + self.size),
        ) else {
            return Err(Error::client("A row that nobody asked for"));
        };
        *code = i32::from(header.result);
        if header.result != 0 {
            return Ok(());
        }
        meta.copy_from_slice(&[header.generation, ttl(header.ttl)]);
        for (position, op) in ops.iter().enumerate() {
            let Some(field) = field(&mut self.fields, position, op.name) else {
                continue;
            };
            if let Some(target) = data.get_mut(field.offset..field.offset + field.size) {
                write(field, target, &op, self.conduct)?;
            }
        }
        Ok(())
    }
}

/// The field of a bin: as a rule the one of the bin that stood in this position the time before.
fn field<'a>(seekers: &'a mut [Seeker], position: usize, name: &[u8]) -> Option<&'a Field> {
    let is_it = |seeker: &Seeker| seeker.field.name.as_bytes() == name;
    let index = seekers
        .iter()
        .position(|seeker| seeker.last == position && is_it(seeker))
        .or_else(|| seekers.iter().position(is_it))?;
    let seeker = seekers.get_mut(index)?;
    seeker.last = position;
    Some(&seeker.field)
}

/// Writes a value into the field's bytes, which are zero.
fn write(field: &Field, target: &mut [u8], op: &Op<'_>, conduct: Conduct) -> Result<()> {
    let value = match (ParticleType::from_u8(op.particle), field.kind) {
        (Some(ParticleType::Str), Kind::Text)
        | (Some(ParticleType::Blob), Kind::Text | Kind::Bytes) => {
            let size = target.len().min(op.value.len());
            if let (Some(target), Some(source)) = (target.get_mut(..size), op.value.get(..size)) {
                target.copy_from_slice(source);
            }
            return Ok(());
        }
        (Some(ParticleType::Int), _) => {
            Value::Int(wire::particle::decode_int(op.value).map_err(unreadable)?)
        }
        (Some(ParticleType::Float), _) if op.value.len() == 8 => {
            let bytes = op.value.first_chunk().copied().unwrap_or_default();
            float(f64::from_be_bytes(bytes))
        }
        _ => from_wire(op.decode().map_err(unreadable)?)?,
    };
    field.write(target, &value, conduct)
}

fn unreadable(error: wire::Error) -> Error {
    Error::client(format!("A reply is not the protocol: {error}"))
}
