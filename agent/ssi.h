/*
 * Server-side includes: what a web server puts into a page when it is asked
 * for (.shtml), and a file doesn't have.
 */
#ifndef ZQ_AGENT_SSI_H
#define ZQ_AGENT_SSI_H

#include <stdint.h>

#include "contrib/base/span.h"

/* The first of the page's includes, in order, as
 * <!--#include virtual="/head.html" -->: `what` is that address or file. */
#define SSI_MOST 3
typedef void ssi_fn(void *arg, struct span what, uint32_t line);
void ssi_each(struct span page, ssi_fn *fn, void *arg);

#endif
