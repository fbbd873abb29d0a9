# The day's work; `just --list` shows it.

# Lint, types and tests.
default: lint test

lint:
    ruff check
    ruff format --check
    mypy

test *ARGS:
    pytest {{ARGS}}

# Write again what is generated; the tests fail where it is stale.
generate:
    python ontologies/generate.py
    python -m medgraph.jsonld
    python docs/generate_mapping.py
    python docs/generate_cli.py
    python docs/generate_queries.py

# The long fuzzing and killing runs.
long:
    pytest -m long

# Everything a clean machine would check.
ci:
    .ci/run
