/*
 * The pulse: how each site is now. A table in memory that all parts of the
 * hub share, a row per site number: when it was heard, from where, its inside
 * view, what was seen of it from outside, and the state that came of both.
 *
 * The core writes it, alone; everybody else reads, at any time, without
 * waiting: each row is read as a whole or not at all. Nothing of it outlives
 * the core: when that starts, every site is unknown until it is heard or seen
 * again. What must be kept is in the journal; what it costs there is why a
 * beat isn't: a position is written once a minute at most, and its `heard` is
 * that coarse.
 *
 * The memory is that of a file, DIR/pulse, which is made anew at each start of
 * the daemon: so zqhub, which isn't born of it, reads along. That costs the
 * disk 256 bytes of a site now and then, and the core nothing.
 */
#ifndef ZQ_HUB_PULSE_H
#define ZQ_HUB_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/vantage_look.h"
#include "protocol/health.h"

#define PULSE_SITES 65536	/* site numbers below this have a row */
#define PULSE_ADDRESS 56	/* "203.0.113.7:51824", and a NUL */

struct pulse_row {		/* zeros: nothing is known */
	int64_t heard;		/* ms, hub time, of its last word; 0: none
				 * since the core has started */
	int64_t gone;		/* … when its last connection closed; 0: one
				 * is open, or none was */
	int64_t skew;		/* ms, site clock minus hub clock */
	uint32_t connections;	/* open now */
	uint8_t state;		/* enum monitor_state (monitor.h); 0: unknown */
	uint8_t cause;		/* enum monitor_cause: why it is that */
	uint8_t outcome;	/* of the last look from outside (home.h) */
	int64_t since;		/* ms, hub time: the state */
	int64_t looked;		/* … the last look; 0: none yet */
	uint16_t status;	/* HTTP, of that look; 0: no answer */
	uint32_t took;		/* ms, of that look */
	uint64_t version;	/* of the table when the state last changed */
	bool looks;		/* its agent looks for others, if asked */
	int64_t others_at;	/* ms, hub time: others were asked for its
				 * page … */
	struct vantage_look others[VANTAGE_ASKED];	/* … and what they
				 * saw; by 0: nobody (there was none at all to
				 * ask, if it is so of the first) */
	char address[PULSE_ADDRESS];	/* it last spoke from; "" */
	struct health health;	/* as last told */
};

struct pulse_head {
	uint64_t version;	/* rises with each change of a state, and of
				 * what stands here; never falls */
	int64_t started;	/* ms, hub time: the core; 0: not yet */
	int64_t alive;		/* … when the core last looked at its clock:
				 * what it hasn't read yet it hasn't heard, so
				 * nobody is silent by a later time; long ago,
				 * and nothing here is fresh */
	bool isolated;		/* too many vanished at once: nobody is judged */
	int64_t isolated_since;	/* ms, hub time; 0 */
	uint32_t vanished, of;	/* … so many agents, of how many */
	bool blind;		/* … for no page comes: by pages alone */
	uint32_t last;		/* the highest number of a row in use */
};

#define PULSE_FILE "pulse"

/* Before the first fork; a new file in dir, or none (NULL), and none either if
 * there is no room for it. Without this what is written is forgotten, and
 * there is nothing to read. */
void pulse_open(const char *dir);
/* … of another process: the one of the daemon that runs on dir, to be read.
 * False: there is none, or not of this version, or its core has been silent
 * for PULSE_STALE. */
#define PULSE_STALE 10000	/* ms */
bool pulse_follow(const char *dir);
void pulse_close(void);
/* From now on this process can only read it. */
void pulse_seal(void);

/* --- reading --------------------------------------------------------------- */

/* False: no table, no such number, or nothing was ever written there; then
 * row is zeros. */
bool pulse_read(uint32_t site, struct pulse_row *row);
/* False: no table, or the core has not started. */
bool pulse_look(struct pulse_head *head);

/* Every row in use whose state changed after `version` (0: every row), by
 * number, until one returns false. The version to go on from next time. */
typedef bool pulse_fn(void *arg, uint32_t site, const struct pulse_row *row);
uint64_t pulse_each_since(uint64_t version, pulse_fn *each, void *arg);

/* How long it may say nothing until it is silent: three of its beats, and
 * `least` (the setting silent_after) at least. Who tells no beat is of a
 * version that beat every 15 s. */
int64_t pulse_patience(const struct pulse_row *row, int64_t least);

/* A row's address without the port: sites behind one address are on one
 * machine, or behind one relay. Points into it. */
struct span pulse_host(const char *address);

/* --- writing: the core ----------------------------------------------------- */

/* It starts: nothing is known of anybody. */
void pulse_begin(int64_t now);
/* It still looks; it ends. */
void pulse_tick(int64_t now);
void pulse_end(void);
/* A word of the site. address and health may be NULL: they stay. */
void pulse_heard(uint32_t site, int64_t now, const char *address,
    const struct health *health);
void pulse_skew(uint32_t site, int64_t skew);
/* So many connections are open now. */
void pulse_connected(uint32_t site, uint32_t count, int64_t now);
void pulse_looked(uint32_t site, int64_t at, uint8_t outcome,
    uint16_t status, uint32_t took);
void pulse_looks(uint32_t site, bool looks);
void pulse_others(uint32_t site, int64_t at,
    const struct vantage_look others[VANTAGE_ASKED]);
/* The monitor's: rises the version if it is another state or cause. */
void pulse_state(uint32_t site, uint8_t state, uint8_t cause, int64_t since);
void pulse_isolated(bool isolated, int64_t since);
/* What it is isolated from: pages alone, or all. Before it is said that it
 * is. */
void pulse_blind(bool blind);
void pulse_vanished(uint32_t vanished, uint32_t of);
#endif
