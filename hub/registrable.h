/*
 * The registrable domain of a host: what somebody has bought, by the Public
 * Suffix List. www.zhengzhou.gov.cn and credit.zhengzhou.gov.cn belong to
 * zhengzhou.gov.cn. A host that is a suffix itself, or an address, stands
 * for itself.
 */
#ifndef ZQ_HUB_REGISTRABLE_H
#define ZQ_HUB_REGISTRABLE_H

#include <stdbool.h>

#include "contrib/base/span.h"

#define REGISTRABLE_MAX 256	/* bytes of a host, with its NUL */

/* Of a host in normal form; "" if it is longer than a host may be. */
void registrable(char out[REGISTRABLE_MAX], struct span host);
bool registrable_same(struct span a, struct span b);

#endif
