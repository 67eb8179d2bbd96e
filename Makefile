# Every command of the project. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
NOTEBOOKS := $(wildcard notebooks/*.ipynb notebooks/labs/*.ipynb book/*.ipynb)
# With a dot after them, so that a folder is not taken for the target of its name.
PAGES_ARE_MADE_OF := _config.yml _toc.yml requirements.txt $(shell find \
	book/. coursework/. experiments/. lstm_lib/. notebooks/. -not -name '*.pyc' \
	-not -name __pycache__ -not -path '*/.ipynb_checkpoints*' 2>/dev/null)
ABOUT_CELLS := $(addprefix tests/,cells equations sequences layers diagrams \
	book/test_overview.py book/test_library_pages.py)

.DEFAULT_GOAL := help
.NOTPARALLEL:

# Settings that a user may have for other work are overridden: packages go into .venv.
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIREMENT
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS PYTEST_ADDOPTS
unexport MATPLOTLIBRC MPLBACKEND

define REQUIREMENTS_HEADER
# Every package that the project is made with, pinned. Made by `make requirements` from
# requirements.in: edit that file, not this one. It is also the constraint file of `make book`.
#
# Not listed: what torch needs for NVIDIA cards (nvidia-*, cuda-*, triton). Which of these it needs
# depends on the machine, and each release of torch names their exact versions itself.

endef
export REQUIREMENTS_HEADER

# How git shows a notebook: as text; unchanged if there is no environment or it is no notebook.
define TEXT_OF_NOTEBOOK
f() { .venv/bin/python -I book/notebook_text.py "$$1" 2>/dev/null || cat "$$1"; }; f
endef
export TEXT_OF_NOTEBOOK

.PHONY: help book offline pdf test test-grading test-machines test-elsewhere tables bench check lab notebooks lint requirements clean browser

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

book: .venv/for-book ## build the site into _build/html
	rm -rf _build  # Sphinx repeats no warning of a page that it does not read again
	$(BIN)/jupyter-book build . -W -n --keep-going
	@touch _build/complete
	@echo "The book is at file://$(CURDIR)/_build/html/index.html"

_build/complete: $(PAGES_ARE_MADE_OF)
	@$(MAKE) --no-print-directory book

offline: _build/complete ## build the site and pack it into one ZIP file in _build
	$(BIN)/python -m book.offline

pdf: _build/complete browser ## print the site as a book on A4 paper, into one PDF in _build: some minutes
	$(BIN)/python -m book.pdf

test: lint _build/complete browser ## run every test: code, notebooks, and the site in a real browser
	@# Two processes with one thread each; tests/conftest.py distributes the tests and orders them.
	@# Notebooks are executed as on an old processor: stored outputs must be the same on every one.
	OMP_NUM_THREADS=1 $(BIN)/pytest tests $(NOTEBOOKS) \
		--nbval --nbval-sanitize-with tests/nbval.cfg --numprocesses 2 --dist loadgroup \
		--no-loadscope-reorder --instructions lowest

test-grading: .venv/for-all ## grade every hostile submission, slow ones too: some minutes
	$(BIN)/pytest -p no:nbval --every-submission tests/coursework

test-machines: .venv/for-all ## execute every notebook as other processors would, and compare
	$(BIN)/python tests/machines.py

test-elsewhere: .venv/for-all ## run notebooks as their links to Colab, Binder and the browser would: half an hour
	$(BIN)/python tests/elsewhere.py

lab: .venv/for-all ## open the chapters in JupyterLab
	$(BIN)/jupyter lab notebooks

notebooks: .venv/for-all ## execute every notebook and store its outputs
	$(BIN)/python book/store_outputs.py
	$(BIN)/python -c "from lstm_lib import diagrams; diagrams.lstm().save('book/static/lstm.svg')"
	$(BIN)/python -m book.link_cards
	$(BIN)/python -m coursework.handout

tables: _build/complete browser ## print, page by page, weights, links, what axe and Lighthouse say: more than an hour
	$(BIN)/python -m benchmarks.site
	$(BIN)/pytest -p no:nbval --quiet --tables tests/book/test_site.py tests/book/test_search.py \
		tests/book/test_page_widgets.py \
		-k "somewhere or keeps_a_reader_out or does_not_jump or found_first or within_one_frame"
	@# Last: it takes more than an hour, and make ends with the first command that fails.
	$(BIN)/python -m benchmarks.lighthouse

bench: .venv/for-all ## measure the layers beside PyTorch's: a quarter of an hour
	$(BIN)/python -m benchmarks $(BENCH)

check: lint ## check the library alone, in two minutes; CELL=janet: one cell, in seconds
	@# Without nbval: it takes a second to import, and no notebook is executed here.
	OMP_NUM_THREADS=1 $(BIN)/pytest -p no:nbval \
		$(if $(CELL),--tb short --cell $(CELL) $(ABOUT_CELLS),--no-browser --numprocesses 2 \
		$(addprefix tests/,$(notdir $(wildcard lstm_lib/[a-z]*))))

lint: .venv/for-all ## check the style of the code and the notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check

requirements: .venv/for-all ## make requirements.txt from requirements.in
	$(BIN)/pip-compile --quiet --no-header --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --annotation-style=line requirements.in
	@# Plain releases only: no build for one kind of machine, and nothing only such a build needs.
	sed -E -e 's/\+cpu//' -e '/^(#|$$|nvidia-|cuda-|triton)/d' requirements.txt > .venv/pinned.txt
	{ echo "$$REQUIREMENTS_HEADER"; cat .venv/pinned.txt; } > requirements.txt

clean: ## remove the environment and everything built
	rm -rf .venv _build build *.egg-info

# One environment. The date of an empty file in it says for what it was installed, and when.

.venv/for-book: book/requirements.in requirements.txt pyproject.toml | .venv/bin/python .venv/for-diffs
	@echo "Installing what building the book needs: a minute or two, once."
	$(BIN)/python -m pip install --quiet -c requirements.txt -r book/requirements.in -e .
	@touch $@

.venv/for-all: requirements.txt pyproject.toml | .venv/bin/python .venv/for-diffs
	@echo "Installing everything, torch included: some minutes, once."
	@echo "(On Linux without an NVIDIA card, CONTRIBUTING.md says how to get a smaller torch.)"
	$(BIN)/python -m pip install -r requirements.txt -e .
	@touch $@ .venv/for-book  # everything includes what the book needs

.venv/for-diffs: Makefile | .venv/bin/python
	@# Only in a clone of this project: an unpacked archive may lie inside another one's.
	@if [ -e .git ]; then git config diff.notebook.textconv "$$TEXT_OF_NOTEBOOK" || true; fi
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This book needs Python \
	3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ": try make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

browser: .venv/for-all
	@$(BIN)/python -m book.browser
