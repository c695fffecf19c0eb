//! Modules of functions that the client runs as well: read from a folder or from the cluster, and kept until the cluster has others.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use aerospike_core::Client;
use aerospike_core::policy::AdminPolicy;
use parking_lot::Mutex;

use crate::error::Result;
use crate::ops::udf;

/// A module's text.
pub(crate) type Source = Arc<Vec<u8>>;
/// Modules by the names of their files.
pub(crate) type Sources = HashMap<String, Source>;

/// What the cluster was asked for, each with the hash by which it tells versions apart.
#[derive(Default)]
pub(crate) struct Modules(Mutex<HashMap<String, (String, Source)>>);

impl Modules {
    /// A module of the cluster and those it may require. What was fetched before and is still the same is not fetched again.
    pub(crate) async fn fetch(&self, client: &Client, file: &str) -> Result<Sources> {
        // Within the core's own time-out.
        let policy = AdminPolicy::default();
        let node = client.random_node()?;
        let hashes: HashMap<String, String> = udf::list(&node, &policy).await?.collect();
        let needed = Needed::new(file, hashes.keys().cloned());
        let mut needed = needed.ok_or_else(|| udf::no_module(file))?;
        while let Some(file) = needed.next() {
            let hash = hashes.get(&file).cloned().unwrap_or_default();
            let kept = self.0.lock().get(&file).cloned();
            let source = match kept {
                Some((of, source)) if of == hash => source,
                _ => {
                    let source = Arc::new(udf::get(&node, &policy, &file).await?.into_bytes());
                    let entry = (hash, Arc::clone(&source));
                    self.0.lock().insert(file.clone(), entry);
                    source
                }
            };
            needed.found(file, source);
        }
        Ok(needed.sources)
    }
}

/// A module of a folder and those it may require; None if the folder does not have it.
pub(crate) fn read(folder: &Path, file: &str) -> Option<Sources> {
    let names = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.ends_with(udf::SUFFIX).then_some(name)
    });
    let mut needed = Needed::new(file, names)?;
    while let Some(file) = needed.next() {
        let source = fs::read(folder.join(&file)).ok()?;
        needed.found(file, Arc::new(source));
    }
    Some(needed.sources)
}

/// A module and all that it may require: those whose names its text mentions, and so on.
struct Needed {
    others: Vec<String>,
    wanted: Vec<String>,
    sources: Sources,
}

impl Needed {
    /// None if the first is not among all there are.
    fn new(file: &str, all: impl Iterator<Item = String>) -> Option<Self> {
        let mut others: Vec<_> = all.collect();
        let at = others.iter().position(|name| name == file)?;
        Some(Self {
            wanted: vec![others.swap_remove(at)],
            others,
            sources: Sources::new(),
        })
    }

    /// The next to be read.
    fn next(&mut self) -> Option<String> {
        self.wanted.pop()
    }

    fn found(&mut self, file: String, source: Source) {
        let text = String::from_utf8_lossy(&source);
        let mentioned = |name: &mut String| text.contains(name.trim_end_matches(udf::SUFFIX));
        let more = self.others.extract_if(.., mentioned);
        self.wanted.extend(more);
        self.sources.insert(file, source);
    }
}
