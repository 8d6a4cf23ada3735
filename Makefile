# Two commands: `make chat` and `make test`. Each sets itself up; after the first time neither needs the network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: chat test lint types rules tests crash-test format lock clean

chat: $(VENV)/.chat
	@$(BIN)/footnote sync seeds
	@exec $(BIN)/footnote chat

test: lint types rules tests

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

rules: $(VENV)/.test
	$(BIN)/lint-imports

tests: $(VENV)/.test $(VENV)/.browser $(VENV)/.postgres
	$(BIN)/pytest -n 2 --dist loadfile --durations 15

# Kills a writer 300 times and more, at random and at named points: five minutes of processor time.
crash-test: $(VENV)/.test
	FOOTNOTE_KILLS=300 $(BIN)/pytest -s tests/crash

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Locks carry hashes and no addresses; uv resolves for every platform at once.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header pyproject.toml
lock: $(VENV)/.test
	$(PIP) uv
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Footnote needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.chat: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Footnote into $(VENV): once, about a minute."
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-dev.lock $(VENV)/.chat
	@echo "Installing what the tests need into $(VENV): once."
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

# The browser tests drive Debian's Chromium; where it cannot be installed they are skipped, and say so.
$(VENV)/.browser: | $(VENV)/.test
	@command -v chromium >/dev/null || { \
		command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium \
		>/dev/null; } || echo "chromium is not installed: the browser tests will be skipped"
	@touch $@

# Libraries on servers are tested with Debian's PostgreSQL, in a temporary folder; without it those tests are skipped.
$(VENV)/.postgres: | $(VENV)/.test
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql \
		>/dev/null; } || echo "PostgreSQL is not installed: the tests of libraries on servers will be skipped"
	@touch $@
