/*
 * Registrable: libpsl's list, as Debian keeps it; see registrable.h.
 */
#include "hub/registrable.h"

#include <libpsl.h>
#include <stdio.h>

void
registrable(char out[REGISTRABLE_MAX], struct span host)
{
	char whole[REGISTRABLE_MAX] = "";
	const char *found = NULL;

	if (host.n > 0 && host.n < sizeof(whole))
		snprintf(whole, sizeof(whole), "%.*s", SPAN_ARGS(host));
	/* Of 10.1.2.3 the list would say 2.3. */
	if (whole[0] != '[' && host.n > 0 &&
	    (host.at[host.n - 1] < '0' || host.at[host.n - 1] > '9'))
		found = psl_registrable_domain(psl_builtin(), whole);
	snprintf(out, REGISTRABLE_MAX, "%s", found != NULL ? found : whole);
}

bool
registrable_same(struct span a, struct span b)
{
	char one[REGISTRABLE_MAX], two[REGISTRABLE_MAX];

	registrable(one, a);
	registrable(two, b);
	return span_is(span_of(one), span_of(two));
}
