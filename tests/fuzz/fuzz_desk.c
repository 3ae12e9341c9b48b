/*
 * What operators ask over the control socket, and the page through the web
 * part: a real desk over its socket, with a journal in memory and a view.
 *
 * Whatever is asked there is one answer, an object with "ok" or "error". What
 * is refused leaves no trace. What is done is in the journal, in the name of
 * who asked, and apply can follow it: nothing of it is held; and the view is
 * the same when it is made again from the journal.
 *
 * The first byte is the journal's bad luck (0: none); lines follow. One that
 * begins with "P" is the page's, without it; "$L" stands for a lot.
 */
#include <event2/event.h>
#include <jansson.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/ask.h"
#include "hub/desk.h"
#include "hub/pulse.h"
#include "tests/fuzz/world.h"

#define INPUT 16384
#define LINES 12
#define LOT (600u << 10)	/* bytes: no act may be so long */
#define QUIET 3			/* turns without news: that was all */
#define TURNS 20000		/* … and it is not answered */

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct conf *file;
static const struct config *config;
static struct event_base *base;
static struct writer writer;
static struct pending_queue pending;
static struct guests guests;
static struct show *show;
static struct turns *turns;
static struct letters *letters;
static struct prove_calls *calls;
static struct desk *desk;
static uint64_t first;		/* entries of the world as it is set up */
static uint64_t hub_held;	/* … acts among them that are held */
static uint8_t digest[32];	/* … its view */
static char self[ASK_ACTOR];
static unsigned minting;	/* tickets that are being made, from … */
static uint64_t mint;		/* … this on */
static bool rebuilds, rereads, unlucky;

/* --- the world ---------------------------------------------------------------- */

static const char conf[] = "name = hub\nlisten = 127.0.0.1:7443\n"
    "public = https://hub.example:7443\n[receiver ops]\nkind = webhook\n"
    "url = https://x/\n";

static void
begin_anew(uint64_t luck)
{
	journal_close(writer.journal);
	writer.journal = world_make(luck);
	viewkit_again(writer.journal, 1000);
	first = journal_last(writer.journal);
	hub_held = view_held_count(view, 0, UINT64_MAX);
	view_digest(view, digest);
	unlucky = luck != 0;
}

/* --- what the core does for it -------------------------------------------------- */

struct heard {
	unsigned answers;
	bool good;
};

static struct heard heard;

static void
judge_answer(const json_t *o)
{
	const json_t *ok = json_object_get(o, "ok");
	const char *error = json_string_value(json_object_get(o, "error"));
	const json_t *hint = json_object_get(o, "hint");

	must(json_is_object(o) && (ok != NULL) != (error != NULL));
	must(ok == NULL || json_is_object(ok));
	must(error == NULL || error[0] != '\0');
	must(hint == NULL || json_is_string(hint));
	heard.answers++;
	heard.good = ok != NULL;
}

static void
on_acted(void *arg, uint64_t number, json_t *answer)
{
	(void)arg;
	must(number == 7);
	judge_answer(answer);
}

static void
on_mint(void *arg, uint64_t number)
{
	(void)arg;
	if (minting++ == 0)
		mint = number;
	must(mint + minting - 1 == number);
}

static void
on_site(void *arg, uint32_t site)
{
	(void)arg;
	must(site != 0 && site <= view_sites(view));
}

static void
on_lifted(void *arg)
{
	(void)arg;
}

static bool
on_rebuild(void *arg, struct buf *why)
{
	(void)arg;
	if (unlucky)
		buf_text(why, "no space");
	else
		rebuilds = true;
	return !unlucky;
}

static void
on_reread(void *arg, const char *lang)
{
	(void)arg;
	must(strcmp(lang, "en") == 0 || strcmp(lang, "zh") == 0);
	rereads = true;
}

static json_t *
on_about(void *arg)
{
	(void)arg;
	return json_object();
}

static void
on_work(void *arg)
{
	(void)arg;
}

static void
send_nothing(void *arg, uint64_t number, struct span body)
{
	(void)arg, (void)number, (void)body;
}

/* --- the core's turns ------------------------------------------------------------- */

static void
write_one(struct pending *p)
{
	struct acts all;
	bool good;

	acts_init(&all);
	acts_move(&all, &p->acts);
	good = writer_act(&writer, &all);
	acts_clear(&all);
	p->done(p->arg, good ? journal_last(writer.journal) : 0);
	pending_free(p);
}

static void
make_tickets(void)
{
	static uint32_t made;

	while (minting > 0) {
		char body[TICKET_REF + 8] = { 0 };

		made++;
		memcpy(body, &made, sizeof(made));
		memcpy(body + TICKET_REF, "zq1.tick", 8);
		minting--;
		must(desk_minted(desk, mint++, (struct span){ body,
		    sizeof(body) }));
	}
}

static void
work(void)
{
	struct pending *p;

	event_base_loop(base, EVLOOP_NONBLOCK);
	while ((p = pending_pop(&pending)) != NULL)
		write_one(p);
	make_tickets();
	if (rebuilds) {
		rebuilds = false;
		desk_rebuilding(desk, json_object());
		desk_rebuilt(desk, json_object(), NULL);
	}
	if (rereads) {
		rereads = false;
		desk_reread(desk, SPAN_NONE);
	}
}

/* --- setting up -------------------------------------------------------------------- */

static void
read_config(void)
{
	char path[128], all[512];
	struct buf why;

	buf_init(&why, 4096);
	fuzz_put("hub.conf", all, (size_t)snprintf(all, sizeof(all),
	    "dir = %s\n%s", fuzz_dir, conf));
	snprintf(path, sizeof(path), "%s/hub.conf", fuzz_dir);
	config = config_read(path, &file, &why);
	if (config == NULL)
		fatal("%s", buf_cstr(&why));
	buf_clear(&why);
}

static void
open_desk(void)
{
	const struct desk_hooks hooks = { .mint = on_mint,
	    .blocked = on_site, .lifted = on_lifted, .settled = on_site,
	    .rebuild = on_rebuild, .reread = on_reread, .about = on_about,
	    .acted = on_acted };
	struct buf why;

	buf_init(&why, 4096);
	calls = prove_calls_new(base, &writer, &guests, letters);
	desk = desk_new(base, &writer, turns, calls, &hooks, &why);
	must(desk != NULL);
	buf_clear(&why);
}

static void
close_desk(void)
{
	desk_free(desk);
	prove_calls_free(calls);
}

static void
open_core(void)
{
	base = event_base_new();
	writer.config = config;
	writer.view = view;
	writer.journal = world_make(0);
	pending_init(&pending);
	guests_init(&guests);
	show = show_new(&writer);
	turns = turns_new(&pending, show, on_work, NULL);
	letters = letters_new(base, &writer, &guests, &pending, send_nothing,
	    on_work, NULL);
}

static void
clean_up(void)
{
	close_desk();
	letters_free(letters);
	turns_free(turns);
	show_free(show);
	guests_clear(&guests);
	pending_clear(&pending);
	journal_close(writer.journal);
	event_base_free(base);
	conf_free(file);
	stats_close();
}

static void
set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	setenv("LANGUAGE", "en", 1);
	clock_set(FUZZ_NOW, 1000);
	counters_open();
	pulse_open(NULL);
	pulse_begin(FUZZ_NOW);
	ask_actor(self, getuid());
	fuzz_dir_make();
	viewkit_open();
	read_config();
	open_core();
	open_desk();
	begin_anew(0);
	atexit(clean_up);
}

/* --- asking ------------------------------------------------------------------------ */

static void
take_lines(struct buf *got)
{
	struct span rest = buf_look(got), line;

	while (fuzz_line(&rest, &line)) {
		json_t *o = json_loadb(line.at, line.n,
		    JSON_REJECT_DUPLICATES, NULL);

		must(o != NULL);
		if (json_object_get(o, "progress") == NULL)
			judge_answer(o);
		json_decref(o);
	}
	buf_reset(got);
}

static void
ask_socket(int fd, struct span said, bool waits)
{
	static char bytes[65536];
	struct buf got;
	ssize_t n;

	buf_init(&got, 2 * CTL_LINE_MAX);
	for (int quiet = 0, i = 0; i < TURNS && (quiet < QUIET ||
	    (heard.answers == 0 && !waits)); quiet++, i++) {
		n = send(fd, said.at, said.n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (said.n > 0 && n > 0) {
			said.at += n;
			said.n -= (size_t)n;
			quiet = 0;
		}
		work();
		while ((n = recv(fd, bytes, sizeof(bytes),
		    MSG_DONTWAIT)) > 0) {
			buf_put(&got, bytes, (size_t)n);
			quiet = 0;
		}
		if (got.n > 0 && got.at[got.n - 1] == '\n')
			take_lines(&got);
	}
	must(got.n == 0);
	buf_clear(&got);
}

static void
ask_page(struct span said)
{
	desk_page(desk, 7, said);
	for (int i = 0; i < QUIET; i++)
		work();
}

/* --- judging ----------------------------------------------------------------------- */

struct asked {
	bool paged, waits;		/* … for sites that are to prove */
	uint64_t before;		/* where the journal stood */
	char actor[ASK_ACTOR];
};

/* As the desk reads it. */
static struct asked
read_asked(struct span line, bool paged)
{
	struct asked q = { .paged = paged };
	json_t *o = json_loadb(line.at, line.n, JSON_REJECT_DUPLICATES, NULL);
	const char *act = json_string_value(json_object_get(o, "do"));
	const char *actor = json_string_value(json_object_get(o, "actor"));

	q.waits = !paged && act != NULL && strcmp(act, "prove-sync") == 0;
	if (paged)
		snprintf(q.actor, sizeof(q.actor), "web:%s",
		    actor != NULL ? actor : "");
	else
		snprintf(q.actor, sizeof(q.actor), "%s", self);
	json_decref(o);
	return q;
}

static bool
judge_entry(void *arg, const struct entry *e)
{
	const struct asked *q = arg;
	const char *actor;
	json_t *o;

	if (e->place <= q->before)
		return true;		/* it comes again */
	o = json_loadb(e->body.at, e->body.n, JSON_REJECT_DUPLICATES, NULL);
	actor = json_string_value(json_object_get(o, "actor"));
	must(e->site == 0 && actor != NULL);
	must(json_is_string(json_object_get(o, "do")));
	must(json_is_string(json_object_get(o, "reason")));
	must(strncmp(actor, q->actor, strlen(actor)) == 0 &&
	    (q->paged || strcmp(actor, q->actor) == 0));
	json_decref(o);
	return true;
}

static void
judge_line(struct span line, bool paged, int fd)
{
	uint64_t before = journal_last(writer.journal), after;
	struct asked q;
	struct buf sent;

	buf_init(&sent, 1u << 24);
	for (size_t i = 0; i < line.n; i++) {
		if (line.at[i] == '$' && i + 1 < line.n &&
		    line.at[i + 1] == 'L' && sent.n < LOT)
			for (i++; sent.n < LOT;)
				buf_text(&sent, "xxxxxxxxxxxxxxxxxxxxxxxx");
		else
			buf_byte(&sent, line.at[i]);
	}
	q = read_asked(buf_look(&sent), paged);
	q.before = before;
	heard = (struct heard){ .answers = 0 };
	if (paged) {
		ask_page(buf_look(&sent));
	} else {
		buf_byte(&sent, '\n');
		ask_socket(fd, buf_look(&sent), q.waits);
	}
	buf_clear(&sent);
	after = journal_last(writer.journal);
	must(heard.answers == 1 || (q.waits && heard.answers == 0));
	must(heard.good || after == before);
	must(view_place(view) == after);
	for (uint64_t at = before + 1; at <= after;)
		at = journal_read(writer.journal, at, 10, judge_entry, &q);
	must(view_held_count(view, 0, UINT64_MAX) <= hub_held);
}

static void
judge_end(void)
{
	uint8_t was[32], is[32];

	view_digest(view, was);
	if (journal_last(writer.journal) == first) {
		must(memcmp(was, digest, sizeof(was)) == 0);
		return;
	}
	viewkit_again(writer.journal, 1);
	view_digest(view, is);
	must(memcmp(was, is, sizeof(was)) == 0);
	must(journal_verify(writer.journal) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span rest = { (const char *)at + 1, n - 1 }, line;
	int fd;

	if (n < 2 || n > INPUT)
		return 0;
	if (desk == NULL)
		set_up();
	if (at[0] != 0 || unlucky || journal_last(writer.journal) != first)
		begin_anew(at[0]);
	fd = fuzz_call(CONFIG_SOCKET);
	for (int i = 0; i < LINES && fuzz_line(&rest, &line); i++) {
		bool paged = line.n > 0 && line.at[0] == 'P';

		if (paged)
			line = (struct span){ line.at + 1, line.n - 1 };
		judge_line(line, paged, fd);
		if (heard.answers == 0) {	/* it waits; for long */
			close(fd);
			close_desk();
			open_desk();
			fd = fuzz_call(CONFIG_SOCKET);
		}
	}
	close(fd);
	for (int i = 0; i < QUIET; i++)
		work();
	judge_end();
	return 0;
}
