# Two commands: `make run` and `make test`. Each gets a fresh machine ready by itself (packaging/setup.sh).

BIN := .venv/bin
SETUP := @packaging/setup.sh

.DEFAULT_GOAL := help
.PHONY: help run test test-slow format install-desktop uninstall-desktop clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 26

run: ## open pgviz with a CartPole run ready to play
	$(SETUP) run
	@exec $(BIN)/pgviz run CartPole-v1

# With no screen Qt draws in memory; a platform that was asked for by name is kept.
test test-slow: export QT_QPA_PLATFORM ?= offscreen

test: ## linters, type checker, architecture contracts and all tests but the slow ones
	$(SETUP) test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses auto --dist worksteal

test-slow: ## the learning tests, which take minutes each
	$(SETUP) test
	$(BIN)/pytest -m slow

format: ## put every file into the house's format
	$(SETUP) test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install-desktop: ## put pgviz into the desktop's menu, for this user
	$(SETUP) run
	@$(BIN)/python packaging/desktop.py install

uninstall-desktop: ## take it out again
	@python3 packaging/desktop.py uninstall

clean: ## remove caches and built files (.venv stays)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find pgviz tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
