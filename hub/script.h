/*
 * The script of pages that are live: it keeps cells, figures and lists as
 * they are now, and makes the grid one stop for the Tab key. Pages are whole
 * without it.
 */
#ifndef ZQ_HUB_SCRIPT_H
#define ZQ_HUB_SCRIPT_H

#include "hub/visit.h"

void script_make(struct visit *v);	/* /live.js */

#endif
