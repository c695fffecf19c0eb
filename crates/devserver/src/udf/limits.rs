//! [`Limits`]: what a script may use up before it is stopped.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::{HookTriggers, Lua, VmState};

/// What a client is told about a script that was stopped.
const TIMEOUT: &str = "UDF Execution Timeout";

/// Instructions between two looks at the limits.
const STRIDE: u32 = 10_000;

/// What one call of a function may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions of Lua's virtual machine.
    pub instructions: u64,
    /// Time.
    pub time: Duration,
    /// Bytes in Lua's own memory.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            instructions: 1_000_000_000,
            time: Duration::from_secs(1),
            memory: 64 << 20,
        }
    }
}

/// Watches a Lua state.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    left: Rc<Cell<u64>>,
    end: Rc<Cell<Instant>>,
}

impl Watch {
    pub(super) fn new(lua: &Lua, limits: Limits) -> mlua::Result<Self> {
        lua.set_memory_limit(limits.memory)?;
        let watch = Self {
            limits,
            left: Rc::default(),
            end: Rc::new(Cell::new(Instant::now())),
        };
        watch.restart(lua)?;
        Ok(watch)
    }

    /// Lets the next call begin with everything unused.
    pub(super) fn restart(&self, lua: &Lua) -> mlua::Result<()> {
        self.left.set(self.limits.instructions);
        self.end.set(Instant::now() + self.limits.time);
        let (left, end) = (Rc::clone(&self.left), Rc::clone(&self.end));
        let stride = u64::from(STRIDE).min(self.limits.instructions.max(1));
        let every = |count| HookTriggers::new().every_nth_instruction(count);
        lua.set_global_hook(every(stride as u32), move |lua, _| {
            left.set(left.get().saturating_sub(stride));
            if left.get() > 0 && Instant::now() < end.get() {
                return Ok(VmState::Continue);
            }
            // A script that catches the error is stopped at its next instruction, wherever that is.
            lua.set_global_hook(every(1), |_, _| Err(stopped()))?;
            Err(stopped())
        })
    }
}

fn stopped() -> mlua::Error {
    mlua::Error::RuntimeError(TIMEOUT.to_owned())
}
