/*
 * zqhub journal print, journal verify.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/journal.h"
#include "hub/json.h"
#include "protocol/url.h"

#define FOLLOW_MS 300		/* between looks at the end */

/* --- print ---------------------------------------------------------------- */

struct printing {
	struct query *query;
	struct site_info site;		/* the last one asked for */
	bool json, any;
	uint64_t next, left;		/* place; entries that may be printed */
	struct buf line;
};

static const char *
code_of(struct printing *p, uint32_t number)
{
	if (p->site.number != number &&
	    !query_site_by_number(p->query, number, &p->site))
		return "-";
	return p->site.code;
}

static void
put_change(struct printing *p, const struct journal_line *l)
{
	const struct change *c = &l->said;
	struct span words = c->kind == CHANGE_DELETED ?
	    c->word[WORD_REASON] : c->word[WORD_TITLE];

	buf_printf(&p->line, "%s seq=%" PRIu64 " %s ", code_of(p, l->site),
	    l->seq, change_kind_name(c->kind));
	if (c->critical.n > 0) {
		buf_text(&p->line, _("critical "));
		text_pad(&p->line, c->critical, text_width(c->critical));
		buf_byte(&p->line, ' ');
		words = c->word[WORD_REASON];
	}
	url_show(&p->line, c->url);
	if (words.n > 0) {
		buf_text(&p->line, c->url.n > 0 ? "  " : "");
		text_pad(&p->line, words, text_width(words));
	}
}

/* An act as it is: JSON escapes what could drive a terminal. */
static void
put_act(struct printing *p, const struct journal_line *l)
{
	buf_text(&p->line, _("hub "));
	text_pad(&p->line, l->act, text_width(l->act));
}

static void
print_json(struct printing *p, const struct journal_line *l)
{
	json_t *j = json_journal(l);

	fputs(p->any ? ",\n" : "[\n", stdout);
	json_dumpf(j, stdout, JSON_COMPACT);
	json_decref(j);
}

static bool
print_line(void *arg, const struct journal_line *l)
{
	struct printing *p = arg;
	char when[CLOCK_TEXT_MAX];

	if (l->place < p->next)
		return true;
	if (p->left == 0)
		return false;
	p->left--;
	p->next = l->place + 1;
	if (p->json) {
		print_json(p, l);
	} else {
		buf_reset(&p->line);
		buf_printf(&p->line, "%" PRIu64 "  %s  ", l->place,
		    clock_show(when, l->at));
		if (l->is_change)
			put_change(p, l);
		else
			put_act(p, l);
		printf("%s\n", buf_cstr(&p->line));
	}
	p->any = true;
	return true;
}

static void
print_from(struct printing *p, struct store *s)
{
	p->site.number = 0;
	p->query = query_begin(s);
	query_journal(p->query, p->next, print_line, p);
	query_end(p->query);
}

static void
follow(struct printing *p, struct store *s)
{
	struct timespec t = { .tv_nsec = FOLLOW_MS * 1000000L };

	while (p->left > 0 && fflush(stdout) == 0) {
		nanosleep(&t, NULL);
		print_from(p, s);
	}
}

static int
run_print(struct cmd_line *l)
{
	struct printing p = { .json = l->json };
	struct store *s;

	if (!cmd_number(l, "from", 1, UINT64_MAX - 1, 1, &p.next) ||
	    !cmd_number(l, "limit", 1, UINT64_MAX - 1, UINT64_MAX - 1,
	    &p.left))
		return CMD_USAGE;
	s = cmd_store(l);
	if (s == NULL)
		return CMD_NO;
	buf_init(&p.line, 1u << 20);
	print_from(&p, s);
	if (cmd_flag(l, "follow") && !l->json)
		follow(&p, s);
	if (l->json)
		fputs(p.any ? "\n]\n" : "[]\n", stdout);
	buf_clear(&p.line);
	store_close(s);
	return CMD_OK;
}

/* --- verify --------------------------------------------------------------- */

static int
say_verified(const struct cmd_line *l, struct journal *j, uint64_t broken)
{
	uint64_t last = journal_last(j);
	uint8_t chain[JOURNAL_CHAIN];
	struct buf head;

	journal_head(j, chain);
	buf_init(&head, 2 * JOURNAL_CHAIN + 1);
	text_hex(&head, chain, JOURNAL_CHAIN);
	if (l->json)
		cmd_json(json_pack("{s:b, s:I, s:I, s:s}", "good",
		    broken == 0, "entries", (json_int_t)last,
		    "broken", (json_int_t)broken, "chain",
		    buf_cstr(&head)));
	else if (broken == 0)
		printf(_("%" PRIu64 " entries, none of them changed since "
		    "they were written; chain %s\n"), last, buf_cstr(&head));
	buf_clear(&head);
	if (broken == 0 || l->json)
		return broken == 0 ? CMD_OK : CMD_NO;
	return cmd_fail(_("load a dump that was made before, into a new "
	    "hub"), _("entry %" PRIu64 " of the journal is not what it was: "
	    "it was changed, or the disk has lost it"), broken);
}

static int
run_verify(struct cmd_line *l)
{
	char path[CONFIG_PATH_MAX];
	struct journal *j;
	struct buf why;
	int code;

	if (!cmd_has_run(l))
		return CMD_NO;
	buf_init(&why, 4096);
	j = journal_open(&journal_lmdb, config_path(path, l->config->dir,
	    CONFIG_JOURNAL), false, l->config->store_most, &why);
	if (j == NULL)
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	else
		code = say_verified(l, j, journal_verify(j));
	journal_close(j);
	buf_clear(&why);
	return code;
}

const struct cmd cmd_journal_list[] = {
	{ .name = "journal print", .words = "", .json = true,
	  .run = run_print,
	  .about = N_("print what was taken, in order: sites' changes and "
	    "operators' acts"),
	  .examples = "journal print --from 4711 --limit 20\n"
	    "journal print --follow\n"
	    "journal print --json | jq '.[] | select(.act != null)'",
	  .option = {
	    { "from", "N", N_("begin at this place: 1"), false },
	    { "limit", "N", N_("print so many at most"), false },
	    { "follow", NULL, N_("and wait for more"), false },
	  } },
	{ .name = "journal verify", .words = "", .json = true,
	  .run = run_verify,
	  .about = N_("walk the hash chain from the first entry; exit 1 if "
	    "it is broken"),
	  .examples = "journal verify" },
	{ .name = NULL },
};
