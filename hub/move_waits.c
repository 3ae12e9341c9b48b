/* See move_waits.h. */
#include "hub/move_waits.h"

#include "contrib/base/lang.h"

bool
move_waits(const struct move *m)
{
	return m->needs && !m->agreed && !move_is_over(m->state) &&
	    m->state != MOVE_CONTESTED;
}

void
move_waits_advise(struct buf *b, const struct move *m, const char *other)
{
	unsigned n = m->number, rival = m->rival;

	if (m->state == MOVE_CONTESTED)
		buf_printf(b, _("move %u contradicts move %u: zqhub move agree "
		    "%u --reason R decides for it, zqhub move withdraw %u "
		    "--reason R for the other"), n, rival, n, n);
	else if (move_waits(m) && other[0] != '\0')
		buf_printf(b, _("move %u waits for its other end: site %s says "
		    "the same move, or you agree: zqhub move agree %u "
		    "--reason R"), n, other, n);
	else if (move_waits(m))
		buf_printf(b, _("move %u waits for its other end, which is no "
		    "site's: zqhub move check %u looks for the site's proof "
		    "there, or you agree: zqhub move agree %u --reason R"),
		    n, n, n);
}
