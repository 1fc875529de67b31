# Every target does its own set-up: a bare clone, Python >= 3.11, git and make are enough.
PYTHON := $(or $(PYTHON),python3)
VENV   := $(or $(VENV),.venv)
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
RUNTIME := $(VENV)/.runtime
PEERS := $(VENV)-bench/.ready
TOLD  := $(PYTHON) requirements/told.py
# Nothing is written into the checkout but the environments: with VENV=/elsewhere/venv it may be read-only.
CACHES := $(abspath $(VENV))/.caches
export RUFF_CACHE_DIR := $(CACHES)/ruff
export MYPY_CACHE_DIR := $(CACHES)/mypy
export COVERAGE_FILE := $(CACHES)/coverage

.PHONY: old-enough help demo test check fmt bench flood corrections chaos mutants soak search-train search-eval screenshots template sbom lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# The locks alone are installed, by hash; see requirements/install.py.
INSTALL := $(PYTHON) requirements/install.py
LOCKS   := requirements/install.py pyproject.toml requirements/build.txt requirements/demo.txt requirements/told.py

old-enough:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "GutSkin needs Python 3.11 or newer: make PYTHON=python3.12 ...")'

$(RUNTIME): $(LOCKS) | old-enough
	@$(INSTALL) $(VENV) build demo --project
	@touch $@

$(READY): $(LOCKS) requirements/dev.txt | old-enough
	@$(INSTALL) $(VENV) dev --project
	@touch $(RUNTIME) $@

demo: $(RUNTIME)  ## the bot, an embedded Telegram and a chat page; SCRIPT=FILE plays a script instead
	@echo "Starting the bot beside an embedded Telegram; it takes some seconds"
	@$(BIN)/gutskin demo $(if $(SCRIPT),--script $(SCRIPT)) $(ARGS)

# What is compiled is kept in one place, whatever the shell says: the tests start Python hundreds of times.
PYTEST := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CACHES)/bytecode $(BIN)/python -m pytest

# Each process has a PostgreSQL of its own, and takes over tests that wait for the other.
test: $(READY)  ## the tests in two processes (WORKERS=2); COVERAGE=1 fails below the branch coverage that pyproject.toml asks for
	@echo "Running the tests; it takes $(if $(COVERAGE),half an hour,twenty minutes) at most on two free cores"
	@$(PYTEST) -p tests.progress -n $(or $(WORKERS),2) --dist worksteal --durations 15 $(if $(COVERAGE),-p tests.coverage_threads --cov --cov-context=test --cov-report=term-missing) $(ARGS)

check: $(READY)  ## formatting, lint, types, import contracts, content, advisories (IGNORED="ID ID")
	@$(TOLD) "Formatting" $(BIN)/ruff format --check .
	@$(TOLD) "Lint" $(BIN)/ruff check .
	@$(TOLD) "Types (a minute the first time)" $(BIN)/mypy
	@$(TOLD) "Import contracts" $(BIN)/lint-imports --cache-dir $(CACHES)/grimp
	@$(TOLD) "Content" $(BIN)/gutskin tips check
	@$(TOLD) "Advisories about what is installed" $(BIN)/python -m tests.install.audit advisories $(IGNORED:%=--ignore %)

sbom: $(READY)  ## list what the image carries from Python, as CycloneDX (JSON=sbom.cdx.json)
	@$(TOLD) "Listing what the image carries" $(BIN)/python -m tests.install.audit sbom $(or $(JSON),sbom.cdx.json)

fmt: $(READY)  ## format and mend what can be mended
	@$(TOLD) "Formatting" $(BIN)/ruff format .
	@$(TOLD) "Mending" $(BIN)/ruff check --fix .

$(PEERS): tests/bench/requirements.txt requirements/install.py | old-enough
	@$(INSTALL) $(VENV)-bench $<
	@touch $@

bench: $(READY) $(PEERS)  ## throughput, rates, planning, memory, replies against peers (QUICK=1, JSON=FILE)
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON))

flood: $(READY)  ## how long an innocent waits while others flood the bot (SECONDS=60, JSON=FILE)
	$(BIN)/python -m tests.bench.flood --seconds $(or $(SECONDS),60) $(if $(JSON),--json $(JSON))

corrections: $(READY)  ## edit and recall a broadcast that reached 40,000, at the pace (MESSAGES=40000, SPEED=20 of the bot's clock, JSON=FILE)
	$(BIN)/python -m tests.bench.corrections --messages $(or $(MESSAGES),40000) --speed $(or $(SPEED),20) $(if $(JSON),--json $(JSON))

chaos: $(READY)  ## kill -9 at random moments, audited at the server (TIMES=200, POSTGRES=1 for two replicas, JSON=FILE)
	$(BIN)/python -m tests.bench.chaos --times $(or $(TIMES),200) $(if $(POSTGRES),--postgres) $(if $(JSON),--json $(JSON))

mutants: $(READY)  ## put single faults into a copy of the code and list those that no test sees (TIMES=200, WORKERS=1, LOG=FILE to go on, COVERED=1 after make test COVERAGE=1, JSON=FILE)
	$(BIN)/python -m tests.mutants --times $(or $(TIMES),200) --workers $(or $(WORKERS),1) $(if $(LOG),--log $(LOG)) $(if $(COVERED),--coverage $(COVERAGE_FILE)) $(if $(JSON),--json $(JSON))

soak: $(READY)  ## 200 subscribers through 400 simulated days
	$(BIN)/python -m tests.soak --subscribers $(or $(SUBSCRIBERS),200) --days $(or $(DAYS),400)

search-train: $(READY)  ## make the search index and the warning signs anew from the wordings
	$(BIN)/python -m tips.search.training.train --vectors $(CACHES)/vectors.npz
	$(BIN)/python -m tips.signs.training
	$(BIN)/python -m tips.signs.english_training

search-eval: $(READY)  ## measure the search and put the figures into docs/SEARCH.md
	$(BIN)/python -m tips.search.training.evaluate --write --vectors $(CACHES)/vectors.npz

screenshots: $(READY)  ## remake the README's pictures: the chat, a broadcast, the figures, the admin page
	$(BIN)/python -m tests.browser.screenshots

# A language more is this file, translated with any gettext editor, as bot/texts/locales/<language>/LC_MESSAGES/gutskin.po.
template: $(READY)  ## every sentence of the bot, for translators (POT=gutskin.pot)
	@$(TOLD) "Gathering the sentences" $(BIN)/pybabel -q extract --project gutskin -F pyproject.toml -w 99 -o $(or $(POT),gutskin.pot) bot/texts bot/web

COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras --custom-compile-command "make lock"
lock: $(READY)  ## compile the hash-pinned requirements anew (UPGRADE=1: the newest of all)
	@$(TOLD) "The lock of all that develops (a minute at most)" $(COMPILE) $(if $(UPGRADE),-U) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	@$(TOLD) "The demo's" $(COMPILE) pyproject.toml --extra editors -c requirements/dev.txt -o requirements/demo.txt
	@$(TOLD) "The image's" $(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	@$(TOLD) "The package's" $(COMPILE) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	@$(TOLD) "The bench's" $(COMPILE) $(if $(UPGRADE),-U) tests/bench/requirements.in -o tests/bench/requirements.txt

clean:  ## remove the environments and the caches
	rm -rf $(VENV) $(VENV)-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
