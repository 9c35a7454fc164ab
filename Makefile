# The five words of this project. Each sets up what it needs in .venv; nothing outside this folder is touched.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench lock
.DEFAULT_GOAL := run

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tomoshibi needs Python 3.11 or newer: set one with  make run PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/installed  ## set everything up and start the bot
	$(BIN)/python -m bot run

test: .venv/installed-dev  ## all tests
	$(BIN)/python -m pytest

check: .venv/installed-dev  ## the fast checks: format, lint, types, content
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -m flows check
	$(BIN)/python -m flows walk

bench: .venv/installed-dev  ## benchmarks, as ratios on this machine in one run
	$(BIN)/python -m tests.benchmarks

lock: .venv/installed-dev  ## pin the dependencies of pyproject.toml anew
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --python-version 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
