/* See inbox.h. */
#include "agent/inbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/heard.h"
#include "agent/reply.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define WAIT 50			/* s that the hub may hold the question */
#define TIMEOUT 80000		/* ms for question and answer */
#define FIRST_WAIT 8000		/* ms, the first bound after a failure: a hub
				 * that starts anew has cut thousands at once */
#define LAST_WAIT 40000		/* ms, the last; see push.c */
#define SHORT_ANSWER 1000	/* ms: a hub that doesn't hold questions … */
#define SHORT_WAIT 5000		/* … is asked no more often than this … */
#define SHORT_WORDS 10		/* … unless it wants something, and even then
				 * only so often, one after the other */
#define ACTED "acted"		/* the row: number of the last letter … */
#define ACT_TRIES 10		/* … that was acted on, or was tried so often */
#define TASK_WHY 1024		/* bytes of what is wrong with a task */
#define WANT_MAX 1024		/* bytes of words */
#define LIST_BYTES (2u << 20)	/* of letters that are listed: an answer of
				 * the control socket is to hold them */
#define ID_BYTES 16		/* of a hash, in hex */
#define DELAY_MOST 60000	/* ms until it is looked whether to ask */

struct inbox {
	struct inbox_host host;
	struct event *timer;
	struct fetch_request *request;
	struct backoff backoff;
	int64_t asked;			/* mono ms */
	unsigned tries;			/* to act on the same letter */
	unsigned words;			/* short answers with words in them */
};

static struct span
number_key(uint8_t key[8], uint64_t n)
{
	wire_put_u64(key, n);
	return (struct span){ .at = (const char *)key, .n = 8 };
}

uint64_t
inbox_acted(struct store_txn *t)
{
	struct span row;

	if (!store_get(t, ACTED, &row) || row.n != 8)
		return 0;
	return wire_get_u64((const uint8_t *)row.at);
}

static bool
set_acted(struct store_txn *t, void *arg)
{
	uint8_t row[8];

	wire_put_u64(row, *(const uint64_t *)arg);
	store_put(t, ACTED, (struct span){ (const char *)row, sizeof(row) });
	return true;
}

/* The same letter is there already. */
static bool
is_there(struct store_txn *t, uint64_t number, struct span row)
{
	uint8_t key[8];
	struct span old;

	return db_get(t->db, STORE_LETTER, number_key(key, number), &old) &&
	    span_is(old, row);
}

/* It stands in the place of one that a hub wrote and then forgot: to be acted
 * on, as that one may have been. */
static void
put_new(struct store_txn *t, uint64_t number, struct span row)
{
	uint64_t before = number - 1;
	uint8_t key[8];

	db_put(t->db, STORE_LETTER, number_key(key, number), row);
	if (inbox_acted(t) > before)
		(void)set_acted(t, &before);
	heard_rewind(t, before);
}

bool
inbox_put(struct store_txn *t, const struct letter *l)
{
	struct buf row;
	uint8_t key[8];
	bool news = false;

	/* A hub that lost letters starts again with smaller numbers; one
	 * that leaves numbers out has its reasons. Only twice is wrong. */
	if (l->number <= t->meta.letters)
		return false;
	buf_init(&row, (size_t)2 * LIMIT_LETTER);
	letter_write(&row, l);
	if (!row.bad && !is_there(t, l->number, buf_look(&row))) {
		put_new(t, l->number, buf_look(&row));
		news = true;
	}
	buf_clear(&row);
	t->meta.letters = l->number;
	if (l->number > INBOX_KEEP)
		db_del(t->db, STORE_LETTER,
		    number_key(key, l->number - INBOX_KEEP));
	return news;
}

/* Of what it is, not of its number alone: a hub that was set up anew gives
 * numbers once more. */
static const char *
letter_id(char out[2 * ID_BYTES + 1], const struct letter *l)
{
	uint8_t hash[32];
	struct buf b;

	buf_init(&b, (size_t)2 * LIMIT_LETTER);
	letter_write(&b, l);
	sha_of(hash, buf_look(&b));
	buf_reset(&b);
	text_hex(&b, hash, ID_BYTES);
	snprintf(out, 2 * ID_BYTES + 1, "%s", buf_cstr(&b));
	buf_clear(&b);
	return out;
}

static json_t *
letter_json(struct store_txn *t, const struct letter *l)
{
	char when[CLOCK_TEXT_MAX], id[2 * ID_BYTES + 1];
	json_t *reply = reply_of(t, l->number);
	json_t *o = json_pack("{s:I, s:s, s:s, s:s%, s:s%, s:s%, s:s%}",
	    "number", (json_int_t)l->number, "id", letter_id(id, l),
	    "when", clock_format(when, l->when),
	    "kind", l->kind.n > 0 ? l->kind.at : "", l->kind.n,
	    "about", l->about.n > 0 ? l->about.at : "", l->about.n,
	    "text", l->text.n > 0 ? l->text.at : "", l->text.n,
	    "body", l->body.n > 0 ? l->body.at : "", l->body.n);

	if (reply != NULL)
		json_object_set_new(o, "reply", reply);
	return o;
}

json_t *
inbox_list(struct store_txn *t, size_t most)
{
	json_t *list = json_array();
	uint64_t n = t->meta.letters;
	size_t bytes = 0;
	uint8_t key[8];
	struct span row;
	struct letter l;

	for (; n > 0 && most > 0 && bytes < LIST_BYTES; n--, most--) {
		if (!db_get(t->db, STORE_LETTER, number_key(key, n), &row) ||
		    !letter_read(&l, row))
			continue;
		json_array_insert_new(list, 0, letter_json(t, &l));
		bytes += row.n;
	}
	return list;
}

json_t *
inbox_one(struct store_txn *t, uint64_t number)
{
	uint8_t key[8];
	struct span row;
	struct letter l;

	return db_get(t->db, STORE_LETTER, number_key(key, number), &row) &&
	    letter_read(&l, row) ? letter_json(t, &l) : NULL;
}

/* --- acting ------------------------------------------------------------------ */

static bool
is_to_be_acted_on(const struct letter *l)
{
	static const char *const kinds[] = { LETTER_RELEASE, LETTER_REFUSE,
		LETTER_TRUST, LETTER_OFF };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_is(l->kind, span_of(kinds[i])))
			return true;
	return false;
}

/* The first letter after *n that asks for something; copied into row. *n is
 * then its number, or the newest letter's. */
static bool
find_letter(struct inbox *i, uint64_t *n, struct buf *row)
{
	struct store_txn *t = store_look(i->host.store);
	uint64_t last = t->meta.letters;
	uint8_t key[8];
	struct letter l;
	struct span found;
	bool got = false;

	if (last > INBOX_KEEP && *n < last - INBOX_KEEP)
		*n = last - INBOX_KEEP;
	while (!got && *n < last) {
		++*n;
		got = db_get(t->db, STORE_LETTER, number_key(key, *n),
		    &found) && letter_read(&l, found) &&
		    is_to_be_acted_on(&l);
	}
	if (got)
		buf_span(row, found);
	store_end(t);
	return got;
}

/* True: it is done, or is to be forgotten. */
static bool
act(struct inbox *i, struct span row)
{
	struct letter l;

	if (!letter_read(&l, row) || i->host.act(i->host.arg, &l)) {
		i->tries = 0;
		return true;
	}
	if (++i->tries < ACT_TRIES)
		return false;
	log_error("letter number=%llu kind=%.*s could not be acted on",
	    (unsigned long long)l.number, SPAN_ARGS(l.kind));
	i->tries = 0;
	return true;
}

static void
act_on_letters(struct inbox *i)
{
	struct store_txn *t = store_look(i->host.store);
	uint64_t acted = inbox_acted(t), n = acted;
	struct buf row;
	bool more = true;

	store_end(t);
	buf_init(&row, (size_t)2 * LIMIT_LETTER);
	while (more) {
		buf_reset(&row);
		more = find_letter(i, &n, &row);
		if (more && !act(i, buf_look(&row)))
			break;
		/* Full: it is acted on twice rather than never. */
		if (n > acted && store_do(i->host.store, set_acted, &n) !=
		    STORE_DONE)
			break;
		acted = n;
	}
	buf_clear(&row);
}

/* --- asking ------------------------------------------------------------------ */

struct taking {
	struct span xml;
	struct buf *want;
	struct store_txn *t;
	size_t taken;
	struct vantage_task look;	/* said in passing; number 0: none … */
	struct buf url;			/* … and where */
	struct letters_head head;
	bool read, news, settled;
	const char *why;
};

/* The last one counts: there is one at a time. */
static void
pass(struct taking *k, const struct letter *l)
{
	struct buf why;

	buf_init(&why, TASK_WHY);
	buf_reset(&k->url);
	if (vantage_task_read(&k->look, l, &why)) {
		buf_span(&k->url, l->about);
	} else {
		k->look.number = 0;
		log_warn("letter kind=look: %s", buf_cstr(&why));
	}
	buf_clear(&why);
}

static void
on_letter(void *arg, const struct letter *l)
{
	struct taking *k = arg;
	uint64_t before = k->t->meta.letters;
	char text[LOG_QUOTE_MAX];
	bool news;

	if (l->number == 0) {
		pass(k, l);
		return;
	}
	news = inbox_put(k->t, l);
	k->settled |= news && span_is(l->kind, SPAN(LETTER_SETTLED));
	k->taken += k->t->meta.letters != before;
	if (!news)
		return;
	k->news = true;
	log_info("letter number=%llu kind=%.*s: %s",
	    (unsigned long long)l->number, SPAN_ARGS(l->kind),
	    log_quote(text, l->text.at, l->text.n));
}

static bool
take(struct store_txn *t, void *arg)
{
	struct taking *k = arg;

	k->t = t;
	k->head = (struct letters_head){ .last = 0 };
	k->look.number = 0;
	k->taken = 0;
	k->news = k->settled = false;
	buf_reset(k->want);
	k->read = letters_read(k->xml, &k->head, k->want, on_letter, k,
	    &k->why);
	/* The hub was set up anew or restored: it may have written others
	 * under numbers that we had, so all of its letters are asked for. */
	if (k->read && k->head.last < t->meta.letters) {
		t->meta.letters = 0;
		k->taken++;
	}
	return k->taken > 0;
}

/* ms until the next ask. The hub answers at once if it has letters, or wants
 * something: it may want more in a moment (zqhub prove, twice). A hub that
 * goes on wanting is one that doesn't hold questions. */
static uint64_t
pace(struct inbox *i, bool said_letters, bool said_words)
{
	if (clock_mono() - i->asked >= SHORT_ANSWER || said_letters) {
		i->words = 0;
		return 0;
	}
	if (said_words && i->words < SHORT_WORDS) {
		i->words++;
		return 0;
	}
	return SHORT_WAIT;
}

/* The letters are kept; what they ask for is done. */
static void
take_letters(struct inbox *i, const struct fetch_answer *a, uint32_t floor)
{
	struct taking k = { .xml = a->body };
	struct buf want;

	buf_init(&want, WANT_MAX);
	buf_init(&k.url, LIMIT_URL);
	k.want = &want;
	if (store_do(i->host.store, take, &k) == STORE_FULL || !k.read) {
		log_warn("letters: %s", k.read ? "the disk is full" :
		    "the hub's answer can't be read");
		timer_after(i->timer, backoff_next(&i->backoff, floor));
	} else {
		backoff_reset(&i->backoff);
		timer_after(i->timer, pace(i, k.taken > 0, want.n > 0 ||
		    k.look.number != 0));
		act_on_letters(i);
		if (want.n > 0)
			i->host.want(i->host.arg, buf_look(&want));
		if (k.settled)	/* … and whether both agree now */
			i->host.want(i->host.arg, SPAN("prove"));
		if (k.news && i->host.letters != NULL)
			i->host.letters(i->host.arg);
		if (k.head.map > 0 && i->host.map != NULL)
			i->host.map(i->host.arg, k.head.map);
		if (k.look.number != 0 && i->host.look != NULL) {
			k.look.url = buf_look(&k.url);
			i->host.look(i->host.arg, &k.look, k.head.now);
		}
	}
	buf_clear(&k.url);
	buf_clear(&want);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct inbox *i = arg;
	uint32_t floor = a->retry_after > 0 && a->retry_after < INT32_MAX ?
	    (uint32_t)a->retry_after : 0;

	i->request = NULL;
	if (a->code != CURLE_OK || a->status != 200 || a->too_long)
		timer_after(i->timer, backoff_next(&i->backoff, floor));
	else
		take_letters(i, a, floor);
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct inbox *i = arg;

	line_prepare(i->host.line, curl);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct inbox *i = arg;
	struct buf url;
	struct fetch_spec spec = {
		.most = LIMIT_ANSWER, .timeout = TIMEOUT,
		.connect_timeout = LINE_CONNECT, .prepare = on_prepare,
	};

	int64_t rest = i->host.rest(i->host.arg);

	(void)fd;
	(void)what;
	if (rest > 0) {
		timer_after(i->timer, rest < DELAY_MOST ? rest : DELAY_MOST);
		return;
	}
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/letters?after=%llu&wait=%d&instance=%llu",
	    i->host.line->hub,
	    (unsigned long long)store_meta(i->host.store)->letters, WAIT,
	    (unsigned long long)i->host.instance);
	spec.url = buf_cstr(&url);
	i->asked = clock_mono();
	i->request = fetch_start(i->host.fetch, &spec, on_answer, i);
	buf_clear(&url);
}

struct inbox *
inbox_new(const struct inbox_host *host)
{
	struct inbox *i = mem_new(sizeof(*i));

	i->host = *host;
	backoff_init(&i->backoff, FIRST_WAIT, LAST_WAIT);
	i->timer = event_new(host->base, -1, 0, on_timer, i);
	must(i->timer != NULL);
	timer_after(i->timer, 200);		/* changes first */
	act_on_letters(i);	/* it was ended before it could */
	return i;
}

void
inbox_free(struct inbox *i)
{
	if (i == NULL)
		return;
	if (i->request != NULL)
		fetch_cancel(i->request);
	event_free(i->timer);
	free(i);
}
