/*
 * zqhub check: looks at addresses outside of the cluster, now, and says what
 * came of each, why, and what to do. Needs neither a hub nor its daemon; the
 * settings of hub.conf count if it is there.
 */
#include "hub/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/units.h"
#include "hub/checker.h"
#include "hub/cmd_text.h"
#include "hub/csv.h"
#include "hub/inspect.h"
#include "hub/json.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define LINE_MAX_BYTES 8192
#define WHY_MAX 65536
#define TEXT_MAX (4 * LIMIT_URL)
#define PATIENCE 120000		/* ms that a command waits for a server */
#define TIMEOUT 15000		/* ms of one request */
#define AFTER 16		/* columns before the evidence */

struct checking {
	struct cmd_line *line;
	struct conf *file;		/* the hub's settings, or NULL … */
	const struct config *config;	/* … and what is in force of them */
	struct config own;
	struct inward inward;
	struct checker *checker;
	struct event_base *base;
	struct event *feeder;
	FILE *list;			/* --file, or NULL */
	const char *list_name;
	uint64_t list_line;
	size_t word;			/* the next of the command line */
	bool ended;			/* nothing more is to be put */
	uint64_t count[OUTCOME_COUNT], all, broken;
};

/* --- telling ---------------------------------------------------------------- */

static bool
is_broken(enum cause c)
{
	return outcome_is_broken(cause_outcome(c));
}

static void
print_hops(const struct trail *t)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < t->hops; i++) {
		buf_reset(&b);
		buf_printf(&b, "%ld → %s", t->hop[i].status,
		    i + 1 < t->hops ? t->hop[i + 1].url :
		    buf_cstr(&t->url));
		printf("%*s", AFTER, "");
		cmd_text_line("", buf_look(&b));
	}
	buf_clear(&b);
}

static void
print_found(struct span url, const struct finding *f, const struct trail *t)
{
	enum outcome o = cause_outcome(f->cause);
	struct buf b;

	buf_init(&b, TEXT_MAX);
	text_pad(&b, span_of(outcome_word(o)), AFTER - 1);
	printf("%s ", buf_cstr(&b));
	cmd_text_line("", url);
	if (t != NULL)
		print_hops(t);
	buf_reset(&b);
	cause_evidence(&b, f->cause, buf_look(&f->detail));
	if (o == OUTCOME_GONE && f->cause != CAUSE_410)
		buf_printf(&b, _(" (Sure when it was seen %d times, a day "
		    "apart.)"), OUTCOME_STRIKES);
	printf("%*s", AFTER, "");
	cmd_text_line("", buf_look(&b));
	if (o != OUTCOME_OK) {
		buf_reset(&b);
		cause_repair(&b, f->cause, buf_look(&f->detail));
		printf("%*s", AFTER, "");
		cmd_text_line("", buf_look(&b));
	}
	buf_clear(&b);
}

static json_t *
json_hops(const struct trail *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->hops; i++)
		json_array_append_new(list, json_pack("{s:o, s:I, s:s}",
		    "url", json_span(span_of(t->hop[i].url)),
		    "status", (json_int_t)t->hop[i].status, "how",
		    t->hop[i].kind == HOP_PERMANENT ? "permanent" :
		    t->hop[i].kind == HOP_TEMPORARY ? "temporary" :
		    "refresh"));
	return list;
}

static json_t *
json_found(struct span url, const struct finding *f, const struct trail *t)
{
	json_t *o = json_pack("{s:o, s:s, s:s, s:b, s:b}", "url",
	    json_span(url), "outcome", outcome_name(cause_outcome(f->cause)),
	    "cause", cause_name(f->cause), "broken", is_broken(f->cause),
	    "danger", cause_is_danger(f->cause));
	struct buf b;

	buf_init(&b, TEXT_MAX);
	cause_evidence(&b, f->cause, buf_look(&f->detail));
	json_object_set_new(o, "evidence", json_span(buf_look(&b)));
	buf_reset(&b);
	cause_repair(&b, f->cause, buf_look(&f->detail));
	json_object_set_new(o, "repair", json_span(buf_look(&b)));
	if (f->detail.n > 0)
		json_object_set_new(o, "detail",
		    json_span(buf_look(&f->detail)));
	if (t != NULL && t->hops > 0) {
		json_object_set_new(o, "hops", json_hops(t));
		json_object_set_new(o, "final",
		    json_span(buf_look(&t->url)));
	}
	if (t != NULL && t->status > 0)
		json_object_set_new(o, "status", json_integer(t->status));
	if (t != NULL)
		json_object_set_new(o, "ms", json_integer(t->server.ms));
	buf_clear(&b);
	return o;
}

static void
tell(struct checking *c, struct span url, const struct finding *f,
    const struct trail *t)
{
	json_t *o;

	c->count[cause_outcome(f->cause)]++;
	c->broken += is_broken(f->cause);
	if (c->line->json) {
		o = json_found(url, f, t);
		fputs(c->all++ == 0 ? "[\n" : ",\n", stdout);
		json_dumpf(o, stdout, JSON_COMPACT);
		json_decref(o);
	} else {
		c->all++;
		print_found(url, f, t);
	}
	fflush(stdout);
}

static void
tell_totals(const struct checking *c)
{
	if (c->line->json) {
		puts(c->all == 0 ? "[]" : "\n]");
		return;
	}
	if (c->all < 2)
		return;
	printf(_("%" PRIu64 " addresses, %zu requests:"), c->all,
	    checker_requests(c->checker));
	for (int i = 0; i < OUTCOME_COUNT; i++)
		if (c->count[i] > 0)
			printf(" %" PRIu64 " %s", c->count[i],
			    outcome_word((enum outcome)i));
	putchar('\n');
}

/* --- giving ----------------------------------------------------------------- */

/* The next address of the command line or the file, as written. */
static bool
next_text(struct checking *c, char line[LINE_MAX_BYTES], struct span *s)
{
	if (c->list == NULL) {
		if (c->word == c->line->words)
			return false;
		*s = span_of(c->line->word[c->word++]);
		return true;
	}
	while (fgets(line, LINE_MAX_BYTES, c->list) != NULL) {
		size_t n = strlen(line);
		int rest = n > 0 ? line[n - 1] : '\n';

		c->list_line++;
		while (rest != '\n' && rest != EOF)
			rest = fgetc(c->list);
		*s = (struct span){ line, n };
		if (c->list_line == 1 && text_starts(*s, CSV_BOM))
			*s = (struct span){ line + strlen(CSV_BOM),
			    n - strlen(CSV_BOM) };
		*s = text_trim(*s);
		if (s->n > 0 && s->at[0] != '#')
			return true;
	}
	return false;
}

static void
refuse(struct checking *c, struct span text, const char *why)
{
	struct finding f;

	finding_init(&f);
	f.cause = CAUSE_NO_ADDRESS;
	buf_text(&f.detail, why);
	if (c->list != NULL)
		fprintf(stderr, "zqhub: %s:%" PRIu64 ": %s\n",
		    c->list_name, c->list_line, why);
	tell(c, text_cut(text, LIMIT_URL), &f, NULL);
	finding_clear(&f);
}

static void
feed(evutil_socket_t fd, short what, void *arg)
{
	struct checking *c = arg;
	char line[LINE_MAX_BYTES];
	const char *why;
	struct span s;
	struct buf url;

	(void)fd, (void)what;
	buf_init(&url, LIMIT_URL);
	while (!c->ended && checker_room(c->checker) > 0) {
		if (!next_text(c, line, &s)) {
			c->ended = true;
			break;
		}
		buf_reset(&url);
		why = _("too long");
		if (url_normal(&url, s, &why))
			checker_put(c->checker, buf_look(&url), "", "",
			    mem_text(buf_cstr(&url)));
		else
			refuse(c, s, why);
	}
	buf_clear(&url);
	if (c->ended && checker_jobs(c->checker) == 0)
		event_base_loopexit(c->base, NULL);
}

static void
on_found(void *arg, void *job, const struct finding *f,
    const struct trail *t)
{
	struct checking *c = arg;
	struct timeval now = { 0 };

	tell(c, span_of(job), f, t);
	free(job);
	event_add(c->feeder, &now);	/* when this one is out of the way */
}

static void
on_dropped(void *arg, void *job)
{
	(void)arg;
	free(job);
}

/* --- settings --------------------------------------------------------------- */

static bool
take_time(const struct cmd_line *l, const char *name, uint64_t *ms)
{
	const char *value = cmd_value(l, name);

	if (value == NULL || (units_parse_time(span_of(value), ms) &&
	    *ms <= 3600000))
		return true;
	cmd_fail(NULL, _("--%s: \"%s\": expected a time like 2s or 500ms"),
	    name, value);
	return false;
}

/* The hub's, if it is here, and what the command line says instead. */
static bool
read_settings(struct checking *c)
{
	char path[CONFIG_PATH_MAX];
	struct config *own = &c->own;
	struct buf why;
	bool good = true;

	*own = (struct config){ .check_delay = 2000, .check_parallel = 32,
	    .check_window = 7 * UINT64_C(86400000) };
	config_path(path, c->line->dir, CONFIG_FILE);
	buf_init(&why, WHY_MAX);
	if (access(path, R_OK) == 0) {
		const struct config *hub = config_read(path, &c->file, &why);

		if (hub != NULL)
			*own = *hub;
		else
			good = false;
	}
	if (good && own->check_allow != NULL)
		good = inward_allow_all(&c->inward, own->check_allow, &why);
	if (good && cmd_value(c->line, "allow") != NULL)
		good = inward_allow_all(&c->inward,
		    cmd_value(c->line, "allow"), &why);
	if (!good)
		cmd_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return good && take_time(c->line, "delay", &own->check_delay) &&
	    cmd_number(c->line, "parallel", 1, 1000, own->check_parallel,
	    &own->check_parallel);
}

static bool
open_list(struct checking *c)
{
	c->list_name = cmd_value(c->line, "file");
	if (c->list_name == NULL)
		return c->line->words > 0 || cmd_fail(_("zqhub check --help "
		    "says more"), _("check: give an address, or --file")) ==
		    CMD_OK;
	if (c->line->words > 0)
		return cmd_fail(NULL, _("check: addresses or --file, not "
		    "both")) == CMD_OK;
	c->list = strcmp(c->list_name, "-") == 0 ? stdin :
	    fopen(c->list_name, "re");
	if (c->list == NULL)
		cmd_fail(NULL, "%s: %s", c->list_name, strerror(errno));
	return c->list != NULL;
}

static void
run(struct checking *c)
{
	const char *cas = cmd_value(c->line, "cacert");
	struct timeval now = { 0 };
	struct buf agent;
	struct checker_spec spec = { .window = (int64_t)c->own.check_window,
	    .found = on_found, .dropped = on_dropped, .arg = c, .trips = {
		.inward = &c->inward, .timeout = TIMEOUT,
		.cas = cas != NULL ? cas : c->own.check_cas,
		.delay = (uint32_t)c->own.check_delay,
		.parallel = (unsigned)c->own.check_parallel,
		.patience = PATIENCE } };

	buf_init(&agent, 1024);
	inspect_agent(&agent, &c->own, INSPECT_LINKS);
	spec.trips.user_agent = buf_cstr(&agent);
	c->base = event_base_new();
	must(c->base != NULL);
	c->feeder = evtimer_new(c->base, feed, c);
	must(c->feeder != NULL);
	c->checker = checker_new(c->base, &spec);
	event_add(c->feeder, &now);
	event_base_dispatch(c->base);
	tell_totals(c);
	checker_free(c->checker);
	event_free(c->feeder);
	event_base_free(c->base);
	buf_clear(&agent);
}

static int
cmd_check(struct cmd_line *l)
{
	struct checking c = { .line = l };
	int status = CMD_USAGE;

	if (open_list(&c) && read_settings(&c)) {
		run(&c);
		status = c.broken > 0 ? CMD_NO : CMD_OK;
	}
	if (c.list != NULL && c.list != stdin)
		fclose(c.list);
	if (c.file != NULL)
		conf_free(c.file);
	return status;
}

const struct cmd cmd_check_list[] = {
	{ .name = "check", .words = "[URL …]", .most = SIZE_MAX,
	  .json = true, .bare = true, .run = cmd_check,
	  .about = N_("look whether addresses outside of the cluster are "
	    "alive"),
	  .more = N_("Each is asked for as a reader's browser would, "
	    "politely: one at a time from each\nregistrable domain and "
	    "address, as robots.txt and Retry-After say, nothing at\n"
	    "private addresses. Only gone, error page and suspicious are "
	    "broken; then the exit\nstatus is 1. The settings check_* of "
	    "hub.conf count if there is one."),
	  .examples = "check https://www.henan.gov.cn/old/1.html\n"
	    "check --file links.txt --json > looked-at.json\n"
	    "check --allow 10.20.0.0/16 http://oa.intranet.example/",
	  .option = {
	    { "file", "FILE", N_("addresses, one a line; - is standard "
	      "input"), false },
	    { "delay", "TIME", N_("between two requests to one server: 2s"),
	      false },
	    { "parallel", "N", N_("requests at a time: 32"), false },
	    { "allow", "NETWORKS", N_("private networks that may be asked"),
	      false },
	    { "cacert", "FILE", N_("PEM file of the CAs to believe"),
	      false },
	  } },
	{ .name = NULL },
};
