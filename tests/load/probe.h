/*
 * Probes: how long after a site began to tell a change is it found by a
 * search of the web part? One that is told is looked for until it is found,
 * the oldest first, so its time is a little too long rather than too short.
 */
#ifndef ZQ_LOAD_PROBE_H
#define ZQ_LOAD_PROBE_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_WORD 48

struct probes;

struct probes *probes_new(struct event_base *base, uint16_t web);
void probes_free(struct probes *p);
void probes_add(struct probes *p, const char *word);	/* told just now */
size_t probes_waiting(const struct probes *p);
/* The times of those found, s; the caller's to sort, not to free. */
double *probes_found(struct probes *p, size_t *n);

#endif
