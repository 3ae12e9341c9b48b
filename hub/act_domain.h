/*
 * Acts about a site's domains, after it was added: one more, or one less.
 *
 * With one more, what was held because its host was foreign has its effect,
 * if it is the newest word on its item still. With one less, what the site
 * may not speak of any more is withdrawn (act_retire.h: clear). Both may be
 * much, so the domain is one act and what follows are others: again, clear.
 */
#ifndef ZQ_HUB_ACT_DOMAIN_H
#define ZQ_HUB_ACT_DOMAIN_H

#include "hub/act_read.h"

#define ACT_DOMAIN_SOME 500	/* of what is held, that one act looks at */

act_read_fn act_domain_add, act_domain_remove, act_domain_again;

#endif
