/*
 * A look into the view while the hub is up: its last good moment, in a
 * transaction of its own. The linker puts this between the writer and its
 * view, to know which one is open.
 */
#include "contrib/base/err.h"
#include "hub/view.h"
#include "tests/sim/hub_inside.h"

#define VIEWS 4			/* that are open at a time */

static struct view *views[VIEWS];
static size_t count;

struct view *__real_view_open(const char *dir, uint64_t most, bool *fresh,
    const char **reason, struct buf *why);
struct view *__wrap_view_open(const char *dir, uint64_t most, bool *fresh,
    const char **reason, struct buf *why);
void __real_view_close(struct view *v);
void __wrap_view_close(struct view *v);

struct view *
__wrap_view_open(const char *dir, uint64_t most, bool *fresh,
    const char **reason, struct buf *why)
{
	struct view *v = __real_view_open(dir, most, fresh, reason, why);

	if (v != NULL) {
		must(count < VIEWS);
		views[count++] = v;
	}
	return v;
}

void
__wrap_view_close(struct view *v)
{
	for (size_t i = 0; i < count; i++)
		if (views[i] == v)
			views[i--] = views[--count];
	__real_view_close(v);
}

struct view *
hub_live(void)
{
	return hub_part != NULL && !hub_part->dead && count > 0 ?
	    views[count - 1] : NULL;
}
