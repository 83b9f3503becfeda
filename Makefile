# Two commands: `make demo` shows the whole loop, `make check` runs everything that guards the project.
# Both set up .venv first. See CONTRIBUTING.md for the rest.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.ready

# A demo starts a dozen processes and the tests hundreds: without compiled files each compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo check format lock screenshots clean
.DEFAULT_GOAL := help

help:
	@echo "make demo [PORT=8000]  a demo company on this machine, until Ctrl-C"
	@echo "make check             format, lint, types, layers, tests, docs"
	@echo "make install           only the set-up, in .venv"
	@echo "make format            let the formatters have their way"
	@echo "make lock              resolve the requirements anew"
	@echo "make screenshots       take the pictures in the README again"

install: $(READY)

$(READY): requirements/dev.txt requirements/installer.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh
	@touch $(READY)

demo: install
	@$(BIN)/kloof demo --port $(PORT)

check: install
	@sh tests/check.sh

format: install
	@$(BIN)/ruff format service tests bench
	@$(BIN)/ruff check --fix service tests bench

lock: install
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/installer.in -o requirements/installer.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra postgresql pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev pyproject.toml -o requirements/dev.txt

screenshots: install
	@$(BIN)/python tests/screenshots.py

clean:
	rm -rf .venv build instance .pytest_cache .mypy_cache .ruff_cache .hypothesis
