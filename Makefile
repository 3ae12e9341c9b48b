# Zhanqun. `make help` lists what can be made.
#
# Two commands do everything on a fresh Debian 12, set-up included:
#   make demo     builds, runs a hub and two sites for real
#   make check    builds with sanitizers, runs every test

VERSION  := 0.1.0
B        ?= build
CC       ?= gcc
PREFIX   ?= /usr
SYSCONF  ?= /etc/zhanqun
STATE    ?= /var/lib/zhanqun
DESTDIR  ?=
OPT      ?= -O2 -g
V        ?= 0
Q        := $(if $(filter 1,$(V)),,@)

PACKAGES := libcurl openssl libxml-2.0 lmdb libevent libevent_openssl libpsl libidn2 \
            jansson libseccomp
# No pkg-config yet on a bare machine: `make deps` comes first then.
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lunistring

comma    := ,
SAN      ?=
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined \
            -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
CFLAGS_OURS = -std=c11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wvla -Wformat=2 -Wno-format-nonliteral -fno-strict-aliasing -fno-common \
	-fstack-protector-strong -fPIE
CPPFLAGS_OURS = -I. -D_GNU_SOURCE -DZQ_VERSION='"$(VERSION)"' \
	-DZQ_LOCALEDIR='"$(PREFIX)/share/locale"' $(if $(SAN),,-D_FORTIFY_SOURCE=2)
LDFLAGS_OURS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
COMPILE = $(CC) $(CPPFLAGS_OURS) $(PKG_CFLAGS) $(CPPFLAGS) $(OPT) \
	$(CFLAGS_OURS) $(SANFLAGS) $(CFLAGS) -MMD -MP
LINK    = $(CC) $(OPT) $(SANFLAGS) $(LDFLAGS_OURS) $(LDFLAGS)

PROGRAMS := zqhubd zqhub zqagentd zqagent
MAINS    := hub/zqhubd.c hub/zqhub.c agent/zqagentd.c agent/zqagent.c

src       = $(filter-out $(MAINS),$(sort $(wildcard $(1)/*.c)))
obj       = $(patsubst %.c,$(B)/%.o,$(1))
BASE     := $(call src,contrib/base)
PROTOCOL := $(call src,protocol)
CERTS    := $(call src,certs)
AGENT    := $(call src,agent)
HUB      := $(call src,hub)

LIB_COMMON := $(B)/libcerts.a $(B)/libprotocol.a $(B)/libbase.a
LIB_HUB    := $(B)/libhub.a $(LIB_COMMON)
LIB_AGENT  := $(B)/libagent.a $(LIB_COMMON)
LIB_ALL    := $(B)/libhub.a $(B)/libagent.a $(LIB_COMMON)

.PHONY: all
all: $(addprefix $(B)/,$(PROGRAMS)) locale

$(B)/zqhubd $(B)/zqhub: $(B)/%: $(B)/hub/%.o $(LIB_HUB)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $< -Wl,--start-group $(LIB_HUB) -Wl,--end-group $(PKG_LIBS)
$(B)/zqagentd $(B)/zqagent: $(B)/%: $(B)/agent/%.o $(LIB_AGENT)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $< -Wl,--start-group $(LIB_AGENT) -Wl,--end-group $(PKG_LIBS)

$(B)/libbase.a: $(call obj,$(BASE))
$(B)/libprotocol.a: $(call obj,$(PROTOCOL))
$(B)/libcerts.a: $(call obj,$(CERTS))
$(B)/libagent.a: $(call obj,$(AGENT))
$(B)/libhub.a: $(call obj,$(HUB))
$(B)/%.a:
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(COMPILE) -c -o $@ $<

# --- tests --------------------------------------------------------------------
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c tests/model/test_*.c))
UNIT     := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
CHECK_LIBS = $(shell pkg-config --libs check)

# Agent and hub both have a store and a config: a test links one of them.
side = $(if $(filter tests/unit/agent/%,$(1)),$(LIB_AGENT),$(LIB_HUB))
$(UNIT): $(B)/%: $(B)/%.o $(LIB_ALL)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $< -Wl,--start-group $(call side,$*) -Wl,--end-group $(PKG_LIBS) $(CHECK_LIBS)

.PHONY: unit
unit: $(UNIT)
	$(Q)tests/run-unit $(UNIT)

# Fuzz targets: each is one file with LLVMFuzzerTestOneInput. `make fuzz`
# replays the kept corpora; with FUZZ_TIME=600 and clang it also looks on.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ     := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
# These have the agent's store or settings, and so not the hub's.
FUZZ_AGENT := tests/fuzz/fuzz_control tests/fuzz/fuzz_rows
fuzz_libs = $(if $(filter $(FUZZ_AGENT),$(1)),$(LIB_AGENT),$(LIB_ALL))
ifdef FUZZ_TIME
$(FUZZ): $(B)/%: $(B)/%.o $(LIB_ALL)
	@echo "  LINK    $@"
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $< -Wl,--start-group $(call fuzz_libs,$*) -Wl,--end-group $(PKG_LIBS)
else
$(FUZZ): $(B)/%: $(B)/%.o $(B)/tests/fuzz/replay.o $(LIB_ALL)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $< $(B)/tests/fuzz/replay.o -Wl,--start-group $(call fuzz_libs,$*) -Wl,--end-group $(PKG_LIBS)
endif

# Benches: C programs, driven by tests/bench/run.
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
BENCH     := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
$(BENCH): $(B)/%: $(B)/%.o $(LIB_ALL)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $< -Wl,--start-group $(LIB_ALL) -Wl,--end-group $(PKG_LIBS) -lsqlite3 -lm

# The load program: many made-up agents in one process, for benches and for
# scenarios, which come without what the benches compare with.
LOAD := $(B)/tests/load/load
$(LOAD): $(call obj,$(sort $(wildcard tests/load/*.c))) $(LIB_ALL)
	@echo "  LINK    $@"
	$(Q)$(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIB_HUB) -Wl,--end-group $(PKG_LIBS) -lm

# --- words ---------------------------------------------------------------------
PO := $(wildcard contrib/po/*.po)
MO := $(patsubst contrib/po/%.po,$(B)/locale/%/LC_MESSAGES/zhanqun.mo,$(PO))
.PHONY: locale
locale: $(MO)
$(B)/locale/%/LC_MESSAGES/zhanqun.mo: contrib/po/%.po
	@mkdir -p $(@D)
	@echo "  MSGFMT  $<"
	$(Q)msgfmt --check -o $@ $<

include contrib/make/sim.mk
include contrib/make/targets.mk

-include $(shell find $(B) -name '*.d' 2>/dev/null)
