# `make demo` shows it, `make test` proves it. Both need Python 3.11 or newer and make, no root and no home directory;
# everything they write stays inside this checkout.

PYTHON ?= python3
PYTEST_ARGS ?=
# How many tests run side by side; 0 is one after the other, in one process.
WORKERS ?= auto
# make demo VENV_ARGS=--upgrade-deps: with the newest pip in place of the one that Python brings.
VENV_ARGS ?=
# make serve SERVE_ARGS="--data DIR --port 8081": see pharmacyfirst serve --help.
SERVE_ARGS ?=
# make thorough PART=mutants: one part. THOROUGH_ARGS: see tests/thorough/run.py --help.
PART ?=
THOROUGH_ARGS ?=
# make site SITE_ARGS=--twice: builds it twice and compares.
SITE_ARGS ?=

export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_CACHE_DIR := $(CURDIR)/.cache/uv-cache
# Where content is kept that was read once; the tests keep none.
export PHARMACYFIRST_CACHE := $(CURDIR)/.cache/content
# Python keeps what it compiled: else each of the programs that tests start would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo serve test test-signed-in test-all coverage thorough lint format docs site bench bench-growth wheel lock system clean

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: .venv/.ready ## a supply, an emergency and a message to the GP, on one screen
	@PATH="$(CURDIR)/.venv/bin:$$PATH" PHARMACYFIRST=.venv/bin/pharmacyfirst examples/demo.sh

serve: .venv/.ready ## the pharmacist's form in a browser on this machine: make serve [SERVE_ARGS="--port 8081"]
	@.venv/bin/pharmacyfirst serve $(SERVE_ARGS)

RUN_TESTS = .venv-dev/bin/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

test: .venv-dev/.ready ## what needs Python and its packages alone, in a few minutes
	@$(RUN_TESTS) -m "not system and not large" $(PYTEST_ARGS)

test-signed-in: .venv-dev/.ready ## the tests of the form once more, with everybody signed in
	@PHARMACYFIRST_SIGNED_IN=1 $(RUN_TESTS) -m "not system and not large and not no_accounts" tests/web $(PYTEST_ARGS)

test-all: .venv-dev/.ready ## every test: also those that need what `make system` installs
	@$(RUN_TESTS) $(PYTEST_ARGS)

# Measuring branches makes a run four times as long, so it is a run of its own, of the rooms' own tests: they reach all by themselves.
coverage: .venv-dev/.ready ## every branch of the kernel and of the legal half must be reached by their own tests
	@$(RUN_TESTS) --cov=pharmacyfirst.kernel --cov=pharmacyfirst.authority --cov-branch --cov-fail-under=100 tests/kernel tests/authority

thorough: .venv-dev/.ready ## large numbers, by hand once an issue: make thorough [PART=name]; figures go to docs/figures.md
	@.venv-dev/bin/python tests/thorough/run.py $(PART) $(THOROUGH_ARGS)

lint: .venv-dev/.ready ## style and strict types everywhere; changes nothing
	@.venv-dev/bin/ruff check --quiet . && .venv-dev/bin/ruff format --quiet --check . && .venv-dev/bin/mypy --no-error-summary

format: .venv-dev/.ready ## mend what lint can mend by itself
	@.venv-dev/bin/ruff check --quiet --fix --exit-zero . && .venv-dev/bin/ruff format --quiet .

docs: .venv-dev/.ready ## write the generated pages again
	@.venv-dev/bin/python docs/regenerate.py

site: .venv-dev/.ready ## pages for every reader in site/: documents, rules, cases and a search, read without a server
	@.venv-dev/bin/python docs/site/build.py $(SITE_ARGS)

bench: .venv-bench/.ready ## every goal of speed in one run, beside other libraries, into docs/benchmarks.md: make bench [BENCH_ARGS=--fast]
	@.venv-bench/bin/python benchmarks/bench.py $(BENCH_ARGS)

bench-growth: .venv-bench/.ready ## how time grows with rows, criteria and what is stored, into docs/benchmarks.md: about an hour
	@.venv-bench/bin/python benchmarks/growth.py $(BENCH_ARGS)

# From the sdist, so that a file missing from its list shows here; without an index and with a check, so that the lock
# file must hold all the wheel asks for; started from /tmp, so that nothing is found in the checkout by accident.
wheel: .venv-dev/.ready ## build the wheel and start it with nothing but requirements.lock
	@rm -rf dist .cache/wheel-venv
	@.venv-dev/bin/python -c 'from hatchling.build import build_sdist; build_sdist("dist")'
	@.venv-dev/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist dist/*.tar.gz
	@$(PYTHON) -m venv .cache/wheel-venv
	@.cache/wheel-venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@.cache/wheel-venv/bin/python -m pip install --quiet --no-deps --no-index dist/*.whl
	@.cache/wheel-venv/bin/python -m pip check --quiet
	cd /tmp && "$(CURDIR)/.cache/wheel-venv/bin/pharmacyfirst" check
	cd /tmp && "$(CURDIR)/.cache/wheel-venv/bin/pharmacyfirst" --help
	cd /tmp && "$(CURDIR)/.cache/wheel-venv/bin/python" "$(CURDIR)/tests/start/in_a_wheel.py" --must

# Keeps what is locked and adds what is missing; newer versions: make lock LOCK_ARGS=--upgrade
COMPILE = .cache/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(LOCK_ARGS)
lock: ## write the lock files again from pyproject.toml
	@$(PYTHON) -m venv .cache/uv && .cache/uv/bin/python -m pip install --quiet uv==0.13.9
	@$(COMPILE) --group build -o requirements.lock
	@$(COMPILE) --group build --extra all -o requirements-all.lock
	@$(COMPILE) --group dev --extra all -o requirements-dev.lock
	@$(COMPILE) --group bench --extra all -o requirements-bench.lock
	@$(COMPILE) --group spark-build -o requirements-spark-build.lock
	@$(COMPILE) --group spark -o requirements-spark.lock

system: ## what the tests need from the operating system (the one target that may want root)
	@./system.sh

clean: ## remove all that these targets made
	@rm -rf .venv .venv-dev .venv-bench .venv-spark .cache dist site .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

# An environment is made from nothing whenever its lock file or pyproject.toml changes, so none drifts from its lock.
# A lock file is complete: it is installed without resolution, so that nobody else's release can break it, and checked
# afterwards. The stamp comes last: one left half made is made again.
define environment
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("pharmacyfirst needs Python 3.11 or newer; $(PYTHON) is " \
		+ sys.version.split()[0] + ". Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12")'
	@echo "Making $(@D) from $<"
	@rm -rf $(@D) && $(PYTHON) -m venv $(VENV_ARGS) $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	@$(@D)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(@D)/bin/python -m pip check --quiet
	@touch $@
endef

# With every extra, so that it writes and checks GP messages and, where the system's parts are there, makes PDFs.
.venv/.ready: requirements-all.lock pyproject.toml
	$(environment)

.venv-%/.ready: requirements-%.lock pyproject.toml
	$(environment)

# Spark comes as source alone: what builds it is installed first, and it is built with that.
.venv-spark/.ready: requirements-spark.lock requirements-spark-build.lock pyproject.toml
	@echo "Making $(@D) from $<"
	@rm -rf $(@D) && $(PYTHON) -m venv $(VENV_ARGS) $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-spark-build.lock
	@$(@D)/bin/python -m pip install --quiet --no-deps --no-build-isolation --require-hashes -r $<
	@$(@D)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(@D)/bin/python -m pip check --quiet
	@touch $@
