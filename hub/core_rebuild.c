#include "hub/core_rebuild.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "hub/rebuild.h"

#define SLICE 1000		/* entries */
#define TELL_MS 200		/* between two words of how far it is */

bool
core_rebuild_begin(struct core_rebuild *c, struct buf *why)
{
	if (c->rebuild == NULL)
		c->rebuild = rebuild_begin(c->writer, why);
	return c->rebuild != NULL;
}

bool
core_rebuild_is_on(const struct core_rebuild *c)
{
	return c->rebuild != NULL;
}

void
core_rebuild_abort(struct core_rebuild *c)
{
	rebuild_abort(c->rebuild);
	c->rebuild = NULL;
}

static void
finish(struct core_rebuild *c)
{
	struct rebuild *r = c->rebuild;
	struct rebuild_result result;
	struct buf why;

	c->rebuild = NULL;
	buf_init(&why, 1024);
	if (!rebuild_swap(r, &result, &why)) {
		log_error("view: rebuilt, but %s", buf_cstr(&why));
		desk_rebuilt(c->desk, NULL, buf_cstr(&why));
	} else {
		if (result.same)
			log_info("view: rebuilt at=%" PRIu64
			    " digest=same", result.place);
		else
			log_error("view: rebuilt at=%" PRIu64 ": the digest "
			    "is another one than before", result.place);
		desk_rebuilt(c->desk, rebuild_json(&result), NULL);
	}
	buf_clear(&why);
}

static void
tell(struct core_rebuild *c)
{
	if (clock_mono() - c->told < TELL_MS)
		return;
	c->told = clock_mono();
	desk_rebuilding(c->desk, json_pack("{s:I, s:I}",
	    "done", (json_int_t)rebuild_place(c->rebuild),
	    "of", (json_int_t)rebuild_goal(c->rebuild)));
}

void
core_rebuild_step(struct core_rebuild *c)
{
	switch (rebuild_step(c->rebuild, SLICE)) {
	case REBUILD_MORE:
		tell(c);
		break;
	case REBUILD_THERE:
		finish(c);
		break;
	case REBUILD_FULL:
		rebuild_abort(c->rebuild);
		c->rebuild = NULL;
		desk_rebuilt(c->desk, NULL, N_("the disk is full: a rebuild "
		    "needs as much again as the view has; the view stays as "
		    "it was"));
	}
}
