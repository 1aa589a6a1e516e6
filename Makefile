# make run: set up .venv and open the app.    make test: set up .venv and a browser, and run every test.
# make check: format, types and quick tests.    make docs: the documents and the public names, as a site.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Of twenty thousand files a few are imported: Python compiles those itself.
PIP_OPTIONS := --quiet --no-compile

.PHONY: run test check docs clean

run: $(VENV)/.installed
	$(BIN)/python -m streamlit run app.py

test: $(VENV)/.installed-dev
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto -m "not processes"

docs: $(VENV)/.installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "The site is in the folder site. With its search: $(BIN)/python -m http.server --directory site"

clean:
	rm -rf $(VENV) site

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "KD Lab needs Python 3.11, 3.12 or 3.13: none was found." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/pyvenv.cfg requirements.txt requirements-library.txt
	$(BIN)/python -m pip install $(PIP_OPTIONS) --requirement requirements.txt
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt requirements-export.txt
	$(BIN)/python -m pip install $(PIP_OPTIONS) --requirement requirements-dev.txt
	touch $@
