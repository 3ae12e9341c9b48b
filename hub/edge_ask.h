/*
 * Requests that wait for the core: each has the number that goes with its
 * frame. A number is never given twice, so an answer that comes after its
 * client has left finds nobody, and not somebody else.
 */
#ifndef ZQ_HUB_EDGE_ASK_H
#define ZQ_HUB_EDGE_ASK_H

#include <stddef.h>
#include <stdint.h>

struct edge_ask {
	struct edge_ask_slot *slot;
	size_t slots;
	uint32_t vacant;	/* head of the list of vacant slots */
	size_t waiting;
};

void edge_ask_init(struct edge_ask *a);
void edge_ask_clear(struct edge_ask *a);

uint64_t edge_ask_put(struct edge_ask *a, void *who);
void *edge_ask_get(const struct edge_ask *a, uint64_t number);	/* or NULL */
void edge_ask_del(struct edge_ask *a, uint64_t number);

#endif
