# make demo | test | lint | bench: each sets up .venv first (once), on a machine with Python ≥ 3.11 and nothing else.
ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
endif
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint bench setup clean

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

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gridder needs Python 3.11 or newer; say which with make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m gridder.partition.warm
	@touch $(READY)

clean:
	rm -rf .venv maps/*/ .pytest_cache .ruff_cache .mypy_cache .hypothesis
