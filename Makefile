# The commands a person types; CI types the same. Each sets up what it needs: on a machine with Rust, Python ≥ 3.10, a C compiler and make
# nothing else has to be there.
#
#   PYTHON=python3.12 make test        another interpreter, when .venv is made
#   make test ARGS="-k exception -x"   arguments for pytest, demo, bench, bench-check, stress
#   make test ARGS=-n0                 in one process, for a debugger

PYTHON ?= python3
ARGS ?=
# Of make fuzz: how long each target runs, and which.
SECONDS ?= 60
TARGETS ?= $(notdir $(wildcard fuzz/corpus/*))
VENV := .venv
BIN := $(VENV)/bin
# What has been done, so that it is not done again: tools installed, extension built.
TOOLS := $(VENV)/.tools
BUILT := $(VENV)/.built
RIVALS := $(patsubst requirements/rival-%.txt,.cache/rivals/%/.done,$(wildcard requirements/rival-*.txt))
RUST := Cargo.toml Cargo.lock pyproject.toml $(shell find src crates -name '*.rs' -o -name '*.md' -o -name 'Cargo.toml')

export VIRTUAL_ENV := $(abspath $(VENV))
export PYO3_PYTHON := $(abspath $(BIN)/python)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint audit valgrind miri fmt build bench bench-check fuzz stress docs names lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(BUILT) ## start the embedded server, write and read 100,000 records in every way, show how fast
	$(BIN)/python -m aerospike_py demo $(ARGS)

test: $(BUILT) ## all tests: the crates', then Python's
	cargo test --locked --workspace --exclude aerospike_py
	cargo test --locked --package aerospike-bridge --features pipe
	cargo test --locked --package aerospike-bridge --features loom --test loom
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

lint: $(BUILT) ## formats, lints, types, stubs, and what the crates are under and from
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	$(BIN)/cargo-deny --log-level warn --locked check bans licenses sources
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tools/stubs.py --check
	$(BIN)/python tools/features.py --check
	$(BIN)/mypy
	$(BIN)/stubtest --concise --allowlist tools/stubtest.txt --mypy-config-file pyproject.toml aerospike_py._aerospike

audit: $(TOOLS) .cache/audit/.done ## known weaknesses of what this depends on; asks databases in the network, and fails without them
	$(BIN)/cargo-deny --log-level warn --locked check
	for file in dev docs audit; do \
	    .cache/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements/$$file.txt || exit 1; \
	done

fmt: $(TOOLS) ## format everything, write the stubs
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/python tools/stubs.py
	$(BIN)/python tools/features.py

build: $(BUILT) ## build the extension into .venv

bench: $(BUILT) $(RIVALS) ## the bridge and the embedded server alone, then against other clients
	cargo bench --locked --package aerospike-bridge
	cargo bench --locked --package devserver --bench server
	$(BIN)/python benches/compare.py --json benches/results/compare.json $(ARGS)

bench-check: $(BUILT) ## whether the bridge or a conversion takes more instructions than before; needs valgrind
	$(BIN)/python benches/check.py $(ARGS)

fuzz: ## each fuzz target for SECONDS; needs cargo-fuzz, see fuzz/README.md
	for target in $(TARGETS); do \
	    mkdir -p fuzz/found/$$target && \
	    RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir fuzz $$target fuzz/found/$$target fuzz/corpus/$$target -- \
	        -max_total_time=$(SECONDS) -timeout=10 -max_len=4096 || exit 1; \
	done

miri: ## the tests that miri can run, of the bridge's mailboxes and the wire format; needs rustup component add miri rust-src --toolchain nightly
	MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test --locked --package aerospike-bridge --test mailbox
	MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test --locked --package wire --test frames

valgrind: ## the bridge's tests under memcheck; needs valgrind
	cargo test --locked --package aerospike-bridge --test mailbox --test reactor \
	    --config 'target."cfg(unix)".runner = ["valgrind", "--quiet", "--error-exitcode=1", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]'

# Without pytest's capture of log records, which would be weighed as what the client has left behind.
stress: $(BUILT) ## long and hostile runs: faults, forks, leaks, soak
	$(BIN)/python -m pytest stress --timeout 3600 -p no:logging $(ARGS)

docs: $(BUILT) .cache/docs/.done ## the guides, the reference of the package and of the crates, into site/
	NO_MKDOCS_2_WARNING=1 .cache/docs/bin/mkdocs build --quiet --strict
	$(BIN)/pdoc --docformat google --output-directory site/python aerospike_py aerospike_py.devserver aerospike_py.official
	cargo doc --locked --workspace --no-deps --document-private-items
	rm -rf site/rust && mkdir -p site && cp -R "$${CARGO_TARGET_DIR:-target}/doc" site/rust

names: $(RIVALS) ## take the names of other clients anew, for docs/features.md
	for client in $(basename $(notdir $(wildcard tools/features/*.rules))); do \
	    .cache/rivals/$$client/bin/python -I tools/features/inventory.py $$client > tools/features/$$client.txt || exit 1; \
	done

lock: $(TOOLS) ## pin the Python tools anew, from requirements/*.in
	for in in requirements/*.in; do \
	    $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
	        --no-emit-index-url --no-annotate --no-header "$$in" --output-file "$${in%.in}.txt" || exit 1; \
	done

clean: ## forget everything that can be made again
	cargo clean
	rm -rf fuzz/target fuzz/found fuzz/artifacts
	rm -rf $(VENV) .cache site dist .mypy_cache .ruff_cache .pytest_cache python/aerospike_py/_aerospike*.so
	find python tests tools -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "aerospike-py needs Python 3.10 or newer, and $(PYTHON) is not: try PYTHON=python3.12 make …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(TOOLS): requirements/dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# Optimised as it is shipped, so that tests and the demo run what users run.
$(BUILT): $(RUST) $(TOOLS)
	$(BIN)/maturin develop --quiet --release --locked
	@touch $@

.cache/docs/.done .cache/audit/.done: .cache/%/.done: requirements/%.txt
	@mkdir -p $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# A venv for each client benches/compare.py compares with; one that cannot be installed here is left out, and says so.
.cache/rivals/%/.done: requirements/rival-%.txt
	@mkdir -p $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --require-hashes --requirement $< || echo "$* cannot be installed here: left out" >&2
	@touch $@
