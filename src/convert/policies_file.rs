//! The client-wide policies, fixed or from a file that may change.
//!
//! The file is looked at by the calls themselves, on their threads, when the interval has passed: so nothing runs beside them that a fork
//! or the end of the interpreter would have to know of, and the I/O thread never waits for a disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::{ArcSwap, Guard};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::policy::{Kinds, Policies};
use super::settings::Settings;
use crate::error::{Error, Result};

const MODULE: &str = "aerospike_py._policies_file";

/// How often the file is looked at, if the configuration does not say.
const INTERVAL: u64 = 1000;

/// By what a change of a file is known; None if there is no such file.
type Stamp = Option<(SystemTime, u64)>;

/// Where the policies come from.
#[derive(Debug)]
struct File {
    path: PathBuf,
    interval: Duration,
    /// What `config["policies"]` says: the file's word goes over it.
    base: Kinds,
    began: Instant,
    /// When it was last looked at: milliseconds since it began.
    looked: AtomicU64,
    seen: ArcSwap<Stamp>,
}

/// The client-wide policies at this moment.
#[derive(Debug)]
pub(crate) struct Live {
    policies: ArcSwap<Policies>,
    file: Option<File>,
}

impl Live {
    /// Reads the configuration's `policies` and `config_provider`.
    pub(super) fn parse(fields: &Settings<'_, '_>) -> Result<Self> {
        let base = match fields.get("policies")? {
            Some(policies) => Kinds::parse(&policies)?,
            None => Kinds::default(),
        };
        let Some(provider) = fields.get("config_provider")? else {
            return Ok(Self {
                policies: ArcSwap::from_pointee(base.policies()),
                file: None,
            });
        };
        let (path, interval) = parse_provider(fields, &provider)?;
        let file = File {
            seen: ArcSwap::from_pointee(stamp(&path)),
            path,
            interval,
            base,
            began: Instant::now(),
            looked: AtomicU64::new(0),
        };
        Ok(Self {
            policies: ArcSwap::from_pointee(file.read(provider.py())?),
            file: Some(file),
        })
    }

    pub(crate) fn load(&self) -> Guard<Arc<Policies>> {
        self.policies.load()
    }

    /// Looks whether the file has changed, if it is time to. A file that cannot be used is warned of once, and changes nothing.
    pub(crate) fn refresh(&self, py: Python<'_>) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if !file.is_due() {
            return Ok(());
        }
        let now = stamp(&file.path);
        if **file.seen.load() == now {
            return Ok(());
        }
        file.seen.store(Arc::new(now));
        match file.read(py) {
            Ok(policies) => self.policies.store(Arc::new(policies)),
            Err(error) => {
                let error = PyErr::from(error);
                py.import(MODULE)?
                    .call_method1("warn", (&file.path, error.value(py)))?;
            }
        }
        Ok(())
    }
}

impl File {
    /// Whether this caller is the one to look.
    fn is_due(&self) -> bool {
        let now = self.began.elapsed();
        let looked = self.looked.load(Ordering::Relaxed);
        if now < Duration::from_millis(looked) + self.interval {
            return false;
        }
        let now = now.as_millis() as u64;
        // Relaxed: it only chooses one of those who come at the same moment.
        self.looked
            .compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    fn read(&self, py: Python<'_>) -> Result<Policies> {
        let path = py.import("pathlib")?.call_method1("Path", (&self.path,))?;
        let said = py.import(MODULE)?.call_method1("read", (path,))?;
        let said = Kinds::parse(&said)
            .map_err(|error| error.within(format!("config_provider '{}'", self.path.display())))?;
        Ok(self.base.overlaid(&said).policies())
    }
}

fn stamp(path: &PathBuf) -> Stamp {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// A path, or a dict of a path and an interval.
fn parse_provider(
    fields: &Settings<'_, '_>,
    provider: &Bound<'_, PyAny>,
) -> Result<(PathBuf, Duration)> {
    const NAMES: &[&str] = &["path", "interval"];
    let bad = |value| fields.bad("config_provider", value, "a path, or a dict with a 'path'");
    let Ok(dict) = provider.cast::<PyDict>() else {
        let path = provider.extract().map_err(|_| bad(provider))?;
        return Ok((path, Duration::from_millis(INTERVAL)));
    };
    let own = Settings::new(dict, "config_provider.");
    own.check_names(NAMES, &[])?;
    let path = own
        .get("path")?
        .ok_or_else(|| own.refused("path", "it is missing"))?;
    let path: PathBuf = if path.is_instance_of::<PyString>() || path.hasattr("__fspath__")? {
        path.extract().map_err(Error::from)?
    } else {
        return Err(own.bad("path", &path, "a path"));
    };
    let interval = own.number("interval")?.unwrap_or(INTERVAL);
    Ok((path, Duration::from_millis(interval)))
}
