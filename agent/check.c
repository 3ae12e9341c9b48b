/*
 * Checking one page; see check.h.
 *
 * It is read by the same child in the same sandbox as the daemon's pages, so
 * that what is shown here is what would be said.
 */
#include "agent/check.h"

#include <event2/event.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "agent/finding.h"
#include "agent/parse.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define NAME_COLUMNS 19
#define STATE_COLUMNS 10
#define VALUE_COLUMNS ((size_t)56)

struct check {
	const struct check_options *o;
	const char *path;
	struct buf url;
	struct event_base *base;
	int status;
};

/* What is shown of one page. */
struct view {
	const struct check *c;
	const struct record *r;
	unsigned kind;
	struct findings findings;
};

static const char *
kind_name(unsigned kind)
{
	switch (kind) {
	case TAG_HOME:
		return N_("home page");
	case TAG_LIST:
		return N_("list page");
	default:
		return N_("article page");
	}
}

static const char *
kind_word(unsigned kind)
{
	return kind == TAG_HOME ? "home" : kind == TAG_LIST ? "list" :
	    "article";
}

static const char *
date_origin(const struct record *r)
{
	switch (r->date_from) {
	case RECORD_DATE_TAG:
		return N_("from PubDate");
	case RECORD_DATE_TEXT:
		return N_("from the text of the page");
	case RECORD_DATE_URL:
		return N_("from the address");
	default:
		return N_("none: counts as not updated");
	}
}

static const char *
date_word(const struct record *r)
{
	static const char *const words[] = { "none", "tag", "text", "url" };

	return words[r->date_from];
}

/* --- as text -------------------------------------------------------------- */

/* One line; what pads it to columns is of no use at its end. */
static void
print(const struct check *c, struct buf *b)
{
	while (b->n > 0 && b->at[b->n - 1] == ' ')
		buf_cut(b, b->n - 1);
	fprintf(c->o->out, "%s\n", buf_cstr(b));
	buf_reset(b);
}

static void
put_value(struct buf *b, struct span s, size_t columns)
{
	size_t width = text_width(s);

	text_pad(b, s, width < columns ? width : columns);
}

static const char *
tag_state(const struct view *v, enum tag t)
{
	bool required = (tag_rules[t].required & v->kind) != 0;

	if (!v->r->tag[t].given)
		return required ? _("MISSING") : "-";
	return v->r->tag[t].value.n == 0 ? _("empty") : _("there");
}

static void
print_tags(const struct view *v, struct buf *b)
{
	for (size_t i = 0; i < TAG_COUNT; i++) {
		const struct record_tag *t = &v->r->tag[i];

		if (!t->given && (tag_rules[i].required & v->kind) == 0)
			continue;
		buf_text(b, "  ");
		text_pad(b, span_of(tag_rules[i].name), NAME_COLUMNS);
		text_pad(b, span_of(tag_state(v, (enum tag)i)), STATE_COLUMNS);
		if (t->given)
			buf_printf(b, "%5" PRIu32 "  ", t->line);
		put_value(b, t->value, VALUE_COLUMNS);
		print(v->c, b);
	}
}

static void
print_findings(const struct view *v, struct buf *b)
{
	for (size_t i = 0; i < v->findings.n; i++) {
		const struct finding *f = &v->findings.at[i];

		buf_text(b, "  ");
		if (f->line > 0) {
			buf_printf(b, _("line %" PRIu32 ": "), f->line);
		}
		buf_text(b, f->text);
		print(v->c, b);
	}
}

static void
print_fact(const struct check *c, struct buf *b, const char *name,
    struct span value)
{
	if (value.n == 0)
		return;
	buf_text(b, "  ");
	text_pad(b, span_of(name), NAME_COLUMNS);
	put_value(b, value, 4 * VALUE_COLUMNS);
	print(c, b);
}

static void
print_date(const struct view *v, struct buf *b)
{
	char text[CLOCK_TEXT_MAX];

	buf_text(b, "  ");
	text_pad(b, span_of(_("Published")), NAME_COLUMNS);
	if (v->r->published != CLOCK_NONE)
		buf_printf(b, "%s, ", clock_show(text, v->r->published));
	buf_text(b, _(date_origin(v->r)));
	print(v->c, b);
}

static void
print_said(const struct view *v, struct buf *b)
{
	const struct record *r = v->r;
	struct buf number;

	buf_init(&number, 128);
	print_fact(v->c, b, _("Title"), r->word[WORD_TITLE]);
	if (r->is_page)
		print_date(v, b);
	print_fact(v->c, b, _("Column"), r->word[WORD_COLUMN]);
	print_fact(v->c, b, _("Source"), r->word[WORD_SOURCE]);
	print_fact(v->c, b, _("Type"), r->type);
	buf_printf(&number, _("%" PRIu64 " bytes"), r->length);
	print_fact(v->c, b, _("Length"), buf_look(&number));
	buf_reset(&number);
	text_hex(&number, r->hash, sizeof(r->hash));
	print_fact(v->c, b, _("SHA-256"), buf_look(&number));
	buf_reset(&number);
	buf_printf(&number, "%" PRIu32, r->link_count);
	if (r->is_page)
		print_fact(v->c, b, _("Links"), buf_look(&number));
	buf_clear(&number);
}

static void
print_text(const struct view *v)
{
	FILE *out = v->c->o->out;
	struct buf b;

	buf_init(&b, LIMIT_LONG_TEXT);
	put_value(&b, span_of(v->c->path), LIMIT_ID);
	if (v->r->is_page)
		buf_printf(&b, ": %s, %.*s", _(kind_name(v->kind)),
		    SPAN_ARGS(v->r->charset));
	print(v->c, &b);
	if (v->r->is_page) {
		fprintf(out, "\n%s\n", _("Tags of the norm, and their lines"));
		print_tags(v, &b);
	}
	if (v->findings.n > 0) {
		fprintf(out, "\n%s\n", _("To be looked at"));
		print_findings(v, &b);
	}
	fprintf(out, "\n%s\n", _("What would be said"));
	print_said(v, &b);
	buf_clear(&b);
}

/* --- as JSON --------------------------------------------------------------- */

/* Names of files that came from Windows are in its character set. */
static json_t *
path_json(const char *path)
{
	char quoted[LOG_QUOTE_MAX];
	json_t *o = json_string(path);

	return o != NULL ? o :
	    json_string(log_quote(quoted, path, strlen(path)));
}

static json_t *
tags_json(const struct view *v)
{
	json_t *all = json_array();

	for (size_t i = 0; i < TAG_COUNT; i++) {
		const struct record_tag *t = &v->r->tag[i];

		json_array_append_new(all, json_pack("{s:s, s:b, s:b, s:I, "
		    "s:o}", "name", tag_rules[i].name, "required",
		    (tag_rules[i].required & v->kind) != 0, "given", t->given,
		    "line", (json_int_t)t->line, "value",
		    json_text_new(t->value)));
	}
	return all;
}

static json_t *
findings_json(const struct view *v)
{
	json_t *all = json_array();

	for (size_t i = 0; i < v->findings.n; i++) {
		const struct finding *f = &v->findings.at[i];

		json_array_append_new(all, json_pack("{s:I, s:b, s:s}",
		    "line", (json_int_t)f->line, "missing", f->missing,
		    "text", f->text));
	}
	return all;
}

static json_t *
said_json(const struct record *r)
{
	json_t *o = json_object();
	char date[CLOCK_TEXT_MAX];
	struct buf hash;

	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (r->word[i].n > 0)
			json_object_set_new(o,
			    change_word_name((enum change_word)i),
			    json_text_new(r->word[i]));
	}
	if (r->published != CLOCK_NONE)
		json_object_set_new(o, "published",
		    json_string(clock_format(date, r->published)));
	json_object_set_new(o, "date_from", json_string(date_word(r)));
	json_object_set_new(o, "type", json_text_new(r->type));
	json_object_set_new(o, "length", json_integer((json_int_t)r->length));
	buf_init(&hash, 2 * sizeof(r->hash));
	text_hex(&hash, r->hash, sizeof(r->hash));
	json_object_set_new(o, "sha256", json_text_new(buf_look(&hash)));
	buf_clear(&hash);
	json_object_set_new(o, "links",
	    json_integer((json_int_t)r->link_count));
	return o;
}

static void
print_json(const struct view *v)
{
	json_t *o = json_object();

	json_object_set_new(o, "path", path_json(v->c->path));
	json_object_set_new(o, "fine", json_boolean(v->findings.missing == 0));
	if (v->r->is_page) {
		json_object_set_new(o, "kind", json_string(kind_word(v->kind)));
		json_object_set_new(o, "charset", json_text_new(v->r->charset));
		json_object_set_new(o, "tags", tags_json(v));
	}
	json_object_set_new(o, "findings", findings_json(v));
	json_object_set_new(o, "said", said_json(v->r));
	json_dumpf(o, v->c->o->out, JSON_INDENT(2));
	fputc('\n', v->c->o->out);
	json_decref(o);
}

/* --- one page -------------------------------------------------------------- */

static void
show(struct check *c, const struct record *r)
{
	const struct check_options *o = c->o;
	struct finding_site site = { o->site_name, o->site_domain,
		o->site_code, SPAN_NONE };
	struct view v = { .c = c, .r = r, .kind = o->kind };
	struct buf served;

	buf_init(&served, LIMIT_LONG_TEXT);
	if (r->is_page) {
		if (v.kind == 0)
			v.kind = finding_guess(r, buf_look(&c->url));
		if (o->ask != NULL)
			o->ask(o->arg, &served);
		site.served = text_trim(buf_look(&served));
		findings_of(&v.findings, r, v.kind, &site);
	}
	if (o->json)
		print_json(&v);
	else
		print_text(&v);
	c->status = v.findings.missing > 0 ? 1 : 0;
	findings_clear(&v.findings);
	buf_clear(&served);
}

static void
show_trouble(struct check *c, struct span trouble)
{
	struct buf b;

	if (c->o->json) {
		json_t *o = json_pack("{s:o, s:b, s:o}", "path",
		    path_json(c->path), "fine", 0, "trouble",
		    json_text_new(trouble));

		json_dumpf(o, c->o->out, JSON_INDENT(2));
		fputc('\n', c->o->out);
		json_decref(o);
	} else {
		buf_init(&b, LIMIT_LONG_TEXT);
		put_value(&b, span_of(c->path), LIMIT_ID);
		buf_printf(&b, ": %.*s", SPAN_ARGS(trouble));
		print(c, &b);
		buf_clear(&b);
	}
	c->status = 2;
}

static void
on_record(void *arg, const struct record *r)
{
	struct check *c = arg;

	switch (r->outcome) {
	case RECORD_READ:
		show(c, r);
		break;
	case RECORD_CHANGED:
		show_trouble(c, span_of(_("somebody is writing to it: try "
		    "again")));
		break;
	case RECORD_FAILED:
		show_trouble(c, r->trouble);
		break;
	}
	event_base_loopbreak(c->base);
}

/* Where the page is; if nobody said, as much of it as its path tells. */
static void
set_url(struct check *c)
{
	static const struct span nowhere = SPAN("http://example.invalid/");

	buf_init(&c->url, LIMIT_URL);
	if (c->o->url.n > 0)
		buf_span(&c->url, c->o->url);
	else if (!url_resolve(&c->url, nowhere, span_of(c->path), NULL)) {
		buf_reset(&c->url);
		buf_span(&c->url, nowhere);
	}
}

int
check_page(int fd, const char *path, const struct check_options *o)
{
	struct check c = { .o = o, .path = path, .status = 2 };
	struct parse_limits limits = { .zone = o->zone };
	struct parse *p;

	c.base = event_base_new();
	must(c.base != NULL);
	set_url(&c);
	p = parse_new(c.base, &limits);
	parse_ask(p, &(struct parse_question){ .fd = fd,
	    .url = buf_look(&c.url), .name = span_of(path) }, on_record, &c);
	event_base_dispatch(c.base);
	parse_free(p);
	event_base_free(c.base);
	buf_clear(&c.url);
	return c.status;
}
