# Everything below needs only Python 3.11 or newer, make and git.  `make` alone lists what there is.
SHELL       := /bin/sh
.DEFAULT_GOAL := help
VENV        := .venv
BIN         := $(VENV)/bin
PYTHON      ?=
PYTHONS     := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
UV          := uv==0.13.9
PIP_AUDIT   := pip-audit==2.10.1
PIP_INSTALL  = $(BIN)/python -m pip install --no-input --disable-pip-version-check --no-deps --require-hashes
WORKERS     := 4
QUIET       := $(shell test -t 1 || echo --quiet)
export PIP_ROOT_USER_ACTION := ignore
export UV_NO_CONFIG := 1

.PHONY: help run test setup setup-dev lock format check-style check-types check-imports browser pytest bench audit sbom train clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.runtime  ## set up if needed and start the service (ARGS="--config FILE")
	@$(BIN)/singgah run $(ARGS)

test: check-style check-imports check-types browser pytest  ## set up if needed and run every check and test

setup: $(VENV)/.runtime  ## make .venv with what the service needs, every version pinned by hash

setup-dev: $(VENV)/.development  ## the same, and what the tests need

$(VENV)/.python:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  found="$$python"; \
	  "$$python" -c 'import ensurepip' >/dev/null 2>&1 && break; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Singgah needs Python 3.11 or newer and found none among: $(PYTHONS). Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip' >/dev/null 2>&1; then \
	  package="python$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $$package, which Debian keeps apart from Python"; \
	    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$$package"; } </dev/null || exit 1; \
	  else \
	    echo "$$found cannot make virtual environments: install the package $$package and try again." >&2; exit 1; \
	  fi; \
	fi; \
	rm -rf $(VENV) && "$$found" -m venv $(VENV) && touch $@

$(VENV)/.runtime: requirements.lock Makefile $(VENV)/.python
	@echo "Installing $$(grep -c '^[a-z].*==' requirements.lock) pinned packages into $(VENV)"
	@$(PIP_INSTALL) $(QUIET) --only-binary :all: -r requirements.lock
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "singgah.pth").write_text(str(pathlib.Path.cwd()) + "\n")'
	@printf '%s\n' '#!/bin/sh' 'exec "$$(dirname "$$(readlink -f "$$0")")/python" -P -m bot "$$@"' > $(BIN)/singgah
	@chmod +x $(BIN)/singgah && touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the tools of the tests into $(VENV)"
	@$(PIP_INSTALL) $(QUIET) -r requirements-dev.lock
	@touch $@

check-style: $(VENV)/.development  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-imports: $(VENV)/.development  ## import-linter: who may import whom
	$(BIN)/lint-imports

check-types: $(VENV)/.development  ## mypy --strict
	$(BIN)/mypy

browser: $(VENV)/.development  ## find or install the Chromium that the page tests drive
	@$(BIN)/python -m tests.surroundings.chromium

pytest: $(VENV)/.development  ## the tests alone (ARGS="-k word")
	@$(BIN)/pytest -m "not alone" -n $(WORKERS) --dist worksteal $(ARGS); many=$$?; \
	echo "Now, one at a time, the tests that need the machine to themselves"; \
	$(BIN)/pytest -m alone $(ARGS); few=$$?; \
	case "$$many $$few" in "0 0"|"0 5"|"5 0") ;; 0*|5*) exit $$few ;; *) exit $$many ;; esac

bench: $(VENV)/.development  ## measure speed and memory against peers, as ratios; takes ten minutes
	@$(BIN)/python -m bench.advance
	@$(BIN)/python -m bench.nearest
	@$(BIN)/python -m bench.turns $(ARGS)
	@$(BIN)/python -m bench.start
	@$(BIN)/python -m bench.receive
	@$(BIN)/python -m bench.end_to_end
	@$(BIN)/python -m bench.broadcast
	@$(BIN)/python -m bench.sweep

train: $(VENV)/.development  ## train the models of danger and of questions anew, after a change of phrases or words
	@$(PIP_INSTALL) $(QUIET) -r requirements-training.lock
	@$(BIN)/python -m bench.train_danger
	@$(BIN)/python -m bench.train_questions

format: $(VENV)/.development  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.python  ## write the lock files anew from pyproject.toml, for all Python versions at once
	@$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check $(UV)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade pyproject.toml -o requirements.lock >/dev/null
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --group dev -c requirements.lock --override tests/dependencies/overrides.txt \
	  pyproject.toml -o requirements-dev.lock >/dev/null
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --group training -c requirements-dev.lock pyproject.toml -o requirements-training.lock >/dev/null
	@if grep -nE '://|--|/[a-z]' requirements*.lock | grep -v -- '--hash=sha256:'; then \
	  echo "A lock file names an address, an option or a path (above); it must not." >&2; exit 1; fi
	@$(BIN)/python -m tests.dependencies.sbom

sbom: $(VENV)/.python  ## write docs/sbom.cdx.json anew from requirements.lock
	@$(BIN)/python -m tests.dependencies.sbom

audit: $(VENV)/.development  ## ask what is known against the pinned versions; a dated waiver where nobody can be asked
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit && \
	  $(VENV)/audit/bin/python -m pip install $(QUIET) --no-input --disable-pip-version-check $(PIP_AUDIT); }
	@$(BIN)/python -m tests.dependencies.audit $(VENV)/audit/bin/pip-audit

clean:  ## remove .venv and caches; never touches var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
