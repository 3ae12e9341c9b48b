/*
 * Paths that are to be looked at, the last one first, each of them once. A
 * directory may have a hundred thousand others in it: whether one is here
 * already a table tells.
 */
#ifndef ZQ_AGENT_STACK_H
#define ZQ_AGENT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_row {
	char *path;
	uint32_t hash;
	size_t below;		/* the next one of its list, and 1; 0: none */
};

struct stack {			/* all 0: empty */
	struct stack_row *row;
	size_t *list;		/* by hash: its last one, and 1; `room` lists */
	size_t count, room;
};

/* False: it is there already. */
bool stack_push(struct stack *s, const char *path);
char *stack_pop(struct stack *s);	/* the caller's; NULL: it is empty */
void stack_clear(struct stack *s);

#endif
