# Steward's ten commands. `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHICH_LOCK := import platform, sys; v = sys.version_info; \
	print(sys.implementation.name, '%d.%d' % v[:2], sys.platform, platform.machine(), sep='-')

.PHONY: run test check fix bench docs web setup clean

run: setup ## install, migrate, create the owner, start the server
	@$(BIN)/steward serve

test: $(VENV)/.dev ## every test
	@$(BIN)/python -m pytest

check: $(VENV)/.dev ## formatting, types, import rules, shape, built web app
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@sh scripts/check_web_build.sh

fix: $(VENV)/.dev ## mend what can be mended by a tool
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

bench: $(VENV)/.dev ## the figures, each beside a floor of the same run; writes docs/bench.md
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## what is generated: settings and the table of operations
	@$(BIN)/python -m scripts.make_docs

web: ## rebuild the web app into the Python package (needs Node 20 or newer)
	@cd web && npm ci --no-audit --no-fund && npm run build

setup: $(VENV)/.core ## the virtual environment with the command steward in it; LOCKED=1: only files of known hash

clean: ## forget the virtual environment
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Steward needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml constraints.txt $(wildcard locks/*.txt)
	@echo "Installing Steward into $(VENV) ..."
	@lock=locks/$$($(BIN)/python -c "$(WHICH_LOCK)").txt; [ -z "$(LOCKED)" ] || \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r "$$lock"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
