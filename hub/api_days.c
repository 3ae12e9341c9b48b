#include "hub/api_days.h"

#include <stdio.h>

#include "contrib/base/lang.h"
#include "hub/api_say.h"
#include "hub/query_home.h"

struct report {
	struct visit *v;
	json_t *array;
	uint64_t from, to;	/* days */
	size_t left;
	char last[CODE_MAX + 1];
	bool more;
};

static bool
add_site(void *arg, const struct site_info *s)
{
	struct report *r = arg;
	json_t *line;

	if (visit_is_before(s->code, r->v->argument[VISIT_AFTER]))
		return true;
	line = query_home_line(r->v->query, s, r->from, r->to);
	if (line == NULL)
		return true;
	r->more = r->left == 0;
	if (r->more) {
		json_decref(line);
		return false;
	}
	r->left--;
	snprintf(r->last, sizeof(r->last), "%s", s->code);
	json_array_append_new(r->array, line);
	return true;
}

static bool
read_days(struct report *r, struct buf *why)
{
	int64_t from, to;

	if (!visit_date(r->v, VISIT_FROM, false, &from, why) ||
	    !visit_date(r->v, VISIT_TO, false, &to, why))
		return false;
	if (query_home_range(from, to, &r->from, &r->to))
		return true;
	buf_text(why, _("to comes before from"));
	return false;
}

static void
answer(struct report *r)
{
	json_t *j = json_object();

	r->array = json_array();
	query_sites(r->v->query, add_site, r);
	json_object_set_new(j, "sites", r->array);
	if (r->more)
		json_object_set_new(j, "next", json_string(r->last));
	api_say(r->v, j);
}

void
api_days(struct visit *v)
{
	struct report r = { .v = v };
	struct buf why;

	buf_init(&why, VISIT_WHY);
	if (visit_limit(v, API_DAYS, API_DAYS, &r.left, &why) &&
	    read_days(&r, &why))
		answer(&r);
	else
		api_say_why(v, 400, buf_cstr(&why));
	buf_clear(&why);
}
