# Every target works on a machine with Python 3.11 or newer, pip and make, and sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
## uv is fast; pip knows what this machine says of proxies, certificates and indexes (pip.conf), which uv does not read.
INSTALL = install() { $(BIN)/uv pip install --quiet --python $(BIN)/python "$$@" \
	|| { echo "uv could not install them; pip tries, which takes a few minutes."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$@"; }; }; install

## Packages come over a network that may hiccup: more tries than usual, and a longer patience with each.
export PIP_RETRIES ?= 10
export PIP_DEFAULT_TIMEOUT ?= 60
export UV_HTTP_RETRIES ?= 10
export UV_HTTP_TIMEOUT ?= 120

.PHONY: demo test test-deep check setup lock verdicts profiles calibration grid advice samples bench clean

## The two commands of the README.
demo: $(VENV)/.ready
	$(BIN)/teamtop run $(ARGS)

## Tests start hundreds of processes: what one has compiled the others find, whatever the environment says.
test test-deep: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.ready-dev check
	$(BIN)/python -m pytest -n auto -m "not deep"

## Long tests: many seeds, all cuts, load.
test-deep: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n auto -m deep

## Lint, format, types, layers.
check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

setup: $(VENV)/.ready-dev

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "teamtop needs Python 3.11 or newer; run make with PYTHON=/path/to/python3.11."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5,<1"

$(VENV)/.ready: $(VENV)/bin/uv requirements.lock pyproject.toml
	@echo "Installing the packages of requirements$(if $(findstring dev,$@),-dev).lock …"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/bin/uv requirements-dev.lock pyproject.toml
	@echo "Installing the packages of requirements$(if $(findstring dev,$@),-dev).lock …"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@ $(VENV)/.ready

## Maintenance: each writes files that are committed.
lock: $(VENV)/bin/uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock

verdicts: $(VENV)/.ready-dev
	$(BIN)/python -m tasks.verdicts

profiles: $(VENV)/.ready-dev
	$(BIN)/python -m engine.calibration.derive ../shared/paper

## Derive profiles and paces anew, hold both against the recordings, and write docs/calibration.md: half an hour.
calibration: $(VENV)/.ready-dev
	$(BIN)/python -m engine.calibration ../shared/paper

## The paper's whole grid, simulated again: 1,350 runs, kept in build/grid (`teamtop list --runs-dir build/grid`).
grid: $(VENV)/.ready
	$(BIN)/teamtop sweep benchmarks/grid.toml --runs-dir build/grid

advice: $(VENV)/.ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/backtest_plan.py ../shared/paper --write

samples: $(VENV)/.ready
	$(BIN)/python docs/samples.py

bench: $(VENV)/.ready-dev
	for each in benchmarks/bench_*.py; do $(BIN)/python $$each || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
