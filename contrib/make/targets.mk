# What people type. A line beginning "#: " is shown by `make help`.

#: make            build the four programs into build/
#: make demo       a hub and two real sites, for you to look at (Ctrl-C ends);
#:                 make demo DEMO=once runs through and ends by itself
#: make check      build with ASan and UBSan, run every test; some also as
#:                 it is installed, where the sandboxes are whole
#: make lint       layers, banned functions, shell, man pages, units, warnings
#:                 of gcc and clang, clang-tidy, cppcheck
#: make sim        play one run of the simulator, SEED=n, and show it;
#:                 RUNS=n plays so many; KILL=each kills at every write
#: make fuzz       replay the fuzz corpora; FUZZ_TIME=600 also searches
#: make valgrind   the story of the demo, every process under memcheck
#: make bench      figures, each beside its limit or a peer
#: make install    DESTDIR= PREFIX=/usr: programs, man pages, units, words,
#:                 completion
#: make clean      remove build directories

.DEFAULT_GOAL := all
.PHONY: help deps check scenarios lint layers banned fuzz bench demo install \
	clean pot

help:
	@sed -n 's/^#: //p' contrib/make/targets.mk

deps:
	@contrib/make/deps build

clean:
	rm -rf build build-*

# --- check --------------------------------------------------------------------
# The packages come first, then a make of its own, so that pkg-config is asked
# after there is one.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

check:
	@contrib/make/deps check
	@echo "check: building with ASan and UBSan (build-check)"
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-check SAN=1 OPT="-O1 -g" \
		check-build
	@echo "check: building as it is installed (build), for the sandboxes"
	@$(MAKE) --no-print-directory -j$(JOBS) B=build all load-build
	@tests/run-check --boxed build build-check $(TESTS)

.PHONY: check-build load-build
check-build: all $(UNIT) $(FUZZ) sim-build load-build
load-build: $(LOAD)

scenarios:
	@tests/run-check --only scenario $(B) $(TESTS)

# --- fuzz ---------------------------------------------------------------------
fuzz:
	@contrib/make/deps build
ifdef FUZZ_TIME
	@contrib/make/deps fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-fuzz CC=clang SAN=1 \
		OPT="-O1 -g" CFLAGS=-fsanitize=fuzzer-no-link \
		FUZZ_TIME=$(FUZZ_TIME) fuzz-build
	@tests/run-fuzz build-fuzz $(FUZZ_TIME)
else
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-check SAN=1 OPT="-O1 -g" \
		fuzz-build
	@tests/run-fuzz build-check
endif

.PHONY: fuzz-build
fuzz-build: $(FUZZ)

# --- valgrind -----------------------------------------------------------------
# Not part of check: it takes some minutes.
.PHONY: valgrind
valgrind:
	@contrib/make/deps check
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-valgrind OPT="-O1 -g" \
		CPPFLAGS=-DDB_ENV_MAP_MOST=1073741824 all
	@tests/run-valgrind build-valgrind

# --- bench --------------------------------------------------------------------
bench:
	@contrib/make/deps bench
	@$(MAKE) --no-print-directory -j$(JOBS) B=build bench-build
	@tests/bench/run build

.PHONY: bench-build
bench-build: all $(BENCH) $(LOAD)

# --- demo ---------------------------------------------------------------------
DEMO ?= stay
demo:
	@contrib/make/deps demo
	@$(MAKE) --no-print-directory -j$(JOBS) B=build all
	@contrib/demo/run build $(DEMO)

# --- lint ---------------------------------------------------------------------
# Quick looks first. Everything that takes time is made once per change: both
# compilers' objects, and a stamp per file for clang-tidy.
OURS := $(MAINS) $(BASE) $(PROTOCOL) $(CERTS) $(AGENT) $(HUB)
LOUD  = $(MAKE) --no-print-directory -k -j$(JOBS)

lint:
	@contrib/make/deps lint
	@$(LOUD) layers banned shell manuals units reasons mutations
	@echo "lint: gcc, all warnings"
	@contrib/make/quiet $(LOUD) B=build-gcc CC=gcc check-build bench-build
	@echo "lint: clang, all warnings"
	@contrib/make/quiet $(LOUD) B=build-clang CC=clang OPT=-O1 objects
	@$(LOUD) B=build-clang CC=clang OPT=-O1 tidy cppcheck
	@echo "lint: clean"

.PHONY: objects tidy cppcheck manuals units shell reasons mutations
objects: $(call obj,$(OURS) $(UNIT_SRC) $(FUZZ_SRC) tests/fuzz/replay.c \
	$(BENCH_SRC) $(SIM_SRC))

# After the object, so that a changed header counts.
TIDY := $(patsubst %.c,$(B)/tidy/%.ok,$(OURS))
tidy: $(TIDY)
$(TIDY): $(B)/tidy/%.ok: %.c $(B)/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY    $<"
	@clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 \
		$(CPPFLAGS_OURS) $(PKG_CFLAGS) >$@.log 2>&1 || \
		{ cat $@.log; rm -f $@.log; exit 1; }
	@rm -f $@.log; touch $@

# invalidFunctionArg: its idea of mmap has no MAP_ANONYMOUS, where -1 is right.
cppcheck:
	@echo "lint: cppcheck"
	@mkdir -p $(B)/cppcheck
	@cppcheck --quiet --std=c11 --language=c --error-exitcode=1 \
		--enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=invalidFunctionArg --library=posix \
		--cppcheck-build-dir=$(B)/cppcheck -j$(JOBS) \
		-D_GNU_SOURCE -DZQ_VERSION='""' -DZQ_LOCALEDIR='""' -I. $(OURS)

# SC2015: what stands after || ends the script. SC2119: functions whose
# arguments may be left out. SC2317: functions that wait_for calls by name.
SCRIPTS := $(filter-out %.py,$(wildcard tests/run-* tests/sim/mutate \
	tests/bench/run tests/bench/check tests/bench/alarm tests/bench/probe \
	tests/scenario/*.sh contrib/demo/* contrib/systemd/verify)) \
	$(filter-out %.mk,$(wildcard contrib/make/*))
shell:
	@echo "lint: shell"
	@shellcheck -x -s sh -e SC2015,SC2119,SC2317 $(SCRIPTS)
	@shellcheck -s bash .ci/run contrib/completion/*

MANUALS := $(wildcard agent/*.[1-9] hub/*.[1-9] protocol/*.[1-9])
manuals:
	@echo "lint: man pages"
	@mandoc -T lint -W warning $(MANUALS)

reasons:
	@echo "lint: sentences that are translated where they are shown"
	@contrib/make/reasons

mutations:
	@echo "lint: the simulator's deliberate bugs apply"
	@tests/sim/mutate -n

units:
	@echo "lint: systemd units"
	@contrib/systemd/verify

# Circles between modules (x.c and x.h as one): tsort names them.
layers:
	@echo "lint: layers"
	@contrib/make/layers

banned:
	@echo "lint: banned functions"
	@contrib/make/banned

# --- words --------------------------------------------------------------------
pot:
	@mkdir -p $(B)
	@xgettext --from-code=UTF-8 --language=C -k_ -kN_ --no-location \
		--package-name=zhanqun --package-version=$(VERSION) \
		-o $(B)/zhanqun.pot $(OURS)
	@for po in $(PO); do \
		msgmerge -q --update --backup=none --no-location --no-fuzzy-matching \
			$$po $(B)/zhanqun.pot && \
		msgattrib --no-obsolete -o $$po $$po && \
		msgfmt --statistics -o /dev/null $$po; done

# --- install ------------------------------------------------------------------
BIN  = $(DESTDIR)$(PREFIX)
DATA = $(BIN)/share
UNITS := $(wildcard contrib/systemd/*.service)
install: all
	install -d $(BIN)/bin $(BIN)/sbin $(BIN)/lib/systemd/system \
		$(BIN)/lib/sysusers.d $(DATA)/man/man5 $(DATA)/man/man7 \
		$(DATA)/man/man8 $(DATA)/doc/zhanqun \
		$(DATA)/bash-completion/completions $(DESTDIR)$(SYSCONF)
	install -m 755 $(B)/zqhub $(B)/zqagent $(BIN)/bin
	install -m 755 $(B)/zqhubd $(B)/zqagentd $(BIN)/sbin
	install -m 644 $(filter %.5,$(MANUALS)) $(DATA)/man/man5
	install -m 644 $(filter %.7,$(MANUALS)) $(DATA)/man/man7
	install -m 644 $(filter %.8,$(MANUALS)) $(DATA)/man/man8
	for unit in $(notdir $(UNITS)); do \
		sed 's|/usr/sbin/|$(PREFIX)/sbin/|' contrib/systemd/$$unit \
			>$(BIN)/lib/systemd/system/$$unit && \
		chmod 644 $(BIN)/lib/systemd/system/$$unit || exit 1; done
	install -m 644 contrib/systemd/zhanqun.sysusers \
		$(BIN)/lib/sysusers.d/zhanqun.conf
	install -m 644 contrib/completion/zqhub contrib/completion/zqagent \
		$(DATA)/bash-completion/completions
	install -m 644 README.md README.zh.md CHANGES.md LICENSE \
		protocol/zhanqun.rng $(DATA)/doc/zhanqun
	install -d $(DATA)/doc/zhanqun/contrib/pictures
	install -m 644 contrib/pictures/*.png \
		$(DATA)/doc/zhanqun/contrib/pictures
	install -m 644 contrib/prometheus/zhanqun.rules.yml \
		contrib/grafana/zhanqun.json $(DATA)/doc/zhanqun/contrib
	@# The settings are found where settings are looked for.
	ln -sfn $(STATE)/hub/hub.conf $(DESTDIR)$(SYSCONF)/hub.conf
	ln -sfn $(STATE)/agent/agent.conf $(DESTDIR)$(SYSCONF)/agent.conf
	for mo in $(patsubst $(B)/locale/%,%,$(MO)); do \
		install -D -m 644 $(B)/locale/$$mo $(DATA)/locale/$$mo || exit 1; \
	done
