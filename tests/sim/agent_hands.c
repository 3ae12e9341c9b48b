/*
 * What people, files and the simulator's eyes do to an agent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "agent/moves.h"
#include "agent/redirect_map.h"
#include "agent/reply.h"
#include "agent/say.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "protocol/letter.h"
#include "protocol/wire.h"
#include "tests/sim/agent_inside.h"
#include "tests/sim/loop.h"

/* --- what happens to it --------------------------------------------------- */

/* Its people act on it with its clocks, and it may die of it. */
static bool
outlives(struct agent *a)
{
	bool dead = a->part->dead;

	if (dead)
		a->part->bury(a->part);
	return !dead;
}

void
agent_notice(struct agent *a, size_t n)
{
	tree_notice(a->set.source, n);
}

void
agent_rescan(struct agent *a)
{
	sources_afresh(a->sources);
}

bool
agent_release(struct agent *a)
{
	loop_clocks(a->part);
	return sources_release(a->sources, "", "seen, it is meant",
	    "the site's admin") > 0;
}

bool
agent_refuse(struct agent *a)
{
	return sources_refuse(a->sources, "", "it will come back",
	    "the site's admin") > 0;
}

void
agent_retell_all(struct agent *a)
{
	loop_clocks(a->part);
	(void)agent_tell_again(a, "somebody wants it so");
	(void)outlives(a);
}

void
agent_renewed(struct agent *a)
{
	loop_clocks(a->part);
	fetch_forget_connections(a->fetch);
	push_restart(a->push);
	(void)outlives(a);
}

static bool
spoil(struct store_txn *t, void *arg)
{
	struct known k;

	if (!known_get(t, SPAN(SITE_SOURCE), span_of(arg), &k) || !k.told ||
	    k.adopted)
		return false;
	known_own(&k);
	k.change[7] ^= 0x55;
	known_put(t, &k);
	known_disown(&k);
	return true;
}

void
agent_spoil(struct agent *a, size_t n)
{
	char path[SITE_TEXT];

	site_path(path, n);
	loop_clocks(a->part);
	if (store_do(a->store, spoil, path) == STORE_DONE)
		trace(a->part->name, "is wrong about %s", path);
	(void)outlives(a);
}

/* Takes ask. */
static bool
say(struct agent *a, json_t *ask)
{
	const struct say_set set = { .zone = 0 };
	struct buf why;
	json_t *said;

	loop_clocks(a->part);
	json_object_set_new(ask, "by", json_string("editor"));
	buf_init(&why, 4096);
	said = say_it(a->store, ask, &set, &why);
	json_decref(ask);
	if (said == NULL)
		trace(a->part->name, "does not say it: %s", buf_cstr(&why));
	buf_clear(&why);
	push_kick(a->push);
	json_decref(said);
	return outlives(a) && said != NULL;
}

bool
agent_say(struct agent *a, size_t n)
{
	const struct site_file *f = &a->set.site->said[n];
	char url[SITE_TEXT], title[SITE_TEXT];
	json_t *ask;

	site_said_url(url, a->set.site, n);
	trace(a->part->name, "is told that %s is %s", url, f->there ?
	    "there" : "gone");
	ask = json_pack("{s:s, s:s}", "kind", f->there ? "item" : "deleted",
	    "url", url);
	if (f->there)
		json_object_set_new(ask, "title",
		    json_string(site_title(title, f, n)));
	return say(a, ask);
}

bool
agent_has_twin(struct agent *a, size_t n)
{
	struct store_txn *t = store_look(a->store);
	uint8_t hash[32];
	struct known k;
	bool has = false;

	site_page_hash(hash, a->set.site->file[n].content);
	for (size_t i = 0; i < SITE_PATHS && !has; i++)
		has = i != n && known_get(t, SPAN(SITE_SOURCE),
		    span_of(site_path_name(i)), &k) &&
		    memcmp(k.hash, hash, sizeof(hash)) == 0;
	store_end(t);
	return has;
}

struct awaiting {
	const char *from;
	bool other;
};

static bool
note_former(void *arg, struct span url)
{
	struct awaiting *w = arg;

	w->other |= !span_is(url, span_of(w->from));
	return !w->other;
}

bool
agent_awaits(struct agent *a, size_t from, size_t to)
{
	char old[SITE_TEXT], new[SITE_TEXT];
	struct awaiting w = { .from = site_url(old, a->set.site, from) };
	struct store_txn *t = store_look(a->store);

	site_url(new, a->set.site, to);
	moves_former(t, span_of(new), note_former, &w);
	store_end(t);
	return w.other;
}

void
agent_say_gone(struct agent *a, size_t n, size_t to)
{
	char url[SITE_TEXT], see[SITE_TEXT];

	site_url(url, a->set.site, n);
	site_url(see, a->set.site, to);
	trace(a->part->name, "is told that %s is gone, see %s", url, see);
	(void)say(a, json_pack("{s:s, s:s, s:s, s:s}", "kind", "deleted",
	    "url", url, "successor", see, "reason", "taken down"));
}

static void
set_time(json_t *o, const char *name, int64_t at)
{
	char text[CLOCK_TEXT_MAX];

	if (at != CLOCK_NONE)
		json_object_set_new(o, name, json_string(clock_format(text,
		    SIM_EPOCH + at)));
}

bool
agent_say_move(struct agent *a, const char *scope, const char *old,
    const char *new, int64_t from, int64_t until)
{
	json_t *move = json_pack("{s:s, s:s}", "old", old, "scope", scope);

	if (new != NULL)
		json_object_set_new(move, "new", json_string(new));
	set_time(move, "at", from);
	set_time(move, "until", until);
	trace(a->part->name, "announces: %s is %s%s", old, new != NULL ?
	    "from then on " : "where it is", new != NULL ? new : "");
	return say(a, json_pack("{s:s, s:s, s:[o]}", "kind", "move", "by",
	    "the editor", "moves", move));
}

bool
agent_say_swap(struct agent *a, const char *scope, const char *one,
    const char *other, int64_t from)
{
	json_t *there = json_pack("{s:s, s:s, s:s}", "old", one, "new", other,
	    "scope", scope);
	json_t *back = json_pack("{s:s, s:s, s:s}", "old", other, "new", one,
	    "scope", scope);

	set_time(there, "at", from);
	set_time(back, "at", from);
	trace(a->part->name, "announces: %s and %s change places", one, other);
	return say(a, json_pack("{s:s, s:s, s:[o, o]}", "kind", "move", "by",
	    "the editor", "moves", there, back));
}

bool
agent_reply(struct agent *a, uint64_t letter, bool refused)
{
	json_t *ask = json_pack("{s:I, s:b, s:s, s:s}", "letter",
	    (json_int_t)letter, "refused", refused, "by", "the editor",
	    "reason", refused ? "it is history" : "");
	struct buf why;
	json_t *said;

	loop_clocks(a->part);
	buf_init(&why, 4096);
	said = reply_say(a->store, ask, &why);
	json_decref(ask);
	trace(a->part->name, "says to letter %llu: %s%s",
	    (unsigned long long)letter, refused ? "no" : "it will be fixed",
	    said == NULL ? ", which is not kept" : "");
	buf_clear(&why);
	push_kick(a->push);
	json_decref(said);
	return outlives(a) && said != NULL;
}

/* --- looking -------------------------------------------------------------- */

bool
agent_is_quiet(const struct agent *a)
{
	return sources_are_settled(a->sources) &&
	    spool_waiting(store_meta(a->store)) == 0 &&
	    push_is_well(a->push);
}

bool
agent_is_heard(const struct agent *a)
{
	return push_is_well(a->push);
}

bool
agent_has_pushed(const struct agent *a)
{
	return spool_waiting(store_meta(a->store)) == 0;
}

bool
agent_has_covered(const struct agent *a)
{
	return tree_has_covered(a->set.source);
}

bool
agent_holds(const struct agent *a)
{
	return tree_holds(a->set.source) || sources_held(a->sources) > 0;
}

void
agent_look(struct agent *a, struct agent_state *s)
{
	struct store_txn *t = store_look(a->store);

	*s = (struct agent_state){ .incarnation = t->meta.incarnation,
		.seq = t->meta.next - 1, .confirmed = t->meta.confirmed,
		.letters = t->meta.letters, .told = t->digest.items };
	digest_sum(&t->digest, s->digest);
	store_end(t);
}

void
agent_confirmed(struct agent *a, agent_change_fn *each, void *arg)
{
	struct store_txn *t = store_look(a->store);
	struct change c;
	uint8_t hash[32];

	for (uint64_t n = t->meta.first; n <= t->meta.confirmed; n++) {
		if (!spool_get(t, n, &c))
			broken("%s: change %llu is missing in the spool",
			    a->part->name, (unsigned long long)n);
		change_hash(&c, hash);
		each(arg, n, hash);
	}
	store_end(t);
}

uint64_t
agent_map(struct agent *a)
{
	struct store_txn *t = store_look(a->store);
	uint64_t version = redirect_map_version(t);

	store_end(t);
	return version;
}

bool
agent_leads(struct agent *a, const char *url, int64_t now,
    char out[SITE_TEXT])
{
	struct store_txn *t = store_look(a->store);
	struct rewrite *rules = redirect_map_rules(t);
	struct buf b;
	bool leads;

	store_end(t);
	buf_init(&b, SITE_TEXT);
	leads = rewrite_url(rules, span_of(url), now, &b, NULL);
	must(!b.bad);
	snprintf(out, SITE_TEXT, "%s", buf_cstr(&b));
	buf_clear(&b);
	rewrite_free(rules);
	return leads;
}

uint64_t
agent_letters_got(const struct agent *a)
{
	return store_meta(a->store)->letters;
}

void
agent_letters(struct agent *a, uint64_t after, agent_letter_fn *each,
    void *arg)
{
	struct store_txn *t = store_look(a->store);
	struct span row;
	struct letter l;
	uint8_t key[8];

	for (uint64_t n = after + 1; n <= t->meta.letters; n++) {
		wire_put_u64(key, n);
		if (!db_get(t->db, STORE_LETTER, (struct span){
		    .at = (const char *)key, .n = sizeof(key) }, &row) ||
		    !letter_read(&l, row))
			continue;
		each(arg, &(struct agent_letter){ .number = l.number,
		    .kind = l.kind, .text = l.text, .body = l.body });
	}
	store_end(t);
}
