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
            memory: 256 << 20,
        }
    }
}

/// Watches a Lua state.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    budget: Rc<Budget>,
}

/// What is left for the call that runs.
#[derive(Debug)]
struct Budget {
    instructions: Cell<u64>,
    end: Cell<Instant>,
    /// The script was stopped, and nothing is let run any more.
    stopped: Cell<bool>,
}

impl Watch {
    pub(super) fn new(lua: &Lua, limits: Limits) -> mlua::Result<Self> {
        lua.set_memory_limit(limits.memory)?;
        let watch = Self {
            limits,
            budget: Rc::new(Budget {
                instructions: Cell::new(0),
                end: Cell::new(Instant::now()),
                stopped: Cell::new(true),
            }),
        };
        watch.restart(lua)?;
        Ok(watch)
    }

    /// Lets what comes next begin with everything unused.
    pub(super) fn restart(&self, lua: &Lua) -> mlua::Result<()> {
        self.budget.instructions.set(self.limits.instructions);
        self.budget.end.set(Instant::now() + self.limits.time);
        if !self.budget.stopped.replace(false) {
            return Ok(());
        }
        let budget = Rc::clone(&self.budget);
        let stride = u64::from(STRIDE).min(self.limits.instructions.max(1));
        let every = |count| HookTriggers::new().every_nth_instruction(count);
        lua.set_global_hook(every(stride as u32), move |lua, _| {
            if budget.spend(stride) {
                return Ok(VmState::Continue);
            }
            // A script that catches the error is stopped again at its next instruction, wherever that is.
            budget.stopped.set(true);
            lua.set_global_hook(every(1), |_, _| Err(stopped()))?;
            Err(stopped())
        })
    }
}

impl Budget {
    fn spend(&self, instructions: u64) -> bool {
        let left = self.instructions.get().saturating_sub(instructions);
        self.instructions.set(left);
        left > 0 && Instant::now() < self.end.get()
    }
}

fn stopped() -> mlua::Error {
    mlua::Error::RuntimeError(TIMEOUT.to_owned())
}
