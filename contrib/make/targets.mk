# What people type. A line beginning "#: " is shown by `make help`.

#: make            build the four programs into build/
#: make demo       a hub and two real sites, for you to look at (Ctrl-C ends);
#:                 make demo DEMO=once runs through and ends by itself
#: make check      build with ASan and UBSan, run every test
#: make lint       warnings of gcc and clang, clang-tidy, cppcheck, layers,
#:                 banned functions, man pages, units
#: make fuzz       replay the fuzz corpora; FUZZ_TIME=600 also searches
#: make bench      figures, each beside its limit or a peer
#: make install    DESTDIR= PREFIX=/usr: programs, man pages, units, words
#: make clean      remove build directories

.DEFAULT_GOAL := all
.PHONY: help deps check check-run scenarios lint lint-run layers banned fuzz \
	fuzz-replay bench demo install clean pot

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
	@tests/run-check build-check $(TESTS)

.PHONY: check-build
check-build: all $(UNIT) $(FUZZ)

scenarios:
	@tests/run-check --only scenario $(B) $(TESTS)

# --- fuzz ---------------------------------------------------------------------
fuzz:
	@contrib/make/deps build
ifdef FUZZ_TIME
	@contrib/make/deps lint
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

# --- bench --------------------------------------------------------------------
bench:
	@contrib/make/deps bench
	@$(MAKE) --no-print-directory -j$(JOBS) B=build bench-build
	@tests/bench/run build

.PHONY: bench-build
bench-build: all $(BENCH)

# --- demo ---------------------------------------------------------------------
DEMO ?= stay
demo:
	@contrib/make/deps demo
	@$(MAKE) --no-print-directory -j$(JOBS) B=build all
	@contrib/demo/run build $(DEMO)

# --- lint ---------------------------------------------------------------------
OURS := $(MAINS) $(BASE) $(PROTOCOL) $(CERTS) $(AGENT) $(HUB)

lint:
	@contrib/make/deps lint
	@$(MAKE) --no-print-directory layers banned
	@echo "lint: gcc, all warnings"
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-gcc CC=gcc check-build \
		>build-gcc.log 2>&1 || { cat build-gcc.log; rm build-gcc.log; exit 1; }
	@echo "lint: clang, all warnings"
	@$(MAKE) --no-print-directory -j$(JOBS) B=build-clang CC=clang check-build \
		>build-clang.log 2>&1 || { cat build-clang.log; rm build-clang.log; exit 1; }
	@rm -f build-gcc.log build-clang.log
	@$(MAKE) --no-print-directory -j$(JOBS) lint-run
	@echo "lint: clean"

TIDY := $(patsubst %,$(B)/tidy/%.ok,$(OURS))
.PHONY: cppcheck manuals units
lint-run: $(TIDY) cppcheck manuals units

$(B)/tidy/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY    $<"
	@clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 \
		$(CPPFLAGS_OURS) $(PKG_CFLAGS) 2>/dev/null >$@.log || \
		{ cat $@.log; rm -f $@.log; exit 1; }
	@rm -f $@.log; touch $@

cppcheck:
	@echo "lint: cppcheck"
	@cppcheck --quiet --std=c11 --language=c --error-exitcode=1 \
		--enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=normalCheckLevelMaxBranches --library=posix \
		-D_GNU_SOURCE -DZQ_VERSION='""' -DZQ_LOCALEDIR='""' -I. -j$(JOBS) \
		$(OURS)

MANUALS := $(wildcard agent/*.[1-9] hub/*.[1-9] protocol/*.[1-9] \
	$(B)/man/*.[1-9])
manuals:
	@echo "lint: man pages"
	@mandoc -T lint -W warning $(MANUALS)

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
	@xgettext --from-code=UTF-8 -k_ -kN_ --no-location -o $(B)/zhanqun.pot $(OURS)
	@for po in $(PO); do msgmerge -q --update --backup=none --no-location \
		$$po $(B)/zhanqun.pot; done

# --- install ------------------------------------------------------------------
BIN  = $(DESTDIR)$(PREFIX)
install: all
	install -d $(BIN)/bin $(BIN)/sbin $(BIN)/share/man/man5 \
		$(BIN)/share/man/man7 $(BIN)/share/man/man8 \
		$(BIN)/lib/systemd/system $(BIN)/lib/sysusers.d \
		$(BIN)/share/doc/zhanqun $(DESTDIR)$(SYSCONF)
	install -m 755 $(B)/zqhub $(B)/zqagent $(BIN)/bin
	install -m 755 $(B)/zqhubd $(B)/zqagentd $(BIN)/sbin
	install -m 644 $(wildcard hub/*.5 agent/*.5) $(BIN)/share/man/man5
	install -m 644 $(wildcard protocol/*.7) $(BIN)/share/man/man7
	install -m 644 $(wildcard hub/*.8 agent/*.8) $(BIN)/share/man/man8
	install -m 644 contrib/systemd/*.service $(BIN)/lib/systemd/system
	install -m 644 contrib/systemd/zhanqun.sysusers \
		$(BIN)/lib/sysusers.d/zhanqun.conf
	install -m 644 README.md CHANGES.md LICENSE protocol/zhanqun.rng \
		$(BIN)/share/doc/zhanqun
	for mo in $(patsubst $(B)/locale/%,%,$(MO)); do \
		install -D -m 644 $(B)/locale/$$mo $(BIN)/share/locale/$$mo; done
