# Two commands on a fresh machine: `make run` and `make test`. Both set up everything they need.

PYTHON ?= python3
VENV ?= .venv
# Tests that run side by side: many of them wait, for peers and for clocks.
JOBS ?= $(shell expr 2 \* $$(nproc))
BIN := $(VENV)/bin
STAMP := $(VENV)/.made

.PHONY: run test bench lint format clean setup

run: $(STAMP)
	@PYTHON=$(PYTHON) packaging/system-packages run
	@$(BIN)/python -m npsgui --demo --picture build/demo.png

test: $(STAMP)
	@PYTHON=$(PYTHON) packaging/system-packages test
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TESTS)

bench: $(STAMP)
	@PYTHON=$(PYTHON) packaging/system-packages bench
	@$(BIN)/python -m tests.bench

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

setup: $(STAMP)

# A virtual environment with the program, editable, and what its tests need, in versions that were seen working.
$(STAMP): pyproject.toml packaging/constraints.txt packaging/system-packages
	@PYTHON=$(PYTHON) packaging/system-packages run
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check "pip>=25.1"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c packaging/constraints.txt -e . --group dev
	@touch $(STAMP)

include packaging/packages.mk

clean:
	rm -rf .venv* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
