/* See inbox.h. */
#include "agent/inbox.h"

#include <stdlib.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define WAIT 50			/* s that the hub may hold the question */
#define TIMEOUT 80000		/* ms for question and answer */
#define FIRST_WAIT 8000		/* ms, the first bound after a failure: a hub
				 * that starts anew has cut thousands at once */
#define LAST_WAIT 40000		/* ms, the last; see push.c */
#define SHORT_ANSWER 1000	/* ms: a hub that doesn't hold questions … */
#define SHORT_WAIT 5000		/* … is asked no more often than this */

struct inbox {
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	struct event *timer;
	struct fetch_request *request;
	struct backoff backoff;
	int64_t asked;			/* mono ms */
};

static struct span
number_key(uint8_t key[8], uint64_t n)
{
	wire_put_u64(key, n);
	return (struct span){ .at = (const char *)key, .n = 8 };
}

bool
inbox_put(struct store_txn *t, const struct letter *l)
{
	struct buf row;
	uint8_t key[8];

	/* A hub that lost letters starts again with smaller numbers; one
	 * that leaves numbers out has its reasons. Only twice is wrong. */
	if (l->number <= t->meta.letters)
		return false;
	buf_init(&row, (size_t)2 * LIMIT_LETTER);
	letter_write(&row, l);
	if (!row.bad)
		db_put(t->db, STORE_LETTER, number_key(key, l->number),
		    buf_look(&row));
	buf_clear(&row);
	t->meta.letters = l->number;
	if (l->number > INBOX_KEEP)
		db_del(t->db, STORE_LETTER,
		    number_key(key, l->number - INBOX_KEEP));
	return true;
}

static json_t *
letter_json(const struct letter *l)
{
	char when[CLOCK_TEXT_MAX];

	return json_pack("{s:I, s:s, s:s%, s:s%, s:s%, s:s%}",
	    "number", (json_int_t)l->number,
	    "when", clock_format(when, l->when),
	    "kind", l->kind.n > 0 ? l->kind.at : "", l->kind.n,
	    "about", l->about.n > 0 ? l->about.at : "", l->about.n,
	    "text", l->text.n > 0 ? l->text.at : "", l->text.n,
	    "body", l->body.n > 0 ? l->body.at : "", l->body.n);
}

json_t *
inbox_list(struct store_txn *t, size_t most)
{
	json_t *list = json_array();
	uint64_t last = t->meta.letters;
	uint64_t from = last > most ? last - most : 0;
	uint8_t key[8];
	struct span row;
	struct letter l;

	for (uint64_t n = from + 1; n <= last; n++)
		if (db_get(t->db, STORE_LETTER, number_key(key, n), &row) &&
		    letter_read(&l, row))
			json_array_append_new(list, letter_json(&l));
	return list;
}

/* --- asking ------------------------------------------------------------------ */

static void
after(struct inbox *i, uint64_t ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	must(event_add(i->timer, &tv) == 0);
}

struct taking {
	struct span xml;
	struct store_txn *t;
	size_t taken;
	bool read;
	const char *why;
};

static void
on_letter(void *arg, const struct letter *l)
{
	struct taking *k = arg;
	char text[LOG_QUOTE_MAX];

	if (!inbox_put(k->t, l))
		return;
	k->taken++;
	log_info("letter number=%llu kind=%.*s: %s",
	    (unsigned long long)l->number, SPAN_ARGS(l->kind),
	    log_quote(text, l->text.at, l->text.n));
}

static bool
take(struct store_txn *t, void *arg)
{
	struct taking *k = arg;
	uint64_t last = 0;
	int64_t now;

	k->t = t;
	k->taken = 0;
	k->read = letters_read(k->xml, &last, &now, NULL, on_letter, k,
	    &k->why);
	/* The hub was set up anew and counts from the start. */
	if (k->read && last < t->meta.letters) {
		t->meta.letters = last;
		k->taken++;
	}
	return k->taken > 0;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct inbox *i = arg;
	struct taking k = { .xml = a->body };
	bool quick = clock_mono() - i->asked < SHORT_ANSWER;
	uint32_t floor = a->retry_after > 0 && a->retry_after < INT32_MAX ?
	    (uint32_t)a->retry_after : 0;

	i->request = NULL;
	if (a->code != CURLE_OK || a->status != 200 || a->too_long) {
		after(i, backoff_next(&i->backoff, floor));
		return;
	}
	if (store_do(i->store, take, &k) == STORE_FULL || !k.read) {
		log_warn("letters: %s", k.read ? "the disk is full" :
		    "the hub's answer can't be read");
		after(i, backoff_next(&i->backoff, floor));
		return;
	}
	backoff_reset(&i->backoff);
	after(i, quick && k.taken == 0 ? SHORT_WAIT : 0);
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct inbox *i = arg;

	line_prepare(i->line, curl);
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

	(void)fd;
	(void)what;
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/letters?after=%llu&wait=%d", i->line->hub,
	    (unsigned long long)store_meta(i->store)->letters, WAIT);
	spec.url = buf_cstr(&url);
	i->asked = clock_mono();
	i->request = fetch_start(i->fetch, &spec, on_answer, i);
	buf_clear(&url);
}

struct inbox *
inbox_new(struct event_base *base, struct store *store, struct fetch *fetch,
    const struct line *line)
{
	struct inbox *i = mem_new(sizeof(*i));

	i->store = store;
	i->fetch = fetch;
	i->line = line;
	backoff_init(&i->backoff, FIRST_WAIT, LAST_WAIT);
	i->timer = event_new(base, -1, 0, on_timer, i);
	must(i->timer != NULL);
	after(i, 200);		/* changes first */
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
