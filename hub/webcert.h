/*
 * What a web server's certificate says: who it is for, who says so, and for
 * how long. Evidence only; whether it is to be believed is libcurl's to say.
 */
#ifndef ZQ_HUB_WEBCERT_H
#define ZQ_HUB_WEBCERT_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define WEBCERT_TEXT 128
#define WEBCERT_NAMES 384
#define WEBCERT_DIGEST 16

struct webcert {
	uint8_t digest[WEBCERT_DIGEST];	/* head of SHA-256 of its DER */
	int64_t from, until;	/* ms */
	char issuer[WEBCERT_TEXT];	/* organisation and common name */
	char subject[WEBCERT_TEXT];	/* common name */
	char names[WEBCERT_NAMES];	/* DNS names, blanks between; as many
					 * as there is room for */
};

/* From PEM. False: it is none. Texts are UTF-8 without controls. */
bool webcert_read(struct webcert *c, struct span pem);

#endif
