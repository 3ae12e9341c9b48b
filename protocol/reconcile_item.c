/*
 * One item by hash, address and id; see reconcile_item.h.
 */
#include "protocol/reconcile_item.h"

#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/url.h"

void
reconcile_item_init(struct reconcile_item *i)
{
	i->open = NULL;
	buf_init(&i->url, LIMIT_URL);
	buf_init(&i->id, LIMIT_ID);
	buf_init(&i->why, LIMIT_TEXT);
}

void
reconcile_item_clear(struct reconcile_item *i)
{
	buf_clear(&i->url);
	buf_clear(&i->id);
	buf_clear(&i->why);
}

bool
reconcile_item_begin(struct reconcile_item *i, struct xml *x, bool has_hash)
{
	i->open = NULL;
	i->has_hash = has_hash;
	buf_reset(&i->url);
	buf_reset(&i->id);
	buf_reset(&i->why);
	buf_span(&i->url, xml_attribute(x, NULL, "url"));
	i->has_rest = has_hash && xml_attribute(x, NULL, "rest").at != NULL;
	return (!has_hash ||
	    attributes_hex(x, "hash", i->hash, sizeof(i->hash))) &&
	    (!i->has_rest ||
	    attributes_hex(x, "rest", i->rest, sizeof(i->rest)));
}

/* An id is taken as it is: its hash was made of all its bytes. */
bool
reconcile_item_end(struct reconcile_item *i, struct xml *x)
{
	if (i->url.bad || ((i->has_hash || i->url.n > 0) &&
	    !url_is_normal(buf_look(&i->url))))
		xml_fail(x, "url: expected an address in its normal form");
	else if (i->id.bad)
		xml_fail(x, "zq:id: longer than %d bytes", LIMIT_ID);
	else if (i->why.bad)
		xml_fail(x, "zq:why: longer than %d bytes", LIMIT_TEXT);
	else if (xml_had_bad_bytes(x))
		xml_fail(x, "an item with bytes that are not UTF-8");
	else
		return true;
	return false;
}

void
reconcile_item_put(struct buf *b, const char *element, struct span text)
{
	if (text.n == 0)
		return;
	buf_printf(b, "<%s>", element);
	xml_put_text(b, text);
	buf_printf(b, "</%s>", element);
}

void
reconcile_item_hex(struct buf *b, const char *name, const uint8_t *at,
    size_t n)
{
	buf_printf(b, " %s=\"", name);
	text_hex(b, at, n);
	buf_byte(b, '"');
}
