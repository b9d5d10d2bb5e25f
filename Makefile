# `make demo` and `make test` need only python3 >= 3.11 and a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: help demo test check format bench property coverage mutations clean

help:  ## this menu
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "rulescore needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q engine/rulescore
	@touch $@

demo: $(VENV)/.installed  ## evaluate the shipped sample and show the result
	@rm -rf build/demo
	$(BIN)/rulescore evaluate samples/general --out build/demo
	@echo
	@echo "Next / 接下来:"
	@echo "  $(BIN)/rulescore explain build/demo C0001"
	@echo "  $(BIN)/rulescore verify build/demo"

test: $(VENV)/.installed  ## run all tests
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: $(VENV)/.installed  ## format, lint, types, layers, packs, tests: all that must hold before a commit
	$(BIN)/ruff format --check engine tests samples
	$(BIN)/ruff check engine tests samples
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/rulescore check
	$(BIN)/rulescore test --min-coverage 100
	$(BIN)/python -m pytest -n 2 $(ARGS)

format: $(VENV)/.installed  ## rewrite the code in the one format
	$(BIN)/ruff format engine tests samples
	$(BIN)/ruff check --fix engine tests samples

bench: $(VENV)/.installed  ## measure speed and memory; writes tests/benchmarks/RESULTS.md
	$(BIN)/python tests/benchmarks/bench.py $(ARGS)

property: $(VENV)/.installed  ## the long run of random comparisons between the engines
	RULESCORE_EXAMPLES=20 $(BIN)/python -m pytest -n 2 tests/properties $(ARGS)

coverage: $(VENV)/.installed  ## how many items of the catalogue are answered, and which are open
	@$(BIN)/python tests/catalogue.py $(ARGS)

mutations: $(VENV)/.installed  ## change every number of every rule and list the changes that no test of the packs notices
	$(BIN)/python tests/mutations.py $(ARGS)

clean:  ## remove what was built
	rm -rf build runs $(VENV)
