/* See letter_sinks.h. What is written is in letter_sinks_text.c. */
#include "agent/letter_sinks.h"

#include <stdlib.h>

#include "agent/heard.h"
#include "agent/inbox.h"
#include "agent/letter_links.h"
#include "agent/letter_sinks_text.h"
#include "agent/outfile.h"
#include "agent/outward.h"
#include "contrib/base/backoff.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"

#define TRIES 5			/* to give the command one letter */
#define FIRST_WAIT 5000		/* ms until the second … */
#define LAST_WAIT 600000	/* … and at most */
#define SOON 2000		/* ms: letters come several at a time */
#define FEED_LETTERS 50
#define MAIL_LETTERS 50
#define FEED_MAX (8u << 20)

struct letter_sinks {
	struct letter_sinks_host host;
	struct event *timer;
	struct backoff backoff;
	unsigned tries;
	uint64_t hooked;	/* being given to the command; 0: none */
	uint64_t mailed;	/* … in the mail that is being sent */
	int64_t mail_earliest;	/* mono ms */
};

struct setting {
	enum heard who;
	uint64_t letter;
};

static bool
set(struct store_txn *t, void *arg)
{
	const struct setting *s = arg;

	heard_set(t, s->who, s->letter);
	return true;
}

static void
heard_up_to(struct letter_sinks *h, enum heard who, uint64_t letter)
{
	struct setting s = { who, letter };

	(void)store_do(h->host.store, set, &s);
}

/* --- the command -------------------------------------------------------- */

/* The first letter after n that is there, and its number; NULL: none. */
static json_t *
next_letter(struct letter_sinks *h, uint64_t *n)
{
	struct store_txn *t = store_look(h->host.store);
	json_t *l = NULL, *list;

	if (*n + INBOX_KEEP < t->meta.letters)
		*n = t->meta.letters - INBOX_KEEP;
	while (l == NULL && *n < t->meta.letters)
		l = inbox_one(t, ++*n);
	store_end(t);
	if (l == NULL)
		return NULL;
	list = json_pack("[O]", l);
	letter_links_add(list);
	json_decref(list);
	return l;
}

static void
on_hook(void *arg, int status, struct span said)
{
	struct letter_sinks *h = arg;
	char quoted[LOG_QUOTE_MAX];
	uint64_t n = h->hooked;

	h->hooked = 0;
	if (status != 0) {
		log_warn("hook: letter=%llu %s: %s", (unsigned long long)n,
		    hand_status_text(status), log_quote(quoted, said.at,
		    said.n));
		if (++h->tries < TRIES) {
			timer_after(h->timer, backoff_next(&h->backoff, 0));
			return;
		}
		log_error("hook: letter=%llu is passed over",
		    (unsigned long long)n);
	}
	h->tries = 0;
	backoff_reset(&h->backoff);
	heard_up_to(h, HEARD_HOOK, n);
	timer_after(h->timer, 0);
}

static void
give_to_hook(struct letter_sinks *h)
{
	struct store_txn *t;
	uint64_t n;
	json_t *l;
	char *text;

	if (h->hooked != 0 || !hand_has(h->host.hand, OUTWARD_HOOK))
		return;
	t = store_look(h->host.store);
	n = heard_get(t, HEARD_HOOK);
	store_end(t);
	l = next_letter(h, &n);
	if (l == NULL)
		return;
	text = json_dumps(l, JSON_COMPACT);
	if (text != NULL && hand_run(h->host.hand, OUTWARD_HOOK,
	    span_of(text), on_hook, h))
		h->hooked = n;
	else
		timer_after(h->timer, LAST_WAIT);
	free(text);
	json_decref(l);
}

/* --- the feed ----------------------------------------------------------- */

/* The newest letters after this one, oldest first; the caller's. */
static json_t *
letters_after(struct letter_sinks *h, uint64_t n, size_t most)
{
	struct store_txn *t = store_look(h->host.store);
	uint64_t count = t->meta.letters - n;
	json_t *list = inbox_list(t, count < most ? (size_t)count : most);

	store_end(t);
	letter_links_add(list);
	return list;
}

static void
write_feed(struct letter_sinks *h)
{
	const char *path = h->host.top->atom;
	json_t *list;
	struct buf text, why;
	bool news;

	if (path[0] == '\0')
		return;
	buf_init(&text, FEED_MAX);
	buf_init(&why, 4096);
	list = letters_after(h, 0, FEED_LETTERS);
	letter_sinks_feed(&text, list, h->host.top);
	if (text.bad)
		log_error("atom: the feed would be too long");
	else if (!outfile_write(path, buf_look(&text), &news, &why))
		log_error("atom: %s", buf_cstr(&why));
	json_decref(list);
	buf_clear(&text);
	buf_clear(&why);
}

/* --- mail --------------------------------------------------------------- */

static void
on_mail(void *arg, int status, struct span said)
{
	struct letter_sinks *h = arg;
	char quoted[LOG_QUOTE_MAX];
	uint64_t n = h->mailed;

	h->mailed = 0;
	if (status != 0) {
		log_error("mail: %s: %s", hand_status_text(status),
		    log_quote(quoted, said.at, said.n));
		h->mail_earliest = clock_mono() + LAST_WAIT;
	} else {
		heard_up_to(h, HEARD_MAIL, n);
		h->mail_earliest = clock_mono() +
		    (int64_t)h->host.top->mail_every;
	}
	timer_after(h->timer, SOON);
}

static void
send_mail(struct letter_sinks *h)
{
	struct store_txn *t;
	uint64_t heard, last;
	json_t *list;
	struct buf text;
	int64_t left = h->mail_earliest - clock_mono();

	if (h->mailed != 0 || !hand_has(h->host.hand, OUTWARD_MAIL))
		return;
	t = store_look(h->host.store);
	heard = heard_get(t, HEARD_MAIL);
	last = t->meta.letters;
	store_end(t);
	if (heard >= last)
		return;
	if (left > 0) {
		if (!event_pending(h->timer, EV_TIMEOUT, NULL))
			timer_after(h->timer, left);
		return;
	}
	buf_init(&text, FEED_MAX);
	list = letters_after(h, heard, MAIL_LETTERS);
	letter_sinks_mail(&text, list, h->host.top, last - heard);
	if (!text.bad && hand_run(h->host.hand, OUTWARD_MAIL,
	    buf_look(&text), on_mail, h))
		h->mailed = last;
	json_decref(list);
	buf_clear(&text);
}

/* --- all of it ---------------------------------------------------------- */

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct letter_sinks *h = arg;

	(void)fd;
	(void)what;
	give_to_hook(h);
	write_feed(h);
	send_mail(h);
}

void
letter_sinks_look(struct letter_sinks *h)
{
	if (h->tries == 0)	/* else it waits */
		timer_after(h->timer, SOON);
}

/* From now on they hear of letters. */
static bool
begin(struct store_txn *t, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < HEARD_COUNT; i++)
		heard_set(t, (enum heard)i, heard_get(t, (enum heard)i));
	return true;
}

struct letter_sinks *
letter_sinks_new(const struct letter_sinks_host *host)
{
	struct letter_sinks *h = mem_new(sizeof(*h));

	h->host = *host;
	backoff_init(&h->backoff, FIRST_WAIT, LAST_WAIT);
	h->timer = event_new(host->base, -1, 0, on_timer, h);
	must(h->timer != NULL);
	h->mail_earliest = INT64_MIN / 2;
	if (host->hand != NULL)
		(void)store_do(host->store, begin, NULL);
	timer_after(h->timer, SOON);
	return h;
}

void
letter_sinks_free(struct letter_sinks *h)
{
	if (h == NULL)
		return;
	event_free(h->timer);
	free(h);
}
