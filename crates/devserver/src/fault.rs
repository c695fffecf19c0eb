//! Faults on demand: what a test needs and no real server gives.
//!
//! A [`Rule`] says which requests it is about and what becomes of them. Rules are looked at in one place, before a frame is answered
//! (`connection`); while there are none this costs one load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use wire::message::{info1, info2};
use wire::proto::{Frame, Kind};
use wire::{FieldType, Message};

use crate::request::calls_udf;

/// The longest delay.
const MAX_DELAY: u64 = 3_600_000;

/// What a frame asks for, as rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A read of one record.
    Read,
    /// A write of one record.
    Write,
    /// The removal of one record.
    Delete,
    /// A function on one record.
    Udf,
    /// A batch. What its rows are about is not looked at.
    Batch,
    /// A scan, a query, or background work.
    Query,
    /// Info commands.
    Info,
    /// Logins, users and roles.
    Admin,
}

impl Operation {
    const NAMES: [(&'static str, Self); 8] = [
        ("read", Self::Read),
        ("write", Self::Write),
        ("delete", Self::Delete),
        ("udf", Self::Udf),
        ("batch", Self::Batch),
        ("query", Self::Query),
        ("info", Self::Info),
        ("admin", Self::Admin),
    ];

    fn of(message: &Message<'_>) -> Self {
        let Message { header, fields, .. } = message;
        if header.info1 & info1::BATCH != 0 {
            Self::Batch
        } else if fields.get(FieldType::Digest).is_none() && fields.get(FieldType::Key).is_none() {
            Self::Query
        } else if calls_udf(message) {
            Self::Udf
        } else if header.info2 & info2::DELETE != 0 {
            Self::Delete
        } else if header.info2 & info2::WRITE != 0 {
            Self::Write
        } else {
            Self::Read
        }
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The connection closes before anything is done.
    DropBefore,
    /// It is done, but the connection closes instead of an answer.
    DropAfter,
    /// It is not done; this result code answers it.
    Code(u8),
    /// It is done; so many bytes of the answer are sent, then the connection closes.
    Truncate(usize),
    /// It is done; a byte in sixteen of the answer's body is another one, and one in any case.
    Corrupt,
    /// Nothing more on the connection is answered or done; it stays open until the client closes it.
    Silence,
}

/// Which requests, and what becomes of them. What is not said holds for all; but info commands and logins, by which clients keep to the
/// cluster, are met by rules alone that name them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// What they ask for.
    pub operation: Option<Operation>,
    /// Their namespace.
    pub namespace: Option<String>,
    /// Their set.
    pub set: Option<String>,
    /// The node they are sent to, from 0.
    pub node: Option<usize>,
    /// How many of them in a hundred, by chance.
    pub percent: Option<f64>,
    /// What chance and corruption begin with: the same seed, the same faults.
    pub seed: u64,
    /// How many are spared first.
    pub after: u64,
    /// How many are hit at most.
    pub times: Option<u64>,
    /// How long they wait.
    pub delay: Duration,
    /// What becomes of them then; nothing else if there is none.
    pub effect: Option<Effect>,
}

impl Rule {
    /// Reads a rule from names and values: `op namespace set node percent seed after times`, and what is to happen: `delay` (ms), and at
    /// most one of `drop` (`before` or `after`), `code`, `truncate` (bytes), `corrupt` and `silence` (`true`).
    ///
    /// # Errors
    /// A text that names what is wrong.
    pub fn parse<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, String> {
        let mut rule = Self::default();
        let mut effects = Vec::new();
        for (name, value) in parameters {
            match name {
                "op" => {
                    let known = Operation::NAMES.iter().find(|(name, _)| *name == value);
                    rule.operation = Some(known.ok_or_else(|| wrong(name, value))?.1);
                }
                "namespace" => rule.namespace = Some(value.to_owned()),
                "set" => rule.set = Some(value.to_owned()),
                "node" => rule.node = Some(number(name, value)?),
                "percent" => {
                    let percent = value
                        .parse()
                        .ok()
                        .filter(|part| (0.0..=100.0).contains(part));
                    rule.percent = Some(percent.ok_or_else(|| wrong(name, value))?);
                }
                "seed" => rule.seed = number(name, value)?,
                "after" => rule.after = number(name, value)?,
                "times" => rule.times = Some(number(name, value)?),
                "delay" => {
                    let delay = Some(number(name, value)?).filter(|delay| *delay <= MAX_DELAY);
                    rule.delay = Duration::from_millis(delay.ok_or_else(|| wrong(name, value))?);
                }
                "drop" if value == "before" => effects.push(Effect::DropBefore),
                "drop" if value == "after" => effects.push(Effect::DropAfter),
                "code" => effects.push(Effect::Code(number(name, value)?)),
                "truncate" => effects.push(Effect::Truncate(number(name, value)?)),
                "corrupt" if value == "true" => effects.push(Effect::Corrupt),
                "silence" if value == "true" => effects.push(Effect::Silence),
                _ => return Err(wrong(name, value)),
            }
        }
        match effects.as_slice() {
            [] if rule.delay.is_zero() => Err("nothing is to happen".to_owned()),
            [] => Ok(rule),
            [effect] => {
                rule.effect = Some(*effect);
                Ok(rule)
            }
            _ => Err("only one of drop, code, truncate, corrupt and silence can happen".to_owned()),
        }
    }

    fn is_about(&self, subject: &Subject<'_>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&[u8]>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| found == Some(wanted.as_bytes()))
        };
        let is_wanted = match self.operation {
            Some(wanted) => subject.operation == Some(wanted),
            None => !matches!(subject.operation, Some(Operation::Info | Operation::Admin)),
        };
        is_wanted
            && self.node.is_none_or(|node| node == subject.node)
            && is(&self.namespace, subject.namespace)
            && is(&self.set, subject.set)
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| wrong(name, value))
}

fn wrong(name: &str, value: &str) -> String {
    format!("bad '{name}': {value:?}")
}

/// Whether a frame is about faults themselves, as the info commands that end them.
pub(crate) fn is_about_faults(frame: &Frame<'_>) -> bool {
    frame.kind == Kind::Info && frame.body.starts_with(b"devserver-")
}

/// What a request is about.
#[derive(Debug, Default)]
pub(crate) struct Subject<'a> {
    node: usize,
    operation: Option<Operation>,
    namespace: Option<&'a [u8]>,
    set: Option<&'a [u8]>,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(node: usize, frame: &Frame<'a>) -> Self {
        let plain = |operation| Self {
            node,
            operation,
            ..Self::default()
        };
        match frame.kind {
            Kind::Info => plain(Some(Operation::Info)),
            Kind::Security => plain(Some(Operation::Admin)),
            // What is compressed is not opened for this.
            Kind::Compressed => plain(None),
            Kind::Message => match Message::parse(frame.body) {
                Ok(message) => Self {
                    node,
                    operation: Some(Operation::of(&message)),
                    namespace: message.fields.get(FieldType::Namespace),
                    set: message.fields.get(FieldType::Set),
                },
                Err(_) => plain(None),
            },
        }
    }
}

/// A rule that holds, and what it has done.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) id: u64,
    rule: Rule,
    met: AtomicU64,
    hits: AtomicU64,
    chance: Mutex<fastrand::Rng>,
}

impl Active {
    /// How many requests it has hit.
    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Whether it can hit no more.
    fn is_used_up(&self) -> bool {
        self.rule.times.is_some_and(|times| self.hits() >= times)
    }

    /// Whether it hits a request; counts that.
    fn hit(&self, subject: &Subject<'_>) -> bool {
        if !self.rule.is_about(subject)
            || self.met.fetch_add(1, Ordering::Relaxed) < self.rule.after
        {
            return false;
        }
        if let Some(percent) = self.rule.percent
            && self.chance.lock().f64() * 100.0 >= percent
        {
            return false;
        }
        let left = |hits: u64| {
            let more = self.rule.times.is_none_or(|times| hits < times);
            more.then_some(hits + 1)
        };
        self.hits
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .is_ok()
    }

    /// Changes bytes of an answer, behind its header: that stays, so that clients read as much as they should.
    pub(crate) fn corrupt(&self, answer: &mut [u8]) {
        let body = answer
            .get_mut(wire::proto::HEADER_SIZE..)
            .unwrap_or_default();
        let mut chance = self.chance.lock();
        // One byte in any case.
        let always = chance.usize(..body.len().max(1));
        for (at, byte) in body.iter_mut().enumerate() {
            if at == always || chance.u8(..16) == 0 {
                *byte ^= chance.u8(1..);
            }
        }
    }
}

/// The rules of a server, and its nodes that are frozen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Whether there is a frozen node, or a rule that can still hit. Read before each frame; whoever misses a change by a moment came a moment earlier.
    armed: AtomicBool,
    state: Mutex<State>,
    thawed: Notify,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    rules: Vec<Arc<Active>>,
    frozen: Vec<usize>,
}

impl Faults {
    pub(crate) fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    /// A rule holds from now on, after those before it.
    pub(crate) fn inject(&self, rule: Rule) -> Arc<Active> {
        let mut state = self.state.lock();
        state.last += 1;
        let active = Arc::new(Active {
            id: state.last,
            met: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            chance: Mutex::new(fastrand::Rng::with_seed(rule.seed)),
            rule,
        });
        state.rules.push(Arc::clone(&active));
        self.arm(&state);
        active
    }

    /// The rule with an id, if it still holds.
    pub(crate) fn rule(&self, id: u64) -> Option<Arc<Active>> {
        let state = self.state.lock();
        state.rules.iter().find(|rule| rule.id == id).cloned()
    }

    /// A rule holds no more. Says whether it did.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.state.lock();
        let before = state.rules.len();
        state.rules.retain(|rule| rule.id != id);
        self.arm(&state);
        state.rules.len() < before
    }

    /// No rule holds any more.
    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.rules.clear();
        self.arm(&state);
    }

    /// A node keeps its connections and answers nothing.
    pub(crate) fn freeze(&self, node: usize) {
        let mut state = self.state.lock();
        if !state.frozen.contains(&node) {
            state.frozen.push(node);
        }
        self.arm(&state);
    }

    /// A node goes on, with what was sent to it meanwhile.
    pub(crate) fn thaw(&self, node: usize) {
        let mut state = self.state.lock();
        state.frozen.retain(|frozen| *frozen != node);
        self.arm(&state);
        self.thawed.notify_waiters();
    }

    fn arm(&self, state: &State) {
        let can_hit = state.rules.iter().any(|rule| !rule.is_used_up());
        let armed = can_hit || !state.frozen.is_empty();
        self.armed.store(armed, Ordering::Relaxed);
    }

    /// Waits while a node is frozen.
    pub(crate) async fn wait_thawed(&self, node: usize) {
        loop {
            // Register, then look again.
            let mut thawed = std::pin::pin!(self.thawed.notified());
            thawed.as_mut().enable();
            if !self.state.lock().frozen.contains(&node) {
                return;
            }
            thawed.await;
        }
    }

    /// What the rules make of a request.
    pub(crate) fn meet(&self, subject: &Subject<'_>) -> Meeting {
        let state = self.state.lock();
        let mut meeting = Meeting::default();
        for active in &state.rules {
            if !active.hit(subject) {
                continue;
            }
            if active.is_used_up() {
                self.arm(&state);
            }
            meeting.delay += active.rule.delay;
            if let Some(effect) = active.rule.effect {
                meeting.effect = Some((effect, Arc::clone(active)));
                break;
            }
        }
        meeting
    }
}

/// What becomes of a request that met the rules in their order: delays add up until one of them says more.
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    pub(crate) delay: Duration,
    /// What becomes of it then, and whose effect that is.
    pub(crate) effect: Option<(Effect, Arc<Active>)>,
}
