#include "hub/api_move.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/api_say.h"
#include "hub/query_move.h"
#include "hub/visit_moves.h"

static bool
add(void *arg, const struct move_info *m)
{
	json_array_append_new(arg, json_move(m));
	return true;
}

/* False: it is answered already. */
static bool
read_spec(struct visit *v, struct move_spec *spec)
{
	unsigned status = 400;
	struct buf why;

	buf_init(&why, VISIT_WHY);
	if (visit_limit(v, API_MOVES, API_MOVES, &spec->limit, &why))
		status = visit_moves(v, spec, &why);
	if (status != 200)
		api_say_why(v, status, buf_cstr(&why));
	buf_clear(&why);
	return status == 200;
}

static void
all_moves(struct visit *v)
{
	struct move_spec spec = { .site = 0 };
	uint32_t last;
	json_t *j, *list;

	if (!read_spec(v, &spec))
		return;
	j = json_object();
	list = json_array();
	json_object_set_new(j, "moves", list);
	last = query_moves(v->query, &spec, add, list);
	if (last != 0)
		json_object_set_new(j, "next", json_integer(last));
	api_say(v, j);
}

static void
one_move(struct visit *v)
{
	struct move_info m;
	uint64_t number;

	if (!text_number(v->path, 1, UINT32_MAX, &number) ||
	    !query_move(v->query, (uint32_t)number, &m)) {
		api_say_why(v, 404, _("there is no move with this number"));
		return;
	}
	api_say(v, json_move_whole(v->query, &m, API_MOVES));
}

void
api_moves(struct visit *v)
{
	if (v->path.n > 0)
		one_move(v);
	else
		all_moves(v);
}
