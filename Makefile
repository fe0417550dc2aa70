# Twinlens. `make` alone lists what there is.

PREFIX ?= /usr/local
SWIFT ?= swift

# What the build links with, and the font that figures are drawn with, by the names of Debian packages.
PACKAGES = libncursesw5-dev libopenblas-dev libpng-dev libsixel-dev libturbojpeg0-dev \
	libcairo2-dev libsqlite3-dev pkg-config fonts-dejavu-core

# One set of flags for the program and its tests, so that nothing is compiled twice; tests reach
# internal names through -enable-testing, which costs next to nothing (docs/performance.md).
FLAGS = -c release -Xswiftc -enable-testing
# `swift test` would add that flag a second time and compile everything again.
SAME_FLAGS = --disable-testable-imports
PROGRAM = .build/release/twinlens
LINTED = Sources Tests Package.swift

SHARE = $(DESTDIR)$(PREFIX)/share/twinlens
# What `--peer` runs; each once, since install refuses a file it has just written.
PEERS = $(sort $(wildcard Tools/bench-*.py Tools/*-peer.py))

# What `make cluster` answers when it is not told.
SAMPLE_ON_CLUSTER = 'Samples/harbor/*.jsonl' .build/cluster --overwrite --models Samples/models -- \
	--pictures $(CURDIR)/Samples/harbor/images

.DEFAULT_GOAL = help
.PHONY: help setup build run test fuzz fuzz-guided team torture parity samples tables bench docs keys \
	check-docs check-exports check-recording check-report check-install check-spark cluster lint format \
	install uninstall clean

help:
	@echo "make run        build and open the sample; ARGS=\"...\" opens something else"
	@echo "make test       all tests; FILTER=Name runs those that match"
	@echo "make fuzz       read a million damaged inputs of each kind, with the address sanitizer (hours)"
	@echo "make fuzz-guided let libFuzzer look for inputs that reach new code, an hour for each reader"
	@echo "make team       50 annotators on a PostgreSQL server that fails them, 20,000 edits"
	@echo "make torture    break disks, power and programs under the store (long); ROUNDS=N, SEED=N repeats a run,"
	@echo "                STORE=postgres breaks a server and its connections"
	@echo "make parity     compare the encoders with PyTorch at real sizes, where it is installed"
	@echo "make build      build $(PROGRAM)"
	@echo "make lint       check the format of the sources"
	@echo "make format     format the sources and wrap their comments"
	@echo "make bench      measure the budgets of docs/performance.md"
	@echo "make samples    draw Samples/ and train its models again (long)"
	@echo "make tables     measure the tables of the papers again (hours)"
	@echo "make docs       bring the generated parts of the manual up to date"
	@echo "make keys       bring the table of keys in README.md up to date"
	@echo "make check-docs run every command, script and query of the manual"
	@echo "make check-exports read exports with doccano, Label Studio, spaCy and others (long)"
	@echo "make check-recording read a recording with asciinema"
	@echo "make check-report open exported pages in headless Chromium, without a network"
	@echo "make cluster    answer the sample on Apache Spark; ARGS=\"...\" answers something else"
	@echo "make check-spark kill workers of a small Spark cluster, and compare its answers with one process"
	@echo "make check-install install into a folder that goes away again, and use that copy"
	@echo "make install    into PREFIX=$(PREFIX) (DESTDIR is honoured); make uninstall removes it"
	@echo "make clean      remove what was built"
	@echo "The first of run, test and build installs missing Debian packages."

setup:
	@Scripts/check-swift
	@Scripts/install-packages $(PACKAGES)

build: setup
	@$(SWIFT) build $(FLAGS)

run: build
	@$(PROGRAM) $(if $(ARGS),$(ARGS),Samples/harbor)

test: setup
	@Scripts/test-scripts
	@$(SWIFT) test $(FLAGS) $(SAME_FLAGS) --disable-xctest $(if $(FILTER),--filter $(FILTER))

# ROUNDS= of each target, ONLY= some of them, SECONDS= at most for each; goes on where it stopped.
FUZZED = $(if $(ONLY),--only $(ONLY)) $(if $(SECONDS),--seconds $(SECONDS))

fuzz: setup
	@Scripts/fuzz campaign --rounds $(or $(ROUNDS),1000000) $(FUZZED)

fuzz-guided: setup
	@Scripts/fuzz guided $(FUZZED)

team: setup
	TWINLENS_TEAM=full $(SWIFT) test $(FLAGS) $(SAME_FLAGS) --disable-xctest --filter 'TeamTests'

# What is done is kept in .build/torture, so that an interrupted campaign goes on.
torture: build
	@Scripts/torture $(PROGRAM) $(if $(STORE),--store $(STORE)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

parity: setup
	@Scripts/parity $(SWIFT) test $(FLAGS) $(SAME_FLAGS) --disable-xctest --filter '(Parity|Preprocess)'

samples: build
	@Scripts/make-samples $(PROGRAM) Samples

tables: build
	@Scripts/make-tables $(PROGRAM) Samples

bench: build
	@$(PROGRAM) bench

check-docs: build
	@Scripts/check-docs $(PROGRAM)

# Reads exports with the tools that they are for; the first time it installs these, which takes minutes.
check-exports: build
	@Scripts/check-exports --venv .build/exports $(PROGRAM)

# The same for a recording.
check-recording: build
	@Scripts/check-recording --venv .build/asciinema $(PROGRAM)

# Exported pages in a browser; apt-get install chromium-headless-shell.
check-report: build
	@Scripts/check-report --program $(PROGRAM)

check-install: build
	@Scripts/check-install $(PROGRAM)

# Installs Java and a Python with PySpark the first time; docs/cluster.md.
cluster: build
	@Scripts/install-packages openjdk-17-jre-headless python3 python3-venv
	@Scripts/spark-predict --program $(PROGRAM) $(or $(ARGS),$(SAMPLE_ON_CLUSTER))

check-spark: build
	@Scripts/check-spark $(PROGRAM)

docs: build
	@Scripts/make-docs $(PROGRAM)

keys: build
	@$(PROGRAM) keys --standard | Scripts/fill-section README.md keys

lint:
	@Scripts/check-swift
	@$(SWIFT) format lint --strict --parallel --recursive $(LINTED)
	@Scripts/check-house-rules
	@Scripts/check-structure

format:
	@python3 Tools/wrap-comments.py Sources Tests
	@$(SWIFT) format format --in-place --parallel --recursive $(LINTED)

# `sudo make install` installs what was built before: root may have no Swift, and would own .build.
install: $(if $(SUDO_USER),,build)
	@test -x $(PROGRAM) || { echo "Nothing is built yet; give make build as yourself first." >&2; exit 1; }
	@install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)"
	@install -s -m 755 $(PROGRAM) "$(DESTDIR)$(PREFIX)/bin/twinlens"
	@rm -rf "$(SHARE)/Samples" "$(SHARE)/Themes" "$(SHARE)/docs" "$(SHARE)/Tools"
	@cp -R Samples Themes docs "$(SHARE)/"
	@install -d "$(SHARE)/Tools" && install -m 644 $(PEERS) "$(SHARE)/Tools/"
	@install -m 644 README.md CONTRIBUTING.md LICENSE "$(SHARE)/"
	@echo "Installed $(DESTDIR)$(PREFIX)/bin/twinlens and $(SHARE)"

uninstall:
	@rm -f "$(DESTDIR)$(PREFIX)/bin/twinlens"
	@rm -rf "$(SHARE)"
	@echo "Removed $(DESTDIR)$(PREFIX)/bin/twinlens and $(SHARE)"

clean:
	@rm -rf .build
