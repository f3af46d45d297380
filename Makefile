# Two commands need nothing but Python and make: `make demo` and `make test`. Each sets itself up in .venv.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test nightly faults bench bench-short bench-scale bench-soak check format migrate messages lock clean

demo: $(READY)
	$(BIN)/aftersales demo --port $(PORT)

# In CI the tests of conversations/ are counted as they run: they have to reach every line and branch of it. They run beside
# the others and are shown after them.
test: $(READY)
ifeq ($(CI),true)
	@mkdir -p build
	@($(BIN)/pytest tests/conversations --cov --cov-report=term --cov-fail-under=100 > build/conversations.log 2>&1; \
		echo $$? > build/conversations.code) & \
	$(BIN)/pytest --ignore tests/conversations; rest=$$?; wait; \
	cat build/conversations.log; exit $$(($$rest | $$(cat build/conversations.code)))
else
	$(BIN)/pytest
endif

# Ten times as many examples of whatever searches for counterexamples, each night others; and every story in every language,
# and in groups.
nightly: $(READY)
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -m hypothesis
	AFTERSALES_TEST_LANGUAGES=all $(BIN)/pytest tests/stories
	AFTERSALES_TEST_GROUPS=1 $(BIN)/pytest tests/stories

# How fast the bot is, beside others: .github/BENCHMARKS.md says what is compared. `bench-scale` makes a million cases first.
bench: $(READY)
	$(BIN)/python -m tests.bench all

bench-short: $(READY)
	$(BIN)/python -m tests.bench short

bench-scale: $(READY)
	$(BIN)/python -m tests.bench scale

bench-soak: $(READY)
	$(BIN)/python -m tests.bench soak

# Kills the bot at every named point with 25 seeds on both databases, and the whole storm: hours. SEEDS=3 is a quick look;
# PARTS=5 kills six bots in a story instead of one, which takes a third of the time.
SEEDS ?= 25
PARTS ?= 30
faults: $(READY)
	AFTERSALES_FAULTS=full AFTERSALES_FAULTS_SEEDS=$(SEEDS) AFTERSALES_FAULTS_PARTS=$(PARTS) $(BIN)/pytest tests/faults

# The figures of .github/SECURITY.md in full: a quarter of an hour, or more.
.PHONY: trust
trust: $(READY)
	AFTERSALES_TEST_MATRIX=all $(BIN)/pytest tests/conversations/desk/test_desk_authority.py
	AFTERSALES_TEST_PRESSES=100000 $(BIN)/pytest tests/bot/test_fuzzed_presses.py
	AFTERSALES_FAULTS=full $(BIN)/pytest tests/faults/test_junk.py

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m locales.catalogues check
	$(BIN)/python .ci/audit

# Known weaknesses in what we depend on. Without a network `check` says so and passes; this does not pass.
.PHONY: audit
audit: $(READY)
	$(BIN)/python .ci/audit --strict

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Writes a new migration from the difference between the tables and the newest revision: make migrate m="why"
migrate: $(READY)
	$(BIN)/aftersales db revision "$(m)"

# Extracts every Phrase into locales/messages.pot and carries the catalogues along.
messages: $(READY)
	$(BIN)/python -m locales.catalogues update

# The lock carries names, versions and hashes only.
lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --generate-hashes --no-emit-index-url \
		--no-emit-find-links pyproject.toml --all-extras --group dev -o requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist

# Draws the lifecycle's diagram in .github/ARCHITECTURE.md anew.
.PHONY: diagram
diagram: $(READY)
	$(BIN)/python tests/test_documents.py

# Mutation testing of the policy, the lifecycle, terms and money, on a copy of what is committed: see .github/MUTANTS.md.
# ONLY="conversations.cases.terms*" narrows it. The second pass gives each survivor a process of its own, since tables
# are built when a module is imported.
MUTMUT := 3.8.1
ONLY ?= conversations.*
.PHONY: mutants
mutants:
	test -x build/mutmut/bin/mutmut || { $(PYTHON) -m venv build/mutmut && \
		build/mutmut/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock && \
		build/mutmut/bin/pip install --quiet --disable-pip-version-check mutmut==$(MUTMUT); }
	rm -rf build/mutants && mkdir -p build/mutants && git archive HEAD | tar x -C build/mutants
	cd build/mutants && ../mutmut/bin/mutmut run --max-children 2 "$(ONLY)" > mutmut.log
	cd build/mutants && ../mutmut/bin/mutmut results --all true | sed 's/.*: //' | sort | uniq -c
	cd build/mutants && ../mutmut/bin/mutmut results | sed -n 's/^ *\(.*\): survived$$/\1/p' > survivors
	cd build/mutants/mutants && while read mutant; do \
		MUTANT_UNDER_TEST=$$mutant PYTHONPATH=. ../../mutmut/bin/python -m pytest -x -q -p no:cacheprovider \
			tests/conversations/policy tests/conversations/cases --ignore tests/conversations/policy/test_sentences.py \
			--ignore tests/conversations/cases/test_case_machine.py > /dev/null 2>&1 < /dev/null \
			&& echo "survives: $$mutant"; done < ../survivors || true
