# The house's commands. `make` alone lists them. Needs only Python 3.11 or newer and make.
.DEFAULT_GOAL := help
# Where it is set, each of the hundreds of processes that the tests start compiles the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo console run test check chaos bench soak lock

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# What is used of the packages is compiled when it is first imported: to compile all of it takes a third of the time.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check -q install --no-compile
RUN := .venv/.run-$(shell cksum < requirements.lock | cut -d ' ' -f 1)
DEV := .venv/.dev-$(shell cksum < requirements-dev.lock | cut -d ' ' -f 1)
BENCH := .venv/.bench-$(shell cksum < requirements-bench.lock | cut -d ' ' -f 1)
# Without that plugin no test can patch: what it wants to be different, it passes in (ruff bans the other ways).
PYTEST := $(BIN)/python -m pytest -p no:monkeypatch

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN) ## a shop with some 40 backorders: one run of the main job, files only
	@$(BIN)/python -m notifier demo

console: $(RUN) ## the support team's console on the demo's shop, until Ctrl-C
	@$(BIN)/python -m notifier demo --console

run: $(RUN) ## scheduler and delivery with settings.toml, until Ctrl-C
	@$(BIN)/python -m notifier migrate
	@$(BIN)/python -m notifier run

test: $(DEV) ## the whole suite, on SQLite and PostgreSQL
	$(PYTEST) -n auto --dist loadfile --no-loadscope-reorder -m "not soak" $(ARGS)

check: $(DEV) ## format, lint, types, architecture, fast tests: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	HYPOTHESIS_PROFILE=quick $(PYTEST) -q -n auto --dist worksteal -m "not slow and not soak"

chaos: $(DEV) ## kill workers at any moment, let servers misbehave, and compare the books
	$(PYTEST) -q -s -m "not soak" $(ARGS) tests/chaos

bench: $(DEV) $(BENCH) ## measure, as ratios in one run
	$(BIN)/python -m benchmarks

soak: $(DEV) ## the property tests and long runs, for minutes
	HYPOTHESIS_PROFILE=soak $(PYTEST) -n auto -o faulthandler_timeout=0 $(ARGS)

lock: ## compile the .in files into locks with hashes; needs uv
	for name in requirements requirements-dev requirements-bench; do \
	  uv pip compile --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 \
	    --no-header -q -o $$name.lock $$name.in; done

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

# A stamp carries the lock's checksum in its name, so that a changed lock installs again and nothing else does.
$(RUN): | .venv/pyvenv.cfg
	@test -e $(DEV) || $(INSTALL) --require-hashes --only-binary :all: -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --no-index -e .
	@rm -f .venv/.run-*; touch $@

$(DEV): | .venv/pyvenv.cfg
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --no-index -e .
	@rm -f .venv/.dev-*; touch $@

# The peer that is measured beside us has an environment of its own, so that ours holds nothing that we do not need.
$(BENCH): | .venv/pyvenv.cfg
	@$(BIN)/python -m venv --clear .venv/bench
	@.venv/bench/bin/python -m pip --disable-pip-version-check -q install --no-compile --require-hashes --only-binary :all: \
	  -r requirements-bench.lock
	@rm -f .venv/.bench-*; touch $@
