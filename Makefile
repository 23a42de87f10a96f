# Everything a newcomer or CI types. Needs Python >= 3.11 with venv and pip, make, and access to PyPI.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TOOLS := .venv
SUITE ?= app
HATCH := $(TOOLS)/bin/hatch
PACKAGES := $(notdir $(wildcard packages/*))

# hatch keeps its environments in the checkout, and uv trusts the certificates that the system trusts.
export HATCH_DATA_DIR := $(CURDIR)/.hatch/data
export HATCH_CACHE_DIR := $(CURDIR)/.hatch/cache
export HATCH_ENV_TYPE_VIRTUAL_UV_PATH := $(CURDIR)/$(TOOLS)/bin/uv
export UV_SYSTEM_CERTS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser test-postgres test-sqlite confidence check fix bench build clean $(PACKAGES:%=test-%)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z%<>-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '  make %-18s %s\n' 'test-<package>' 'one package alone: its wheel, its dependencies and the test kit'
	@printf '\n  packages: %s\n' '$(PACKAGES)'

$(TOOLS)/.ready: ci/requirements.txt
	@test -n "$(PYTHON)" || { echo 'Arlen needs Python 3.11 or later with venv and pip (Debian: apt install python3-venv).' >&2; exit 1; }
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check -r ci/requirements.txt
	@touch $@

demo: $(TOOLS)/.ready ## serve the demo application
	@ARLEN_APP_ROOT=docs/examples/tech_demo $(HATCH) run demo $(ARGS)

test: $(TOOLS)/.ready ## run the tests of every package and the integration tests
	@$(HATCH) run test $(ARGS)

test-browser: $(TOOLS)/.ready ## drive the demo in a real Chromium (installs Debian's when it may)
	@$(HATCH) run python ci/chromium.py
	@$(HATCH) run pytest -m browser integration $(ARGS)

test-postgres: $(TOOLS)/.ready ## run the tests of arlen-data on PostgreSQL 15 to 18
	@$(HATCH) run python -m ci.engines postgresql $(ARGS)

test-sqlite: $(TOOLS)/.ready ## run the tests of arlen-data on SQLite 3.35 and later ones (Linux)
	@$(HATCH) run python -m ci.engines sqlite $(ARGS)

confidence: $(TOOLS)/.ready ## gather what a release of arlen-data rests on
	@$(HATCH) run python -m ci.confidence $(ARGS)

$(PACKAGES:%=test-%): test-%: $(TOOLS)/.ready
	@$(TOOLS)/bin/python ci/isolated.py $* $(ARGS)

check: $(TOOLS)/.ready ## lint, types and import rules
	@$(HATCH) run check

fix: $(TOOLS)/.ready ## format, and mend what the linter can mend
	@$(HATCH) run fix

bench: $(TOOLS)/.ready ## measure beside the peers: make bench SUITE=app|http|router|data|jobs|cache
	@$(HATCH) -e bench run python -m ci.bench $(SUITE) $(ARGS)

build: $(TOOLS)/.ready ## build every sdist and wheel into dist/
	@rm -rf dist
	@$(HATCH) build --all

clean: ## remove everything that these commands made
	rm -rf $(TOOLS) .hatch build dist
