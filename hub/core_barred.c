/* See core_barred.h. */
#include "hub/core_barred.h"

#include "contrib/base/buf.h"
#include "contrib/base/lang.h"
#include "hub/frame.h"
#include "hub/welcome.h"

#define WHY_MAX 1024

/* NULL: it isn't. */
static const char *
closed(const struct core_barred *c, uint32_t site, struct buf *why)
{
	struct view_site s;

	buf_reset(why);
	return view_site(c->view, site, &s) ? welcome_closed(&s, why) : NULL;
}

void
core_barred_send(const struct core_barred *c)
{
	uint32_t last = view_sites(c->view);
	const char *cause;
	struct buf b, why;

	buf_init(&b, FRAME_MAX);
	buf_init(&why, WHY_MAX);
	for (uint32_t n = 1; n <= last; n++) {
		if ((cause = closed(c, n, &why)) != NULL)
			frame_site_write(&b, n, span_of(cause),
			    buf_look(&why));
	}
	channel_send(c->edge, FRAME_BLOCKED, 0, buf_look(&b));
	buf_clear(&b);
	buf_clear(&why);
}

static void
drop(const struct core_barred *c, uint32_t site, const char *cause,
    const char *why)
{
	struct buf b;

	letters_drop(c->letters, site, VERDICT_BLOCKED, cause, why);
	buf_init(&b, FRAME_MAX);
	frame_site_write(&b, site, span_of(cause), span_of(why));
	channel_send(c->edge, FRAME_DROP, 0, buf_look(&b));
	buf_clear(&b);
}

void
core_barred_look(const struct core_barred *c, uint32_t site)
{
	const char *cause;
	struct buf why;

	buf_init(&why, WHY_MAX);
	if ((cause = closed(c, site, &why)) != NULL)
		drop(c, site, cause, buf_cstr(&why));
	buf_clear(&why);
}

/* The site itself isn't blocked. */
void
core_barred_rebound(const struct core_barred *c, uint32_t site)
{
	drop(c, site, CAUSE_REISSUED, _("this key is not the site's any "
	    "more: it was enrolled again with another one"));
	core_barred_send(c);
}
