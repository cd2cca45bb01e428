# The commands a person needs. `make` lists them.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	$$name -c '' 2>/dev/null && echo $$name && break; done)
HOUSE = $(if $(PYTHON),$(PYTHON),python3) -m deploy.house
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run chat check setup test lint format bench lock clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## set up what is missing, start the assistant, stay until Ctrl-C
	@$(HOUSE) run

chat:  ## talk to the assistant in this terminal
	@$(HOUSE) chat

check:  ## show what is there and what is stale
	@$(HOUSE) check

setup:  ## make what is missing or stale, without starting anything
	@$(HOUSE) setup

test:  ## set up with the tests' tools, then run the tests (ARGS="-k word" goes to pytest)
	@$(HOUSE) setup --with-tests
	$(BIN)/python -m deploy.checkers
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint:  ## check format, style, types, the texts that citizens read, known holes in packages
	@$(HOUSE) setup --tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m deploy.readability
	$(BIN)/python -m deploy.audit --may-be-offline

format:  ## format the code and sort imports
	@$(HOUSE) setup --tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench:  ## measure latency and throughput (ARGS goes to the benchmark)
	@$(HOUSE) setup
	$(BIN)/python -m deploy.bench $(ARGS)

# Compiles requirements/*.in to *.txt with `uv pip compile --no-header --no-annotate --no-emit-index-url
# --no-emit-find-links`, torch as its CPU build, and takes "+cpu" from torch again. Pins that still fit are kept.
lock:  ## compile requirements/*.in to *.txt (ARGS=--upgrade takes the newest versions)
	@$(HOUSE) lock $(ARGS)

clean:  ## remove what was built (index, encoder, model, caches); environments and people's data stay
	rm -rf var/stamps var/snapshots var/encoder var/logs models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
