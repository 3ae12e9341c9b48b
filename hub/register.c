/*
 * Sites to JSON and back. A table of fields says what each must be.
 */
#include "hub/register.h"


#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/act_site.h"
#include "hub/expiry.h"
#include "hub/group.h"
#include "hub/issued.h"
#include "hub/json.h"
#include "hub/moved.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/code.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define REASON_MAX 255
#define SHORT_MAX 63

/* --- out ------------------------------------------------------------------- */

static void
put_text(json_t *o, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(o, name, json_stringn(s.at, s.n));
}

static void
put_time(json_t *o, const char *name, int64_t ms)
{
	if (ms != CLOCK_NONE)
		json_object_set_new(o, name, json_integer(ms));
}

static void
put_flag(json_t *o, const char *name, bool is)
{
	if (is)
		json_object_set_new(o, name, json_true());
}

static void
put_id(json_t *o, const char *name, uint64_t id)
{
	uint8_t at[8];

	wire_put_u64(at, id);
	if (id != 0)
		json_object_set_new(o, name, json_bytes(at, sizeof(at)));
}

static json_t *
domains_of(const struct site *s)
{
	struct span rest = s->domains, one;
	json_t *list = json_array();

	while (site_domain_next(&rest, &one))
		json_array_append_new(list, json_stringn(one.at, one.n));
	return list;
}

static void
put_keys(json_t *o, struct db_txn *t, const struct site *s)
{
	uint8_t ca[TICKET_PIN];

	if (s->has_key)
		json_object_set_new(o, "key", json_bytes(s->key_hash,
		    CA_KEY_HASH));
	if (s->has_old_key || s->old_key_spent)
		json_object_set_new(o, "old_key",
		    json_bytes(s->old_key_hash, CA_KEY_HASH));
	put_flag(o, "old_key_spent", s->old_key_spent);
	put_time(o, "until", s->until);
	if (issued_by(t, s->number, ca))
		json_object_set_new(o, "ca", json_bytes(ca, sizeof(ca)));
}

static void
put_fork(json_t *o, const struct site *s)
{
	json_t *list = json_array(), *one;

	put_flag(o, "forked", s->forked);
	put_text(o, "cause", s->cause);
	for (int i = 0; i < 2; i++) {
		one = json_object();
		put_id(one, "instance", s->agent[i].instance);
		put_text(one, "address", s->agent[i].address);
		if (s->agent[i].since > 0)
			put_time(one, "since", s->agent[i].since);
		json_array_append_new(list, one);
	}
	if (s->cause.n > 0)
		json_object_set(o, "agents", list);
	json_decref(list);
	if (s->speaker != 0)
		json_object_set_new(o, "speaker", json_integer(s->speaker));
	if (s->kept != 0)
		json_object_set_new(o, "kept", json_integer(s->kept));
	put_flag(o, "begun", s->begun);
	put_flag(o, "renewed", s->renewed);
	put_id(o, "given_up", s->given_up);
}

static json_t *
row_of(struct db_txn *t, const struct site *s)
{
	json_t *o = json_object(), *expires;

	json_object_set_new(o, "number", json_integer(s->number));
	put_text(o, "code", s->code);
	put_text(o, "name", s->name);
	put_text(o, "kind", s->kind);
	if (s->parent != 0)
		json_object_set_new(o, "parent", json_integer(s->parent));
	json_object_set_new(o, "domains", domains_of(s));
	put_time(o, "added", s->added);
	put_time(o, "enrolled", s->enrolled);
	put_keys(o, t, s);
	put_flag(o, "blocked", s->blocked);
	put_flag(o, "quarantined", s->quarantined);
	put_flag(o, "retired", s->retired);
	put_text(o, "reason", s->reason);
	put_fork(o, s);
	put_flag(o, "proven", s->proven);
	put_time(o, "checked", s->checked);
	put_text(o, "evidence", s->evidence);
	if ((expires = expiry_list(t, s->domains)) != NULL)
		json_object_set_new(o, "expires", expires);
	return o;
}

json_t *
register_of(struct db_txn *t)
{
	uint32_t last = site_last(t);
	json_t *list = json_array();
	struct site s;

	for (uint32_t n = 1; n <= last; n++)
		if (site_get(t, n, &s))
			json_array_append_new(list, row_of(t, &s));
	return list;
}

/* --- what each field must be ----------------------------------------------- */

enum type { TEXT, NUMBER, TIME, FLAG, HEX, LIST, TIMES };

static const struct field {
	const char *name;
	uint64_t most;		/* bytes of a text or of hex, or a number */
	enum type type;
	bool must;
} fields[] = {
	{ "number", UINT32_MAX, NUMBER, true },
	{ "code", CODE_MAX, TEXT, true },
	{ "name", LIMIT_TEXT, TEXT, true },
	{ "kind", 32, TEXT, false },
	{ "parent", UINT32_MAX, NUMBER, false },
	{ "domains", SITE_DOMAINS, LIST, true },
	{ "added", 0, TIME, true },
	{ "enrolled", 0, TIME, false },
	{ "key", CA_KEY_HASH, HEX, false },
	{ "old_key", CA_KEY_HASH, HEX, false },
	{ "old_key_spent", 0, FLAG, false },
	{ "until", 0, TIME, false },
	{ "ca", TICKET_PIN, HEX, false },
	{ "blocked", 0, FLAG, false },
	{ "quarantined", 0, FLAG, false },
	{ "retired", 0, FLAG, false },
	{ "reason", REASON_MAX, TEXT, false },
	{ "forked", 0, FLAG, false },
	{ "cause", SHORT_MAX, TEXT, false },
	{ "agents", 2, LIST, false },
	{ "speaker", 2, NUMBER, false },
	{ "kept", 2, NUMBER, false },
	{ "begun", 0, FLAG, false },
	{ "renewed", 0, FLAG, false },
	{ "given_up", 8, HEX, false },
	{ "proven", 0, FLAG, false },
	{ "checked", 0, TIME, false },
	{ "evidence", REASON_MAX, TEXT, false },
	{ "expires", SITE_DOMAINS, TIMES, false },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool
is_hex(const json_t *v, size_t n)
{
	struct span s = { .at = json_string_value(v),
	    .n = json_string_length(v) };
	uint8_t out[CA_KEY_HASH];

	must(n <= sizeof(out));
	return json_is_string(v) && text_unhex(s, out, n);
}

static bool
are_times(const json_t *v, size_t most)
{
	const char *name;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)v, name, one)
		if (!json_is_integer(one) || json_integer_value(one) <= 0)
			return false;
	return json_is_object(v) && json_object_size(v) <= most;
}

/* NULL, or what was expected. */
static const char *
wrong(const struct field *f, const json_t *v)
{
	json_int_t n = json_integer_value(v);

	switch (f->type) {
	case TEXT:
		return json_is_string(v) && json_string_length(v) > 0 &&
		    json_string_length(v) <= f->most ? NULL :
		    N_("a text, not longer than a site's");
	case NUMBER:
		return json_is_integer(v) && n > 0 &&
		    (uint64_t)n <= f->most ? NULL : N_("a number from 1");
	case TIME:
		return json_is_integer(v) && n >= 0 ? NULL :
		    N_("a time in milliseconds since 1970");
	case FLAG:
		return json_is_boolean(v) ? NULL : N_("true or false");
	case HEX:
		return is_hex(v, (size_t)f->most) ? NULL :
		    N_("hexadecimal digits, as many as there must be");
	case LIST:
		return json_is_array(v) && json_array_size(v) <= f->most ?
		    NULL : N_("a list, not longer than a site's");
	case TIMES:
		return are_times(v, (size_t)f->most) ? NULL :
		    N_("times in milliseconds since 1970, by their domain");
	}
	return NULL;
}

/* The field that is wrong, and what was expected; or NULL. */
static const char *
judge(const json_t *row, const struct field **which)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const json_t *v = json_object_get(row, fields[i].name);
		const char *expected;

		*which = &fields[i];
		if (v == NULL && fields[i].must)
			return N_("is missing");
		expected = v != NULL ? wrong(&fields[i], v) : NULL;
		if (expected != NULL)
			return expected;
	}
	*which = NULL;
	return NULL;
}

bool
register_check(const json_t *list, struct buf *why)
{
	const struct field *which;
	const char *expected;
	json_t *row;
	size_t i;

	if (!json_is_array(list)) {
		buf_text(why, _("sites: expected a list\n"));
		return false;
	}
	json_array_foreach(list, i, row) {
		if (!json_is_object(row)) {
			buf_printf(why, _("sites[%zu]: expected an object\n"),
			    i);
			return false;
		}
		if ((expected = judge(row, &which)) == NULL)
			continue;
		if (json_object_get(row, which->name) == NULL)
			buf_printf(why, _("sites[%zu].%s: is missing\n"), i,
			    which->name);
		else
			buf_printf(why, _("sites[%zu].%s: expected %s\n"), i,
			    which->name, _(expected));
		return false;
	}
	return true;
}

/* --- in -------------------------------------------------------------------- */

static struct span
text_within(const json_t *o, const char *name, size_t most)
{
	return text_cut(act_read_text(o, name), most);
}

static const char *
read_who(struct group *g, const json_t *o, struct site *s)
{
	uint64_t number, parent = 0;
	bool retired = act_read_flag(o, "retired");
	struct site there;
	uint32_t other;

	if (!act_read_number(o, "number", UINT32_MAX, &number) || number == 0)
		return "a site has a number from 1";
	*s = (struct site){ .number = (uint32_t)number,
	    .code = act_read_text(o, "code"),
	    .name = act_read_text(o, "name"),
	    .kind = text_within(o, "kind", 32) };
	if (site_get(g->txn, s->number, &there))
		return "there is a site with this number already";
	if (!code_is_usable(s->code))
		return "a site's code has 4 to 20 letters and digits";
	if (!retired && site_by_code(g->txn, s->code, &other) &&
	    site_get(g->txn, other, &there) && !there.retired)
		return "there is a site with this code already";
	if (s->name.n == 0 || s->name.n > LIMIT_TEXT)
		return "a site has a name, of up to 1024 bytes";
	(void)act_read_number(o, "parent", UINT32_MAX, &parent);
	if (parent != 0 && !site_get(g->txn, (uint32_t)parent, &there))
		return "there is no site with the parent's number";
	s->parent = (uint32_t)parent;
	return NULL;
}

static const char *
read_keys(const json_t *o, struct site *s)
{
	struct span key = act_read_text(o, "key");
	struct span old = act_read_text(o, "old_key");

	s->has_key = key.n > 0;
	s->old_key_spent = act_read_flag(o, "old_key_spent");
	s->has_old_key = old.n > 0 && !s->old_key_spent;
	if ((s->has_key && !text_unhex(key, s->key_hash, CA_KEY_HASH)) ||
	    (old.n > 0 && !text_unhex(old, s->old_key_hash,
	    CA_KEY_HASH)))
		return "a key is given as 64 hex digits";
	s->added = act_read_time(o, "added");
	s->enrolled = act_read_time(o, "enrolled");
	s->until = act_read_time(o, "until");
	return NULL;
}

static void
read_standing(const json_t *o, struct site *s)
{
	const json_t *agents = json_object_get(o, "agents");
	uint64_t kept = 0, speaker = 0, since;

	s->blocked = act_read_flag(o, "blocked");
	s->quarantined = act_read_flag(o, "quarantined");
	s->retired = act_read_flag(o, "retired");
	s->reason = text_within(o, "reason", REASON_MAX);
	s->forked = act_read_flag(o, "forked");
	s->cause = text_within(o, "cause", SHORT_MAX);
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(agents, i);

		s->agent[i].instance = act_read_id(one, "instance");
		s->agent[i].address = text_within(one, "address", SHORT_MAX);
		s->agent[i].since = act_read_number(one, "since", INT64_MAX,
		    &since) ? (int64_t)since : 0;
	}
	(void)act_read_number(o, "speaker", 2, &speaker);
	s->speaker = (uint8_t)speaker;
	(void)act_read_number(o, "kept", 2, &kept);
	s->kept = (uint8_t)kept;
	s->begun = act_read_flag(o, "begun");
	s->renewed = act_read_flag(o, "renewed");
	s->given_up = act_read_id(o, "given_up");
	s->proven = act_read_flag(o, "proven");
	s->checked = act_read_time(o, "checked");
	s->evidence = text_within(o, "evidence", REASON_MAX);
}

static const char *
read_domains(const json_t *o, struct buf *domains)
{
	const json_t *list = json_object_get(o, "domains"), *one;
	const char *why = NULL;
	struct buf host;
	size_t i;

	if (json_array_size(list) > SITE_DOMAINS)
		return "a site has up to 64 domains";
	buf_init(&host, 256);
	json_array_foreach(list, i, one) {
		buf_reset(&host);
		if (why == NULL && url_host_normal(&host, (struct span){
		    .at = json_string_value(one),
		    .n = json_string_length(one) }, &why))
			write_span(domains, buf_look(&host));
	}
	buf_clear(&host);
	return why;
}

/* What another site has, this one has no more. */
static void
put_domains(struct group *g, const struct site *s)
{
	struct span rest = s->domains, one;
	uint32_t other;

	while (!s->retired && site_domain_next(&rest, &one))
		if (!site_by_domain(g->txn, one, &other)) {
			moved_look_host(g, one);
			site_put_domain(g->txn, one, s->number);
		}
}

const char *
register_act(struct group *g, const struct entry *e, const json_t *act)
{
	const json_t *o = json_object_get(act, "row");
	struct buf domains;
	uint64_t as_of = 0;
	const char *why;
	uint32_t other;
	struct site s;

	if ((why = read_who(g, o, &s)) != NULL ||
	    (why = read_keys(o, &s)) != NULL)
		return why;
	read_standing(o, &s);
	(void)act_read_number(act, "as_of", INT64_MAX, &as_of);
	s.as_of = (int64_t)as_of;
	buf_init(&domains, (size_t)SITE_DOMAINS * 260);
	why = read_domains(o, &domains);
	if (why == NULL) {
		s.domains = buf_look(&domains);
		act_site_put(g, &s, e->at);
		if (!s.retired || !site_by_code(g->txn, s.code, &other))
			site_put_code(g->txn, s.code, s.number);
		put_domains(g, &s);
		expiry_restore(g, s.number, json_object_get(o, "expires"));
		issued_note(g, e, o, s.number);
		group_forget_host(g);
	}
	buf_clear(&domains);
	return why;
}
