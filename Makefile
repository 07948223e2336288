# make demo: try it.  make test: everything.  Python 3.11 or newer is all that is needed.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
LANGUAGE ?= en

.PHONY: demo test lint templates samples docs pictures bench clean

demo: $(VENV)/.installed
	$(BIN)/leadbook demo .leadbook-demo --lang $(LANGUAGE) || [ $$? -eq 1 ]

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

templates: $(VENV)/.dev
	$(BIN)/python -m leadbook.templating templates

samples: templates
	$(BIN)/python -m tests.samples.build

docs: $(VENV)/.dev
	$(BIN)/python -m tests.docs
	$(BIN)/python -m tests.odd_cells
	$(BIN)/python -m tests.export.page
	$(BIN)/python -m tests.readme

pictures: $(VENV)/.dev
	$(BIN)/python -m tests.pictures

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py --leads 10000

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python setup.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check .
	touch $@

$(VENV)/.dev: $(VENV)/bin/python setup.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .[dev]
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .leadbook-demo
