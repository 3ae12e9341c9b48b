/*
 * Enlist: one judge per part.
 */
#include "hub/enlist.h"

#include <libpsl.h>
#include <stdio.h>
#include <unictype.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/site.h"
#include "protocol/code.h"
#include "protocol/limits.h"
#include "protocol/url.h"

static bool
judge_code(const struct enlist_book *b, const struct enlist *e,
    struct buf *why)
{
	const char *expected;
	char code[CODE_MAX + 1];
	struct view_site s;
	uint32_t number;

	if (!code_is_usable(e->code)) {
		buf_printf(why, _("code: \"%.*s\": expected ten digits, or bm "
		    "and eight digits; --odd-code takes another one, of 4 to "
		    "%d letters and digits"), SPAN_ARGS(text_cut(e->code,
		    64)), CODE_MAX);
		return false;
	}
	if (!e->odd_code && !code_is_proper(e->code, &expected)) {
		buf_printf(why, _("code: \"%.*s\": %s; if it is really so, "
		    "say --odd-code"), SPAN_ARGS(e->code), _(expected));
		return false;
	}
	snprintf(code, sizeof(code), "%.*s", SPAN_ARGS(e->code));
	if (view_site_code(b->view, code, &number) &&
	    view_site(b->view, number, &s) && !s.retired) {
		buf_printf(why, _("code: %s is taken: it is the site of %s"),
		    code, s.domain);
		return false;
	}
	if (b->code_taken != NULL && b->code_taken(b->arg, e->code)) {
		buf_printf(why, _("code: %s stands above already"), code);
		return false;
	}
	return true;
}

/* Of no width, or one that turns what stands behind it around. */
static bool
is_unseen(uint32_t c)
{
	return uc_is_property_default_ignorable_code_point(c) ||
	    uc_is_property_bidi_control(c);
}

static bool
judge_name(const struct enlist *e, struct buf *why)
{
	if (text_trim(e->name).n == 0) {
		buf_text(why, _("name: empty; give the site's full name"));
		return false;
	}
	if (!text_is_utf8(e->name)) {
		buf_text(why, _("name: is not UTF-8; save the file, or set "
		    "the terminal, as UTF-8"));
		return false;
	}
	if (e->name.n > LIMIT_TEXT) {
		buf_printf(why, _("name: longer than %d bytes"), LIMIT_TEXT);
		return false;
	}
	for (struct span s = e->name; s.n > 0; ) {
		uint32_t c = text_next(&s);

		if (c < 0x20 || c == 0x7f) {
			buf_text(why, _("name: has a control character"));
			return false;
		}
		if (is_unseen(c)) {
			buf_printf(why, _("name: has a character that nobody "
			    "sees (U+%04X): copy it without"), (unsigned)c);
			return false;
		}
	}
	return true;
}

/* Nobody is all of gov.cn. A host without a dot is for test beds. */
static bool
is_public(const char *domain)
{
	return psl_is_public_suffix2(psl_builtin(), domain,
	    PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

bool
enlist_domain(const struct enlist_book *b, struct span given,
    struct buf *domain, struct buf *why)
{
	const char *wrong;
	struct view_site s;
	uint32_t number;

	if (!url_host_normal(domain, text_trim(given), &wrong)) {
		buf_printf(why, _("domain: \"%.*s\": %s; give a host name "
		    "like www.zhengzhou.gov.cn"),
		    SPAN_ARGS(text_cut(given, 128)), _(wrong));
		return false;
	}
	if (is_public(buf_cstr(domain))) {
		buf_printf(why, _("domain: %s is a public suffix, under "
		    "which anybody may have a name: give the site's own"),
		    buf_cstr(domain));
		return false;
	}
	if (view_site_domain(b->view, buf_look(domain), &number) &&
	    view_site(b->view, number, &s)) {
		buf_printf(why, _("domain: %s is taken: it is of site %s"),
		    buf_cstr(domain), s.code);
		return false;
	}
	if (b->domain_taken != NULL &&
	    b->domain_taken(b->arg, buf_look(domain))) {
		buf_printf(why, _("domain: %s stands above already"),
		    buf_cstr(domain));
		return false;
	}
	return true;
}

static bool
judge_parent(const struct enlist_book *b, const struct enlist *e,
    struct buf *why)
{
	char code[CODE_MAX + 1];
	uint32_t number;

	if (e->parent.n == 0)
		return true;
	snprintf(code, sizeof(code), "%.*s",
	    SPAN_ARGS(text_cut(e->parent, CODE_MAX)));
	if (e->parent.n <= CODE_MAX &&
	    (view_site_code(b->view, code, &number) ||
	    (b->code_taken != NULL && b->code_taken(b->arg, e->parent))))
		return true;
	buf_printf(why, _("parent: there is no site %.*s: add it first"),
	    SPAN_ARGS(text_cut(e->parent, 64)));
	return false;
}

static bool
judge_kind(const struct enlist *e, struct buf *why)
{
	if (e->kind.n == 0 || span_is(e->kind, SPAN("portal")) ||
	    span_is(e->kind, SPAN("department")))
		return true;
	buf_printf(why, _("kind: \"%.*s\" is neither portal nor department"),
	    SPAN_ARGS(text_cut(e->kind, 64)));
	return false;
}

bool
enlist_judge(const struct enlist_book *b, const struct enlist *e,
    struct buf *domain, struct buf *why)
{
	return judge_code(b, e, why) && judge_name(e, why) &&
	    enlist_domain(b, e->domain, domain, why) && judge_parent(b, e, why) &&
	    judge_kind(e, why);
}

/* One that is added by the same act may come to be below it: apply refuses
 * that then. */
static bool
judge_above(const struct enlist_book *b, const struct enlist *e,
    uint32_t number, struct buf *why)
{
	struct db_txn *t = view_read(b->view);
	uint32_t parent;
	bool circle = e->parent.n > 0 && site_by_code(t, e->parent, &parent) &&
	    site_is_above(t, number, parent);

	db_abort(t);
	if (circle)
		buf_printf(why, _("parent: %.*s is this site itself, or "
		    "belongs to it"), SPAN_ARGS(text_cut(e->parent, 64)));
	return !circle;
}

bool
enlist_judge_set(const struct enlist_book *b, const struct enlist *e,
    uint32_t number, struct buf *why)
{
	return (e->name.n == 0 || judge_name(e, why)) &&
	    judge_parent(b, e, why) && judge_above(b, e, number, why) &&
	    judge_kind(e, why);
}

static json_t *
text_of(struct span s)
{
	return json_stringn(s.at != NULL ? s.at : "", s.n);
}

static void
put_if_other(json_t *act, const char *name, struct span is, struct span wanted)
{
	if (wanted.n > 0 && !span_is(is, wanted))
		json_object_set_new(act, name, text_of(wanted));
}

static struct span
parent_of(struct db_txn *t, const struct site *s)
{
	struct site parent;

	return s->parent != 0 && site_get(t, s->parent, &parent) ?
	    parent.code : SPAN_NONE;
}

json_t *
enlist_act_set(const struct enlist *e, bool orphan, struct view *v,
    uint32_t number)
{
	struct db_txn *t = view_read(v);
	json_t *act = json_pack("{s:s, s:I}", "do", "site-set", "site",
	    (json_int_t)number);
	size_t words = json_object_size(act);
	struct site s;

	if (site_get(t, number, &s)) {
		put_if_other(act, "name", s.name, text_trim(e->name));
		put_if_other(act, "kind", s.kind, e->kind);
		if (orphan && s.parent != 0)
			json_object_set_new(act, "parent", json_string(""));
		else
			put_if_other(act, "parent", parent_of(t, &s),
			    e->parent);
	}
	db_abort(t);
	if (json_object_size(act) > words)
		return act;
	json_decref(act);
	return NULL;
}

json_t *
enlist_act(const struct enlist *e, struct span domain, uint32_t number)
{
	return json_pack("{s:s, s:I, s:o, s:o, s:[o], s:o, s:o}",
	    "do", "site-add", "site", (json_int_t)number,
	    "code", text_of(e->code), "name", text_of(text_trim(e->name)),
	    "domains", text_of(domain), "kind", text_of(e->kind),
	    "parent", text_of(e->parent));
}
