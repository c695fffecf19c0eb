//! What the fuzzer has found worth keeping, once more: every file of `fuzz/corpus` through its target, without the fuzzer.
#![allow(dead_code, unreachable_pub, clippy::pedantic)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../../../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::Path;

/// Runs the files of a target. They are named in the output, so that the last name is that of one that fails.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut files = 0;
    for file in fs::read_dir(folder.join(target)).unwrap() {
        let path = file.unwrap().path();
        println!("{}", path.display());
        run(&fs::read(path).unwrap());
        files += 1;
    }
    assert!(files > 0, "no corpus of {target}");
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name), fuzz::$name::run);
        })*

        #[test]
        fn every_corpus_has_a_target() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
            for entry in fs::read_dir(folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!([$(stringify!($name)),*].contains(&name.as_str()), "{name}");
            }
        }
    };
}

targets!(
    batches,
    blobs,
    collections,
    expressions,
    frames,
    geo,
    server,
    values
);
