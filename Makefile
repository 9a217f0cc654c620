# make demo | test | lint | types | bench | chaos | soak. Everything needed is installed into .venv on first use.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
WORKERS ?= 2
# Of chaos: binance, binance_usdm, upbit, ls or nameless.
VENUE ?= binance

.PHONY: demo test lint types layers bench chaos soak clean

demo: $(VENV)/.demo
	@$(BIN)/maemae demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(WORKERS)

layers: $(VENV)/.dev
	@$(BIN)/python -m pytest tests/test_layers.py

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks

chaos: $(VENV)/.dev
	@$(BIN)/python -m tests.chaos --venue $(VENUE)

soak: $(VENV)/.dev
	@$(BIN)/python -m tests.soak

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp newer than what it was installed from means there is nothing to install.
$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Maemae into $(VENV) ..."
	@$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Maemae and its development tools into $(VENV) ..."
	@$(PIP) --editable '.[demo,live,peers,dev]'
	@touch $(VENV)/.demo $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$($$python --version) ..."; \
	    $$python -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python can't create a virtual environment (on Debian: apt install python3-venv)." >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "Maemae needs Python 3.11 or newer and found none. Install it, or say where it is: make PYTHON=/path/to/python3" >&2; \
	exit 1
