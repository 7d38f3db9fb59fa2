# Everything needs Python 3.11 or newer and make, and nothing else.
#
# One environment, .venv, in two steps: `make run` installs what the app needs, and `make test` adds
# the tools of tests to it. Both lists are pinned to the same versions (requirements-dev.in includes
# requirements.in), so a second environment would hold a second copy of nearly everything; that the
# app imports nothing of the tools is held by tests/test_imports.py.

PYTHON ?= python3
UV_VERSION := 0.13.9
ARGS ?=

BIN := .venv/bin
UV := $(BIN)/uv
# Compiled at once: the first start would do it otherwise, on some machines every start.
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode

.DEFAULT_GOAL := help
.PHONY: help setup run test test-postgresql torture check bench load docs lock

help:  ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/installed  ## Make the environment, where it is missing or out of date
	@echo "The environment is ready."

run: .venv/installed  ## Start Plan Review, with the demonstration if the database is new
	@$(BIN)/python -m reviewer.serving

test: .venv/installed-tools  ## Run all tests, or some: make test ARGS=tests/people
	@$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

test-postgresql: .venv/installed-tools  ## The same on PostgreSQL, but for the browser's tests
	@TEST_DATABASE=postgresql $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

torture: .venv/installed-tools  ## Kill web server and worker 200 times while 20 people work, and look what is lost
	@$(BIN)/python -m tests.torture $(ARGS)

check: .venv/installed-tools  ## Check style, types and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

bench: .venv/installed-tools  ## Measure against the targets for speed, and write docs/performance.md
	@$(BIN)/python -m tests.bench

load: .venv/installed-tools  ## Play the evening of 200 volunteers, then go on until it breaks
	@$(BIN)/python -m tests.load $(ARGS)

docs: .venv/installed  ## Write the pages of docs/ that come from code
	@$(BIN)/python -m docs.generate

lock: $(UV)  ## Pin the newest versions that fit requirements.in and requirements-dev.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  requirements.in --output-file requirements.txt
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --constraint requirements.txt requirements-dev.in --output-file requirements-dev.txt

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Plan Review needs Python 3.11 or newer. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making the environment .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/installed: requirements.txt | $(UV)
	@echo "Installing what the app needs"
	@$(INSTALL) --requirement requirements.txt
	@touch $@

.venv/installed-tools: requirements-dev.txt .venv/installed | $(UV)
	@echo "Installing the tools for tests"
	@$(INSTALL) --requirement requirements-dev.txt
	@touch $@
