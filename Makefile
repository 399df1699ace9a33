# Everything a fresh machine with Python 3.11 and make needs. `make chat` to use Citespan, `make test` to check it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: chat test install install-test chromium lint types pytest seeds-run compare baseline format soak explore clean

chat: install
	$(BIN)/citespan index seeds/
	$(BIN)/citespan serve

test: install-test chromium lint types pytest compare

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "expected Python 3.11 or newer, found " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo 'Installing Citespan into $(VENV): about 2 GB, several minutes, little to see.'
	$(INSTALL) --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo 'Installing Citespan and its tests into $(VENV): about 2 GB, several minutes, little to see.'
	$(INSTALL) --editable '.[test,training,mcp]'
	touch $@ $(VENV)/.installed

# The browser tests drive Debian's Chromium; elsewhere install chromium yourself or set CHROMIUM to its path.
chromium:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || { \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$as_root apt-get update -qq && $$as_root apt-get install -qq -y --no-install-recommends chromium; }

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

# Two runs: Playwright keeps an event loop running, in which the server tests could not start theirs.
pytest:
	$(BIN)/python -m pytest --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

# The seed questions asked anew: worse than the figures kept in eval/baselines is a failure.
compare: seeds-run
	$(BIN)/citespan eval compare eval/baselines/seeds runs/compare/seeds --fail-under citation_exactness=1.0 --out runs/compare

# A better run takes the place of the figures kept.
baseline: seeds-run
	$(BIN)/python -m eval.benchmarks.keep runs/compare/seeds eval/baselines/seeds

seeds-run: install-test
	rm -rf runs/compare
	$(BIN)/citespan index seeds/ --store runs/compare/store
	$(BIN)/citespan eval eval/questions/seeds.jsonl --store runs/compare/store --out runs/compare/seeds

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The long forms of the kill, stress and load tests: minutes to an hour.
soak: install-test
	CITESPAN_SOAK=1 $(BIN)/python -m pytest tests/soak

# The property tests draw new examples, many more of them than in `make test`, which draws the same at every run.
explore: install-test
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=explore --ignore=tests/browser

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
