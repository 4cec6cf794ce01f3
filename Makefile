# Every command sets up what it needs (scripts/setup.sh) and may be run at any time.
.DEFAULT_GOAL := help
.PHONY: help run test harness types screens test-peers test-long bench eval lint fmt clean setup

# Programs find ONNX Runtime, PDFium and the embedding model here, wherever cargo puts the programs.
export ATTACHE_RUNTIME ?= $(CURDIR)/runtime

CARGO ?= cargo
# One build for everything that is measured, tested or used, the window included: with fewer packages cargo would choose
# other features for what they share, and build all of it again. A plain `cargo build` or `cargo test` leaves the window
# out (`default-members`), for machines without its libraries.
RELEASE := $(CARGO) build --release --workspace --bins
LINT := $(CARGO) clippy --workspace --all-targets -- -D warnings
# cargo nextest runs tests side by side; without it cargo's own runner does the same work.
ifneq ($(shell $(CARGO) nextest --version 2>/dev/null),)
RUN_TESTS := $(CARGO) nextest run --workspace --no-fail-fast
RUN_PEER_TESTS := $(CARGO) nextest run --workspace --no-fail-fast --run-ignored only -E '$(or $(PEERS),binary(peers))'
else
RUN_TESTS := $(CARGO) test --workspace --no-fail-fast --lib --bins --tests
RUN_PEER_TESTS := $(CARGO) test --workspace --no-fail-fast --test peers -- --ignored
endif
GUARD := scripts/home-guard.sh

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

run: setup ## Build Attaché and open its window on a copy of the demo documents
	scripts/page.sh
	$(RELEASE)
	scripts/run.sh

test: setup ## Everything that has to be true at each change
	$(CARGO) fmt --all --check
	scripts/lint-scripts.sh
	$(GUARD) --self-test
	scripts/page.sh --check
	$(LINT)
	$(CARGO) build --workspace --bins --tests
	$(GUARD) $(CARGO) test --workspace --doc --quiet
	$(GUARD) $(RUN_TESTS)
	$(GUARD) scripts/page-tests.sh
	$(GUARD) scripts/window-tests.sh

# CASES is a folder of cases, by default the recorded attacks of AgentDojo; HARNESS='--sequences 1000000' plays more.
harness: setup ## Play recorded attacks against the governed path: CASES=DIR for a folder of your own
	$(CARGO) build --release --workspace --bin harness
	$(GUARD) $${CARGO_TARGET_DIR:-target}/release/harness $(if $(CASES),$(CASES),tests/fixtures/agentdojo) $(HARNESS)

types: setup ## Write the page's types and the form of manifests (docs/connector.schema.json) from the Rust types
	scripts/page.sh
	ATTACHE_WRITE_TYPES=yes $(CARGO) test --workspace --test typescript --test manifests

screens: ## Take the pictures of docs/screens again, from the real window
	scripts/setup.sh --with-pictures
	scripts/page.sh
	$(CARGO) build --workspace --bins --tests
	scripts/window-tests.sh tests/window/screens.mjs

# PEERS='binary(peers) and test(roundup)' runs some of them. The servers are installed by their start scripts.
test-peers: export ATTACHE_MODEL = none
test-peers: setup ## Tests against real third-party servers
	$(CARGO) build --workspace --bins --tests
	scripts/with-keyring.sh $(RUN_PEER_TESTS)

# `ATTACHE_LONG=ci` is the part for which continuous integration has time. Read by `journeys::rounds`.
test-long: export ATTACHE_LONG ?= all
test-long: export PROPTEST_CASES ?= $(if $(filter ci,$(ATTACHE_LONG)),2000,100000)
test-long: setup ## Long tests: more cases, more kills, large folders
	scripts/page.sh
	$(CARGO) build --workspace --bins --tests
	$(GUARD) $(RUN_TESTS)

# Benchmarks and scores leave the person's keyring alone, as tests do.
bench eval screens: export ATTACHE_KEYRING = none

# BENCH='freshness --quick' runs one of them; BENCH=--help says what there is.
bench: ## Speed and memory, as ratios against something run beside it
	scripts/setup.sh --with-float
	scripts/page.sh
	scripts/bench-setup.sh
	$(RELEASE)
	$${CARGO_TARGET_DIR:-target}/release/bench $(BENCH)

eval: setup ## Score the ranking and the answers on the questions about the demo documents
	scripts/page.sh
	$(RELEASE)
	scripts/eval.sh
	scripts/eval-answers.py

lint: ## Formatting, clippy, and shellcheck when it is installed
	$(CARGO) fmt --all --check
	scripts/lint-scripts.sh
	$(LINT)

fmt: ## Format the sources
	$(CARGO) fmt --all

clean: ## Delete what was built, prepared and indexed in this checkout
	$(CARGO) clean
	rm -rf runtime ui/dist ui/node_modules

setup: ## Prepare this machine; the other commands do it themselves
	@scripts/setup.sh
