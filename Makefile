# Two commands are enough: `make demo` opens the app on the built-in simulator, `make test` runs the tests.
# Each sets up what it needs in .venv, once.

VENV := .venv
# The newest Python of 3.11 or later that can make a virtual environment; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
BIN := $(VENV)/bin
PY := $(BIN)/python
# How many tests run at the same time: many of them wait for something most of the time.
WORKERS ?= 4
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo run web test lint format snapshots screenshots check-screenshots references docs docs-serve bench man build check-package clean

help:  ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

$(VENV)/.base: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with its venv module is needed (Debian: apt install python3-venv)."; exit 1; }
	@echo "Setting up $(VENV) (once) …"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --requirement requirements.txt
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(PY) -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements-dev.txt
	@echo "Setting up the tools for development (once) …"
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.base requirements-docs.txt
	@echo "Setting up what the documentation is built with (once) …"
	@$(PY) -m pip install --quiet --requirement requirements-docs.txt
	@touch $@

demo: $(VENV)/.base  ## Open the app on the built-in simulator: nothing else is needed
	@$(BIN)/lmstudio-tui --demo

run: $(VENV)/.base  ## Open the app on your server
	@$(BIN)/lmstudio-tui

web: $(VENV)/.base  ## Serve the app, on the built-in simulator, to a browser on this machine
	@$(BIN)/lmstudio-tui web --demo

# Those with real sound need a sound server (Debian: apt install pulseaudio pulseaudio-utils libportaudio2
# libasound2-plugins espeak-ng) and start one of their own; without it they are left out, which the last lines say.
test: $(VENV)/.dev  ## Run the tests, and check the coverage
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest --numprocesses $(WORKERS) --dist worksteal $(PYTEST_ARGS)
	@$(PY) -m coverage combine --quiet
	@$(PY) tests/check_coverage.py

# pip-audit looks for known faults of the dependencies where it is installed and has a network.
lint: $(VENV)/.dev  ## Run ruff, the type checker, the import rules and pip-audit
	@$(BIN)/ruff check src tests benchmarks screenshots docs
	@$(BIN)/ruff format --check src tests benchmarks screenshots docs
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache
	@$(PY) tests/check_dependencies.py

format: $(VENV)/.dev  ## Format the code
	@$(BIN)/ruff check --fix --quiet src tests benchmarks screenshots docs
	@$(BIN)/ruff format --quiet src tests benchmarks screenshots docs

snapshots: $(VENV)/.dev  ## Make the snapshots anew: look at them before committing
	@$(PY) -m pytest tests/tui/test_snapshots.py --snapshot-update

screenshots: $(VENV)/.dev  ## Make the pictures of the README anew
	@$(PY) screenshots/make.py

check-screenshots: $(VENV)/.dev  ## See whether the pictures show the app as it is
	@$(PY) screenshots/make.py --check

references: $(VENV)/.dev  ## Make the generated pages of the documentation anew
	@$(PY) docs/making/references.py

# The variable keeps a notice of the theme about its own successor out of the output. Not quietly: mkdocs then counts no
# warnings, and so fails on none.
docs: $(VENV)/.docs  ## Build the documentation as a site, in build/site; a dead link fails it
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict
	@echo "build/site/index.html"

docs-serve: $(VENV)/.docs  ## Show the documentation while it is written
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs serve

bench: $(VENV)/.dev  ## Measure, each figure beside its floor
	@$(PY) benchmarks/run.py

man: $(VENV)/.dev  ## Make the man page anew, from the commands
	@$(PY) docs/man/make.py

build: $(VENV)/.dev  ## Build the wheel and the source distribution
	@$(PY) -m build

# For each Python from 3.11 to 3.14 that is on this machine (PYTHONS="3.12 3.13" chooses); with a network, and some minutes.
check-package: $(VENV)/.dev  ## Build, install and try the package in empty environments
	@$(PY) tests/package/check_package.py $(PYTHONS)

clean:  ## Remove what was made, but for .venv
	@rm -rf dist build .pytest_cache .ruff_cache .hypothesis .coverage .coverage.*
