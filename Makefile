# make demo    sets up, then solves the advection-diffusion problem by every method
# make test    sets up, then lints and runs every test that is not marked slow
# make install sets up only: .venv with the package and its tools
# make verify  every number that the project claims; one of them: make verify only=NAME
# make coverage  the tests again, a third slower, and that they reach 95 % of the lines
# make lint    ruff and mypy

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)
export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: demo test coverage install verify lint format clean

demo: install
	$(BIN)/python -m examples.advection_diffusion

test: lint
	$(BIN)/python -m pytest -n 2 -m "not slow" --durations=15

coverage: install
	$(BIN)/python -m pytest -n 2 -m "not slow" --cov --cov-fail-under=95

install: $(VENV)/installed

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "kerasphys needs Python 3.11, 3.12 or 3.13. Install one (Debian and \
	Ubuntu: apt install python3.11 python3.11-venv; others: https://www.python.org/downloads), or name \
	yours: make install PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual \
	environment. On Debian and Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@

verify: install
	$(BIN)/python -m benchmarks.verify $(if $(only),--only $(only)); status=$$?; \
	$(BIN)/python -m benchmarks.report; exit $$status

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) outputs build *.egg-info
