# make demo | test | lint | bench | bench-engine | bench-peers | bench-cells: each sets up .venv first (once), on a machine with Python ≥ 3.11 and nothing else.
ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
endif
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint bench bench-engine bench-peers bench-cells instances setup clean

demo: $(READY)
	$(BIN)/gridder demo || test $$? -eq 4

test: $(READY)
	$(BIN)/pytest -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks.flow

# The partition engine on a folder of instances (benchmarks/README.md), by default some of our own.
MEASURED := build/benchmarks
INSTANCES ?= $(MEASURED)/instances
EFFORTS ?= quick standard
bench-engine: $(READY) instances
	@for effort in $(EFFORTS); do \
		$(BIN)/python -m benchmarks.partition "$(INSTANCES)" --effort $$effort --out $(MEASURED)/$$effort || exit 1; \
		echo; echo "$$effort:"; \
		$(BIN)/python -m benchmarks.score "$(INSTANCES)" $(MEASURED)/$$effort --out $(MEASURED)/$$effort.md || failed=1; \
	done; test -z "$$failed"
	$(BIN)/python -m benchmarks.progress "$(INSTANCES)/communities" --out $(MEASURED)/progress.md

# The same beside other tools, which this installs: PEERS_ON names fewer instances, AGAIN=--again FILE takes over their part.
PEERS_ON ?= $(INSTANCES)
bench-peers: $(READY) instances
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,peers]'
	$(BIN)/python -m benchmarks.peers $(PEERS_ON) $(AGAIN) --out $(MEASURED)/peers

# Cells of messy cities beside momepy, which this installs.
bench-cells: $(READY)
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,tessellation]'
	$(BIN)/python -m benchmarks.cells --out $(MEASURED)/cells.md

instances: $(READY)
	@test -d "$(INSTANCES)" || $(BIN)/python -m benchmarks.instances --out "$(INSTANCES)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gridder needs Python 3.11 or newer; say which with make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m gridder.warm
	@touch $(READY)

clean:
	rm -rf .venv maps/*/ .pytest_cache .ruff_cache .mypy_cache .hypothesis
