/*
 * zqhub move check: does a move work? Asks for a few of its addresses over
 * the network, politely as zqhub check does, and for the proof of a domain
 * that waits for its other end; what came of it goes into the journal.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/json.h"
#include "hub/move_try.h"
#include "hub/prove.h"
#include "hub/query_move.h"
#include "hub/trip.h"
#include "protocol/url.h"

#define WHY_MAX 4096
#define TIMEOUT 15000		/* ms of one request */
#define PATIENCE 60000		/* ms that one waits for a server */

struct address {
	struct check *check;
	char *asked, *wanted;
	bool ahead;		/* they are the same */
	bool good;
	enum cause trouble;
	char detail[TRAIL_DETAIL];
	char title[GLANCE_TITLE];	/* of what answered */
	struct move_known known;
	struct move_try tried;
};

struct check {
	struct cmd_line *line;
	uint32_t number;
	char code[CODE_MAX + 1];
	bool ahead;		/* its time is still to come */
	bool waits;		/* for the other end … */
	bool proven;		/* … which shows the site's key */
	char host[256];		/* … which is this one, */
	char *server;		/* … at this address */
	uint8_t key[PROOF_KEY];
	struct move_info info;
	struct query *query;
	struct address at[QUERY_MOVE_SAMPLE];
	size_t count, looked, wrong, left;
	struct inward inward;
	struct event_base *base;
	struct buf evidence;	/* of the proof; "" if none was asked for */
};

/* --- which addresses ---------------------------------------------------------- */

static void
add_address(void *arg, struct span url, struct span to, bool kept)
{
	struct check *c = arg;
	bool ahead = c->ahead || kept;
	struct span asked = ahead ? to : url;

	struct address *a = &c->at[c->count];

	if (c->count == QUERY_MOVE_SAMPLE)
		return;
	*a = (struct address){ .check = c, .ahead = ahead,
	    .asked = mem_copy(asked.at, asked.n),
	    .wanted = mem_copy(to.at, to.n) };
	if (!kept)
		query_move_known(c->query, &c->info.move, url, to, &a->known);
	c->count++;
}

static void
forget_addresses(struct check *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->at[i].asked);
		free(c->at[i].wanted);
	}
	c->count = 0;
	free(c->server);
	c->server = NULL;
}

static void
read_other_end(struct check *c)
{
	const struct move *m = &c->info.move;
	struct site_info s;
	struct url u;

	c->waits = m->needs && !m->agreed &&
	    query_site_by_number(c->query, m->site, &s) && s.has_key &&
	    url_parse(&u, m->new) && u.host.n < sizeof(c->host);
	if (!c->waits)
		return;
	memcpy(c->key, s.key, PROOF_KEY);
	snprintf(c->host, sizeof(c->host), "%.*s", SPAN_ARGS(u.host));
	c->server = mem_copy(m->new.at, m->new.n);
}

/* False: said why. */
static bool
read_move(struct check *c)
{
	const struct move *m = &c->info.move;

	if (!query_move(c->query, c->number, &c->info)) {
		cmd_fail(_("zqhub move list shows all moves"),
		    _("there is no move %" PRIu32), c->number);
		return false;
	}
	if (m->state == MOVE_CONTESTED || move_is_over(m->state)) {
		cmd_fail(NULL, _("move %" PRIu32 " is %s: there is nothing "
		    "to look at"), c->number, _(move_state_name(m->state)));
		return false;
	}
	snprintf(c->code, sizeof(c->code), "%s", c->info.code);
	c->ahead = move_is_ahead(m->state);
	read_other_end(c);
	query_move_sample(c->query, m, QUERY_MOVE_SAMPLE, add_address, c);
	return true;
}

static bool
find(struct check *c)
{
	struct store *s = cmd_store(c->line);
	bool found;

	if (s == NULL)
		return false;
	c->query = query_begin(s);
	found = read_move(c);
	query_end(c->query);
	store_close(s);
	return found;
}

/* --- looking -------------------------------------------------------------------- */

static void
on_done(void *arg, struct trail *t)
{
	struct address *a = arg;
	struct check *c = a->check;

	move_try_judge(&a->tried, t, span_of(a->wanted), &a->known);
	a->good = move_try_is_good(&a->tried, a->ahead);
	a->trouble = t->trouble != CAUSE_FINE ? t->trouble :
	    CAUSE_TOO_OFTEN;
	snprintf(a->detail, sizeof(a->detail), "%s", t->detail);
	snprintf(a->title, sizeof(a->title), "%s", t->page.title);
	c->looked += !a->tried.blind;
	c->wrong += !a->good && !a->tried.blind;
	if (--c->left == 0)
		event_base_loopexit(c->base, NULL);
}

static void
look(struct check *c)
{
	const struct config *set = c->line->config;
	struct trips_spec spec = { .inward = &c->inward,
	    .user_agent = "zqhub/" ZQ_VERSION, .timeout = TIMEOUT,
	    .delay = (uint32_t)set->check_delay, .parallel = 4,
	    .patience = PATIENCE };
	struct trips *trips;

	c->base = event_base_new();
	must(c->base != NULL);
	if (set->check_cas != NULL && set->check_cas[0] != '\0')
		spec.cas = set->check_cas;
	trips = trips_new(c->base, &spec);
	c->left = c->count;
	for (size_t i = 0; i < c->count; i++)
		trip_start(trips, &(struct trip_spec){
		    .url = span_of(c->at[i].asked), .etag = "",
		    .modified = "" }, on_done, &c->at[i]);
	if (c->left > 0)
		event_base_dispatch(c->base);
	trips_free(trips);
	event_base_free(c->base);
}

/* Does the new domain show the key of the site that moves there? */
static void
look_for_proof(struct check *c)
{
	struct proof wanted = { .code = span_of(c->code) }, found;
	const char *why = NULL;
	struct prove p;

	if (!c->waits)
		return;
	memcpy(wanted.key, c->key, PROOF_KEY);
	prove_init(&p);
	c->proven = prove_ask(&p, c->host, c->server, &why) &&
	    prove_judge(&p, c->host, &wanted, &found, &c->evidence) ==
	    PROOF_FITS;
	prove_clear(&p);
}

/* The policy: is a proof as good as a word (move_agree)? */
static bool
proof_is_enough(const struct check *c)
{
	return strcmp(c->line->config->move_agree, "proof") == 0;
}

/* --- the record ------------------------------------------------------------------- */

/* The first thing that is wrong says enough. */
static json_t *
what_is_wrong(const struct check *c)
{
	char why[MOVE_TEXT];

	why[0] = '\0';
	for (size_t i = 0; i < c->count && why[0] == '\0'; i++)
		if (!c->at[i].good && !c->at[i].tried.blind)
			snprintf(why, sizeof(why), "%.220s: %.220s",
			    c->at[i].asked, c->at[i].tried.said);
	return json_span(span_of(why));
}

static json_t *
with_reason(const struct check *c, json_t *said, const char *otherwise)
{
	const char *reason = cmd_value(c->line, "reason");

	json_object_set_new(said, "reason", json_span(span_of(
	    reason != NULL ? reason : otherwise)));
	return said;
}

static json_t *
agree(struct check *c)
{
	return cmd_act(c->line, with_reason(c, json_pack("{s:s, s:I}", "do",
	    "move-agree", "move", (json_int_t)c->number),
	    buf_cstr(&c->evidence)));
}

static json_t *
record(struct check *c)
{
	if (c->looked == 0)
		return json_pack("{s:I, s:s, s:i, s:i}", "move",
		    (json_int_t)c->number, "state",
		    move_state_name(c->info.move.state), "looked", 0,
		    "wrong", 0);
	return cmd_act(c->line, with_reason(c, json_pack(
	    "{s:s, s:I, s:I, s:I, s:o}", "do", "move-looked", "move",
	    (json_int_t)c->number, "looked", (json_int_t)c->looked, "wrong",
	    (json_int_t)c->wrong, "why", what_is_wrong(c)), ""));
}

/* --- telling ------------------------------------------------------------------------ */

static void
print_address(const struct address *a)
{
	struct buf b;

	buf_init(&b, 16384);
	text_pad(&b, span_of(a->tried.blind ? _("unknown") : a->good ?
	    _("good") : _("WRONG")), 8);
	text_pad(&b, span_of(a->asked), text_width(span_of(a->asked)));
	buf_text(&b, "  ");
	text_pad(&b, span_of(a->tried.said), text_width(span_of(a->tried.said)));
	printf("%s\n", buf_cstr(&b));
	buf_clear(&b);
}

static json_t *
json_address(const struct address *a)
{
	json_t *j = json_pack("{s:o, s:o, s:o, s:o}",
	    "asked", json_span(span_of(a->asked)),
	    "wanted", json_span(span_of(a->wanted)),
	    "good", a->tried.blind ? json_null() : json_boolean(a->good),
	    "said", json_span(span_of(a->tried.said)));

	if (a->title[0] != '\0')
		json_object_set_new(j, "title",
		    json_span(span_of(a->title)));
	if (a->known.title[0] != '\0')
		json_object_set_new(j, "was",
		    json_span(span_of(a->known.title)));
	if (a->tried.unlike)
		json_object_set_new(j, "unlike", json_true());
	return j;
}

static json_t *
json_addresses(const struct check *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, json_address(&c->at[i]));
	return list;
}

/* What leads to another page, and what to do about it. */
static void
print_unlike(const struct check *c)
{
	const struct address *a = NULL;
	struct buf title, was;

	for (size_t i = 0; i < c->count && a == NULL; i++)
		if (c->at[i].tried.unlike && !c->at[i].tried.blind)
			a = &c->at[i];
	if (a == NULL)
		return;
	buf_init(&title, 4096);
	buf_init(&was, 4096);
	text_pad(&title, span_of(a->title), text_width(span_of(a->title)));
	text_pad(&was, span_of(a->known.title),
	    text_width(span_of(a->known.title)));
	printf(_("What answers is titled \"%s\"; what has moved was \"%s\".\n"),
	    buf_cstr(&title), buf_cstr(&was));
	printf(_("Lead each old address to the new one of the same page, and "
	    "look again: zqhub move check %" PRIu32 "\nIf another page is to "
	    "take its place, withdraw the move and say so: zqagent say "
	    "deleted --url OLD --see NEW\n"), c->number);
	buf_clear(&title);
	buf_clear(&was);
}

/* What was not looked at, and how it can be. */
static void
print_blind(const struct check *c)
{
	const struct address *a = NULL;
	struct buf b;

	for (size_t i = 0; i < c->count && a == NULL; i++)
		if (c->at[i].tried.blind)
			a = &c->at[i];
	if (a == NULL)
		return;
	buf_init(&b, 16384);
	cause_evidence(&b, a->trouble, span_of(a->detail));
	buf_text(&b, "\n");
	cause_repair(&b, a->trouble, span_of(a->detail));
	printf("%s\n", buf_cstr(&b));
	buf_clear(&b);
}

static void
print_sum(const struct check *c, const char *state)
{
	if (c->looked > 0)
		printf(_("%zu of %zu wrong; the move is %s\n"), c->wrong,
		    c->looked, state != NULL ? _(state) : "");
	else
		printf(_("nothing could be looked at; the move is %s, as "
		    "before\n"), state != NULL ? _(state) : "");
}

/* What all of it says: the addresses are as they should be, and nothing else
 * keeps it from taking effect. */
static int
status_of(const struct check *c, const char *state)
{
	return c->looked > 0 && c->wrong == 0 && state != NULL &&
	    move_state_of(span_of(state)) != MOVE_OVERDUE ? CMD_OK : CMD_NO;
}

static int
tell(const struct check *c, json_t *result)
{
	const char *state = json_string_value(json_object_get(result,
	    "state"));
	const char *why = json_string_value(json_object_get(result, "why"));
	int status = status_of(c, state);

	if (c->line->json) {
		json_object_set_new(result, "addresses", json_addresses(c));
		if (c->evidence.n > 0)
			json_object_set_new(result, "proof",
			    json_span(buf_look(&c->evidence)));
		cmd_json(result);
		return status;
	}
	for (size_t i = 0; i < c->count; i++)
		print_address(&c->at[i]);
	if (c->evidence.n > 0)
		printf(_("proof at %s: %s\n"), c->host,
		    buf_cstr(&c->evidence));
	if (c->proven && !proof_is_enough(c))
		printf(_("an operator has to agree, too (move_agree): zqhub "
		    "move agree %" PRIu32 "\n"), c->number);
	print_blind(c);
	print_unlike(c);
	print_sum(c, state);
	if (why != NULL)
		printf("%s\n", why);
	json_decref(result);
	return status;
}

static int
run(struct check *c)
{
	json_t *result;

	look_for_proof(c);
	if (c->proven && proof_is_enough(c)) {
		result = agree(c);
		if (result == NULL)
			return CMD_NO;
		json_decref(result);
		forget_addresses(c);	/* it may have taken effect by that */
		if (!find(c))
			return CMD_NO;
	}
	look(c);
	result = record(c);
	return result == NULL ? CMD_NO : tell(c, result);
}

static bool
may_look(struct check *c)
{
	struct buf why;
	bool good = true;

	buf_init(&why, WHY_MAX);
	if (c->line->config->check_allow != NULL)
		good = inward_allow_all(&c->inward,
		    c->line->config->check_allow, &why);
	if (!good)
		cmd_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return good;
}

int
cmd_move_check(struct cmd_line *l)
{
	struct check *c = mem_new(sizeof(*c));
	uint64_t number;
	int status = CMD_NO;

	c->line = l;
	if (!cmd_move_number(l, &number)) {
		free(c);
		return CMD_USAGE;
	}
	c->number = (uint32_t)number;
	buf_init(&c->evidence, PROVE_EVIDENCE);
	if (may_look(c) && find(c))
		status = run(c);
	forget_addresses(c);
	buf_clear(&c->evidence);
	free(c);
	return status;
}
