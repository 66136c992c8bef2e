# Every target sets up what it needs; a second run of `install` does nothing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
VENV := .venv
RUN := $(VENV)/bin/python
CDKTF := node_modules/.bin/cdktf

# Compiled modules are kept: without them every start compiles the bindings again.
unexport PYTHONDONTWRITEBYTECODE
export CHECKPOINT_DISABLE := 1

READY := $(VENV)/.ready .venv-checkov/.ready node_modules/.ready

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 18

.PHONY: install
install: $(READY) ## make the environments from the lock files

$(VENV)/.ready: requirements/project.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv-checkov/.ready: requirements/checkov.lock
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

node_modules/.ready: package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@
