# The simulator: agents and a hub in one program (tests/sim/README.md).
#
# Agent and hub have modules of the same names, so each side is linked on its
# own first, and shows only what its header in tests/sim has. libevent, curl
# and the hub's channels are played by the simulator; its hand is between the
# programs and LMDB's commit.
SIM_SRC   := $(sort $(wildcard tests/sim/*.c))
SIM_AGENT := $(patsubst %,$(B)/tests/sim/%.o,agent agent_hands tree)
SIM_HUB   := $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/hub*.c))
SIM_OWN   := $(filter-out $(SIM_AGENT) $(SIM_HUB),$(call obj,$(SIM_SRC)))
SIM       := $(B)/tests/sim/sim
SIM_LIBS   = $(shell pkg-config --libs openssl libxml-2.0 lmdb libpsl \
	libidn2 jansson) -lunistring

$(B)/tests/sim/side_agent.o: $(SIM_AGENT) $(B)/libagent.a
	$(Q)$(LD) -r -o $@.all $(SIM_AGENT) $(B)/libagent.a
	$(Q)objcopy -w -G 'agent_*' $@.all $@ && rm -f $@.all

# The writer opens journal_lmdb; here that is a choice, and the real one is
# journal_files.
$(B)/tests/sim/journal_files.o: $(B)/hub/journal_lmdb.o
	$(Q)objcopy --redefine-sym journal_lmdb=journal_files \
		--redefine-sym __odr_asan.journal_lmdb=__odr_asan.journal_files $< $@
$(B)/tests/sim/side_hub.o: $(SIM_HUB) $(B)/tests/sim/journal_files.o \
		$(B)/libhub.a
	$(Q)$(LD) -r --wrap=view_open --wrap=view_close -o $@.all $(SIM_HUB) \
		$(B)/tests/sim/journal_files.o $(B)/libhub.a
	$(Q)objcopy -w -G 'hub_*' $@.all $@ && rm -f $@.all

$(SIM): $(SIM_OWN) $(B)/tests/sim/side_agent.o $(B)/tests/sim/side_hub.o \
		$(LIB_COMMON)
	@echo "  LINK    $@"
	$(Q)$(LINK) -Wl,--wrap=mdb_txn_commit,--wrap=log_debug,--wrap=signed_open -o $@ $(SIM_OWN) \
		$(B)/tests/sim/side_agent.o $(B)/tests/sim/side_hub.o \
		-Wl,--start-group $(LIB_COMMON) -Wl,--end-group $(SIM_LIBS)

# make sim SEED=n plays one run and shows it; RUNS=n plays that many. With
# KILL=each a part is killed at each write of the run; KILL=17- is one of
# these, before commit 17, and is shown, KILL=17+ the one after it.
.PHONY: sim sim-build
sim-build: $(SIM)
sim:
	@contrib/make/deps build
	@$(MAKE) --no-print-directory -j$(JOBS) B=$(B) sim-build
ifeq ($(KILL),each)
	@$(SIM) -k $(or $(SEED),1) -n $(or $(RUNS),1) -j $(JOBS)
else ifdef KILL
	@$(SIM) -l -k $(or $(SEED),1) -w $(KILL)
else ifdef RUNS
	@$(SIM) -n $(RUNS) -s $(or $(SEED),1) -j $(JOBS)
else
	@$(SIM) -l -s $(or $(SEED),1)
endif
