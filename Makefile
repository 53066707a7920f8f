# `make` lists the targets. PYTHON names the interpreter for .venv; ARGS are handed on to the command.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PYTEST_WORKERS ?= -n auto --maxprocesses 8 --dist loadfile

export PYTHON
# Every test that calls the command would compile pandas anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench dictionary wheel lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/run.done ## see it work: PostGIS, simulated models, a leaderboard, a map
	@$(BIN)/python -m imageo demo $(ARGS)

test: .venv/test.done ## everything that the tests need, then all of them
	@.ci/system.sh
	$(BIN)/python -m pytest $(PYTEST_WORKERS) $(ARGS)

check: .venv/check.done ## lint, types, SQL style, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint sql
	$(BIN)/lint-imports

bench: .venv/test.done ## ratios against baselines, each measured in one run
	@for script in tests/bench/bench_*.py; do $(BIN)/python -m tests.bench.$$(basename $$script .py) $(ARGS) || exit; done

dictionary: .venv/run.done ## docs/data-dictionary.md from the comments in the database
	$(BIN)/python -m imageo db dictionary > docs/data-dictionary.md

wheel: .venv/run.done ## dist/imageo-*.whl
	$(BIN)/python -m hatchling build -t wheel

COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(ARGS)

lock: .venv/run.done ## write locks/ anew after a change of pyproject.toml; ARGS=--upgrade for newer versions
	$(COMPILE) pyproject.toml -o locks/run.txt
	$(COMPILE) pyproject.toml --group test -c locks/run.txt -o locks/test.txt
	$(COMPILE) pyproject.toml --group dev -c locks/test.txt -o locks/check.txt
	$(COMPILE) --group build -c locks/check.txt -o locks/build.txt
	$(COMPILE) --group install -c locks/check.txt -o locks/install.txt

clean: ## remove what make made; the database stays
	rm -rf .venv dist imageo-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/%.done: locks/%.txt locks/build.txt locks/install.txt pyproject.toml .ci/bootstrap.sh
	@.ci/bootstrap.sh $<
	@touch $@
