# Two commands from nothing: `make demo` and `make test`. They need python3 (3.11 or later), make and a network once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
ON_PORT = $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run test check screenshots contract db bench lighthouse

help:  ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):.*  ## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "PORT=9000 moves demo and run; REFERRAL_HOME=folder (default .referral) is where data and keys live."

demo: $(RUNTIME)  ## from nothing to a running service with real offices and fictional requests; Ctrl-C ends it
	@exec $(BIN)/referral demo $(ON_PORT)

run: $(RUNTIME)  ## serve what REFERRAL_HOME holds, with a worker
	@exec $(BIN)/referral serve --worker $(ON_PORT)

test: check  ## everything that must hold: the checks, then all tests
	@sh tools/system-package.sh chromium
	@exec $(BIN)/pytest -n auto --dist worksteal

check: $(DEVELOPMENT)  ## lint, format, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo

screenshots: $(DEVELOPMENT)  ## draw every page as a phone shows it, into docs/screens/
	@sh tools/system-package.sh chromium
	@sh tools/system-package.sh fonts
	@exec $(BIN)/pytest -q tests/edges/pictures_of_form.py tests/edges/pictures_of_pages.py

contract: $(RUNTIME)  ## write schema/, migrations/schema.sql and grants.txt anew from the code
	$(BIN)/referral contract schema
	$(BIN)/referral db schema > $(VENV)/schema.sql
	mv $(VENV)/schema.sql migrations/schema.sql
	$(BIN)/referral db grants > $(VENV)/grants.txt
	mv $(VENV)/grants.txt migrations/grants.txt

db: $(RUNTIME)  ## start the embedded Postgres, bring it up to date, and say how to reach it
	@exec $(BIN)/referral db start

bench: $(RUNTIME)  ## measure the hot paths, side by side in one run
	@exec $(BIN)/python benchmarks/bench.py

lighthouse: $(DEVELOPMENT)  ## what Lighthouse says of the pages of a service that runs: ADDRESS=http://127.0.0.1:8000
	@exec $(BIN)/python benchmarks/lighthouse.py $(or $(ADDRESS),http://127.0.0.1:8000)

# What is installed is stamped, so a second run takes no time, and a changed pin installs again.

$(VENV)/pyvenv.cfg:
	@PYTHON="$(PYTHON)" sh tools/system-package.sh venv
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installer: requirements/uv.txt $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The project itself is installed as a link to this folder: migrations are read from here.
$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml $(VENV)/.installer
	$(UV) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(UV) --no-deps --no-build-isolation --offline --editable .
	@touch $@

$(DEVELOPMENT): requirements/dev.txt $(RUNTIME)
	$(UV) --require-hashes -r requirements/dev.txt
	@touch $@
