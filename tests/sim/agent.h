/*
 * An agent in the simulator: the real store, push, inbox and what is behind
 * them, with a document root that is a list in memory (site.h).
 */
#ifndef ZQ_SIM_AGENT_H
#define ZQ_SIM_AGENT_H

#include "contrib/base/span.h"
#include "tests/sim/sim.h"
#include "tests/sim/site.h"

struct agent;

/* Starts it in p->dir; NULL: it can't (the disk is full), and p is down. It
 * may be dead already when this returns. spool: bytes. */
struct agent *agent_open(struct part *p, struct site *s, uint64_t spool);
void agent_close(struct agent *a);	/* in order, or after a kill */

/* --- what happens to it, in the middle of its loop ------------------------ */
void agent_notice(struct agent *a, size_t n);	/* as by inotify */
void agent_rescan(struct agent *a);
bool agent_release(struct agent *a);	/* false: nothing is held */
bool agent_refuse(struct agent *a);
void agent_retell_all(struct agent *a);
/* What it knows of file n goes wrong, so that hub and agent differ and
 * nothing but a proof can tell. */
void agent_spoil(struct agent *a, size_t n);
void agent_renewed(struct agent *a);	/* it has another key */
/* About site->said[n], as it is there now; false: it was not kept. */
bool agent_say(struct agent *a, size_t n);
/* Does it know of the page that is at n elsewhere, too? Nobody may have noticed
 * yet that it is not there any more. */
bool agent_has_twin(struct agent *a, size_t n);
/* Was it announced that something else is at `to` one day? A person's word is
 * worth more than bytes. */
bool agent_awaits(struct agent *a, size_t from, size_t to);
/* That file n is gone, and can be found at `to`. */
void agent_say_gone(struct agent *a, size_t n, size_t to);
/* That what is at `old` is at `new` from (ms, world time) on; NULL: it is not.
 * scope: "address", "prefix". False: it was refused. */
bool agent_say_move(struct agent *a, const char *scope, const char *old,
    const char *new, int64_t from, int64_t until);
/* That two change places, from then on. */
bool agent_say_swap(struct agent *a, const char *scope, const char *one,
    const char *other, int64_t from);

/* To a letter: that the links are to be fixed, or not. False: not kept. */
bool agent_reply(struct agent *a, uint64_t letter, bool refused);

/* --- looking -------------------------------------------------------------- */
/* Everything looked at, told, confirmed; no letter left to fetch. */
bool agent_is_quiet(const struct agent *a);
bool agent_is_heard(const struct agent *a);	/* its last exchange was well */
bool agent_has_pushed(const struct agent *a);	/* all that it has to say */
bool agent_holds(const struct agent *a);
bool agent_has_covered(const struct agent *a);	/* … told what */

struct agent_state {
	uint64_t incarnation, seq, confirmed, letters, told;
	uint8_t digest[32];
};
void agent_look(struct agent *a, struct agent_state *s);
/* What it holds as confirmed, and still has. */
typedef void agent_change_fn(void *arg, uint64_t seq, const uint8_t hash[32]);
void agent_confirmed(struct agent *a, agent_change_fn *each, void *arg);
struct agent_letter {
	uint64_t number;
	struct span kind, text, body;
};
typedef void agent_letter_fn(void *arg, const struct agent_letter *l);
/* The version of the map of moves that it holds; 0: none. */
uint64_t agent_map(struct agent *a);
/* Where its web server sends whoever asks for url at this time (ms, wall), by
 * that map; false: nowhere. */
bool agent_leads(struct agent *a, const char *url, int64_t now,
    char out[SITE_TEXT]);
/* The number of the last letter that it has got. */
uint64_t agent_letters_got(const struct agent *a);
/* Those that it has got, after that number. */
void agent_letters(struct agent *a, uint64_t after, agent_letter_fn *each,
    void *arg);

#endif
