/*
 * Acts about notices: announced by an operator for a site, ended by number;
 * and the one by which the hub says that some have run out.
 */
#ifndef ZQ_HUB_ACT_NOTICE_H
#define ZQ_HUB_ACT_NOTICE_H

#include "hub/act_read.h"

#define ACT_NOTICE_SOME 500	/* that one act ends */

act_read_fn act_notice_announce, act_notice_end, act_notice_time;

#endif
