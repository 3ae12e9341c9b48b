/*
 * zqhub site prove: does the site's web server show the site's key? The
 * outcome, whatever it is, goes into the journal.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/json.h"
#include "hub/prove.h"

struct proving {
	struct cmd_line *line;
	char code[CODE_MAX + 1], domain[256];
	struct proof wanted;		/* its code is the one above */
	struct prove prove;
	enum proof_verdict verdict;
	struct proof found;
	struct buf evidence;
};

/* --- who it is ------------------------------------------------------------ */

static int
fill(struct proving *p, const struct site_info *s)
{
	snprintf(p->code, sizeof(p->code), "%s", s->code);
	snprintf(p->domain, sizeof(p->domain), "%.*s",
	    SPAN_ARGS(s->domain));
	p->wanted.code = span_of(p->code);
	memcpy(p->wanted.key, s->key, PROOF_KEY);
	if (!s->has_key)
		return cmd_fail(_("its admin enrols it first: zqhub site "
		    "ticket makes a new ticket"), _("site %s has no key yet "
		    "that could be proven"), p->code);
	if (p->domain[0] == '\0')
		return cmd_fail(NULL, _("site %s has no domain"), p->code);
	return CMD_OK;
}

static int
find(struct proving *p)
{
	const char *code = p->line->word[0];
	struct store *s = cmd_store(p->line);
	struct site_info info;
	struct query *q;
	int status;

	if (s == NULL)
		return CMD_NO;
	q = query_begin(s);
	if (query_site_by_code(q, span_of(code), &info))
		status = fill(p, &info);
	else
		status = cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), code);
	query_end(q);
	store_close(s);
	return status;
}

/* --- telling -------------------------------------------------------------- */

/* curl's words may have a stranger's in them (a certificate's name): without
 * what could drive a terminal. */
static void
put_text(struct buf *line, struct span s)
{
	text_plain(line, s);
}

static void
print_tries(const struct prove *p)
{
	struct buf line;

	buf_init(&line, 4 * LIMIT_URL);
	for (size_t i = 0; i < p->count; i++) {
		const struct prove_try *t = &p->at[i];

		buf_reset(&line);
		put_text(&line, buf_look(&t->url));
		buf_text(&line, "  ");
		if (t->status != 0)
			buf_printf(&line, "%ld ", t->status);
		buf_printf(&line, _("after %" PRId64 " ms"), t->took);
		if (t->trouble[0] != '\0') {
			buf_text(&line, ": ");
			put_text(&line, span_of(t->trouble));
		}
		printf("%s\n", buf_cstr(&line));
	}
	buf_clear(&line);
}

static json_t *
json_tries(const struct prove *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->count; i++) {
		const struct prove_try *t = &p->at[i];
		json_t *one = json_object();

		json_object_set_new(one, "url", json_span(buf_look(&t->url)));
		json_object_set_new(one, "status", json_integer(t->status));
		json_object_set_new(one, "ms", json_integer(t->took));
		if (t->trouble[0] != '\0')
			json_object_set_new(one, "trouble",
			    json_span(span_of(t->trouble)));
		json_array_append_new(list, one);
	}
	return list;
}

/* Did any server say anything? */
static bool
was_answered(const struct prove *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->at[i].status != 0)
			return true;
	return false;
}

static int
say_no_file(const struct proving *p)
{
	if (!was_answered(&p->prove))
		return cmd_fail(_("is it up, and may this machine reach it? "
		    "--url names another way to it"), _("not proven: the web "
		    "server of %s cannot be reached"), p->domain);
	return cmd_fail(_("at the site: zqagent proof --write www, with the "
	    "name of its source"), _("not proven: %s does not show /%s"),
	    p->domain, PROOF_PATH);
}

static int
say(const struct proving *p)
{
	if (p->verdict == PROOF_FITS) {
		printf(_("Proven: whoever has the key of site %s has the web "
		    "server of %s, too.\n"), p->code, p->domain);
		return CMD_OK;
	}
	if (!p->prove.got)
		return say_no_file(p);
	if (p->verdict == PROOF_OTHER_KEY)
		return cmd_fail(_("was it renewed, or enrolled on another "
		    "machine? At the site, where zqagentd runs: zqagent "
		    "proof --write www"), _("not proven: the file shows "
		    "another key of site %s than the one this hub has"),
		    p->code);
	if (p->verdict == PROOF_OTHER_SITE)
		return cmd_fail(_("is the domain right (zqhub site show)? "
		    "Else, at the site: zqagent proof --write www"),
		    _("not proven: the file is of site %.*s, not of %s"),
		    SPAN_ARGS(p->found.code), p->code);
	return cmd_fail(_("at the site: zqagent proof --write www, with the "
	    "name of its source"), _("not proven: what %s shows has no line "
	    "zhanqun-site=%s"), p->domain, p->code);
}

/* --- the record ----------------------------------------------------------- */

static json_t *
question(const struct proving *p)
{
	const char *reason = cmd_value(p->line, "reason");
	json_t *said = json_pack("{s:s, s:s, s:s, s:o, s:b, s:o}",
	    "do", "prove", "code", p->code, "domain", p->domain,
	    "key", json_bytes(p->wanted.key, PROOF_KEY),
	    "proven", p->verdict == PROOF_FITS,
	    "evidence", json_span(buf_look(&p->evidence)));

	if (reason != NULL)
		json_object_set_new(said, "reason",
		    json_span(span_of(reason)));
	return said;
}

static int
finish(struct proving *p)
{
	json_t *result = cmd_act(p->line, question(p));

	if (result == NULL)
		return CMD_NO;
	if (!p->line->json) {
		json_decref(result);
		print_tries(&p->prove);
		return say(p);
	}
	json_object_set_new(result, "evidence",
	    json_span(buf_look(&p->evidence)));
	json_object_set_new(result, "tries", json_tries(&p->prove));
	cmd_json(result);
	return p->verdict == PROOF_FITS ? CMD_OK : CMD_NO;
}

int
cmd_prove(struct cmd_line *l)
{
	struct proving p = { .line = l };
	const char *url = cmd_value(l, "url"), *why = NULL;
	int status;

	status = find(&p);
	if (status != CMD_OK)
		return status;
	prove_init(&p.prove);
	buf_init(&p.evidence, PROVE_EVIDENCE);
	if (!prove_ask(&p.prove, p.domain, url, &why)) {
		status = CMD_USAGE;
		cmd_fail(_("expected an address like http://10.1.2.3:8080"),
		    "--url %s: %s", url != NULL ? url : p.domain, why);
	} else {
		p.verdict = prove_judge(&p.prove, p.domain, &p.wanted,
		    &p.found, &p.evidence);
		status = finish(&p);
	}
	buf_clear(&p.evidence);
	prove_clear(&p.prove);
	return status;
}
