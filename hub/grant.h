/*
 * Granting: may this ticket be used by this key, now?
 *
 * The ticket book is the view; whoever asks is the ca, which has checked the
 * request's MAC and nothing else. Each refusal is said in its own words, to
 * the one who enrols and in the log (R9). The same ticket and the same key
 * again are granted again: the answer was lost. A renewal shows no ticket but
 * the site's last key (R10); if its certificate has expired the site is let
 * into quarantine, or, when that is too long ago, not at all.
 */
#ifndef ZQ_HUB_GRANT_H
#define ZQ_HUB_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/acts.h"
#include "hub/frame.h"
#include "hub/view.h"

enum grant {
	GRANT_NEW,	/* acts bind the key; grant when they are shown */
	GRANT_AGAIN,	/* as it was: nothing to write */
	GRANT_NO,	/* refusal says why */
};

/* grace: ms that a certificate may have been expired for when it is renewed;
 * the site is then in quarantine. */
enum grant grant_judge(struct view *v, const struct frame_ask *a,
    int64_t now, int64_t grace, struct view_site *site, struct acts *acts,
    struct buf *refusal);

#endif
