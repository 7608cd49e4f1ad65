# The front door. Needed beforehand: Python 3.11 or newer with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
# Where it is set, each of the thousands of processes that the tests start would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo test test-alone test-with-servers test-long elasticsearch elasticsearch-stop s3-server check format schema lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: .venv/installed ## the environment in .venv, from the lock file

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/installed ## crawl a sample newsroom on this machine, twice, and search it
	$(BIN)/broadsheet demo demo

test: test-alone test-with-servers ## every test but the longest

test-alone: .venv/installed ## the tests that need no server, on all cores
	$(BIN)/python -m pytest -m "not elasticsearch and not prefect and not long" -n auto --dist worksteal

test-long: .venv/installed ## those that kill and go on at many moments, and take most of a minute each
	$(BIN)/python -m pytest -m long -n 2 --dist loadgroup

test-with-servers: .venv/installed ## the tests with an Elasticsearch (if one can be had) and Prefect
	$(BIN)/python -m pytest -m "(elasticsearch or prefect) and not long" -n 2 --dist loadgroup

elasticsearch: .venv/installed ## start an Elasticsearch node for development on port 9200 (stop: make elasticsearch-stop)
	$(BIN)/python tests/elasticsearch_node.py start --port 9200 --data $(or $(DATA),/tmp/broadsheet-elasticsearch/data)

elasticsearch-stop: .venv/installed
	$(BIN)/python tests/elasticsearch_node.py stop --port 9200

s3-server: ## versitygw, an S3 server for the tests, by Go; without it they are skipped
	command -v versitygw || go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

check: .venv/installed ## formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/installed ## mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: .venv/installed ## renew docs/article.schema.json from the types
	$(BIN)/python -m tests.article_schema

lock: ## renew requirements.lock (for every supported Python, no registry named)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lock/bin/uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra dev \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	rm -rf .venv-lock

clean: ## remove what the other targets made
	rm -rf .venv .venv-lock demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
