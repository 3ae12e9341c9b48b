/*
 * The wire between agents and hub: fetch.h's place in the simulator.
 *
 * Requests and answers are flights of their own: each may be lost, come
 * twice, late, or out of order. A request that came twice is answered twice
 * by the hub; the agent hears one answer, or that there was none.
 */
#ifndef ZQ_SIM_WIRE_H
#define ZQ_SIM_WIRE_H

#include "contrib/base/span.h"
#include "tests/sim/sim.h"

struct wire_weather {
	uint32_t lost, twice, late, cut, proxy;	/* of 1000 flights */
	int64_t least, most;		/* ms on the way */
	int64_t latest;			/* ms, of those that are late */
	int64_t grain;			/* ms: arrivals meet on multiples */
};
extern struct wire_weather wire;

void wire_begin(void);
void wire_end(void);

/* The hub's end: an answer to the request `id`. */
void wire_answer(uint64_t id, unsigned status, uint32_t retry_after,
    struct span type, struct span body);
void wire_broken(uint64_t id);		/* the connection is gone */
size_t wire_flights(void);

#endif
