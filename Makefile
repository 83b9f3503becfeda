# Two commands: `make demo` shows the whole loop, `make check` runs everything that guards the project.
# Both set up .venv first. See CONTRIBUTING.md for the rest.

VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--only-binary :all: --no-binary dkimpy

# A demo starts a dozen processes and the tests hundreds: without compiled files each compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo check quick format lock screenshots clean
.DEFAULT_GOAL := help

help:
	@echo "make demo [PORT=8000]  a demo company on this machine, until Ctrl-C"
	@echo "make check             format, lint, types, layers, tests, docs"
	@echo "make quick             the same within a minute: no browser, no PostgreSQL, nothing slow"
	@echo "make install           only the set-up, in .venv"
	@echo "make format            let the formatters have their way"
	@echo "make lock              resolve the requirements anew"
	@echo "make screenshots       take the pictures in the README again"
	@echo
	@echo "With another Python:   make quick PYTHON=python3.13 VENV=.venv-3.13"

install:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh requirements/install.sh

demo: install
	@$(BIN)/kloof demo --port $(PORT)

check: install
	@VENV="$(VENV)" sh tests/check.sh

quick: install
	@VENV="$(VENV)" sh tests/check.sh quick

format: install
	@$(BIN)/ruff format service tests bench
	@$(BIN)/ruff check --fix service tests bench

# A requirement without a wheel is refused here: building it would ask for tools that build.txt does not have.
lock: install
	@$(LOCK) requirements/build.in -o requirements/build.txt
	@$(LOCK) requirements/installer.in -o requirements/installer.txt
	@$(LOCK) --extra postgresql pyproject.toml -o requirements/run.txt
	@$(LOCK) --extra dev pyproject.toml -o requirements/dev.txt

screenshots: install
	@$(BIN)/python tests/screenshots.py

clean:
	rm -rf .venv .venv-* build instance .pytest_cache .mypy_cache .ruff_cache .hypothesis
