/*
 * What zqhub notice announce, resolve and withdraw answer: which notice it
 * is, when it is, and which time isn't counted against the site.
 */
#ifndef ZQ_HUB_CMD_NOTICE_SAID_H
#define ZQ_HUB_CMD_NOTICE_SAID_H

#include <jansson.h>

/* The daemon's answer, json_notice() of query_notice.h. */
void cmd_notice_said(const json_t *result);

#endif
