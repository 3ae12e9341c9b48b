/*
 * Fuzz: any bytes are a page, and its record survives the way to the agent
 * and is a change that nobody refuses. The bytes are also read as a row, for
 * the agent does not trust its child.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "agent/page.h"
#include "agent/record.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"

#define URL "https://www.zhengzhou.gov.cn/art/2023/5/7/art_1_2.html"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_page(struct page *page, struct span bytes)
{
	struct buf row;
	struct record r, again;
	struct change c;

	record_init(&r);
	page_read(page, &(struct page_source){ .bytes = bytes,
	    .url = SPAN(URL) }, &r);
	buf_init(&row, RECORD_ROW_MAX);
	record_write(&row, &r);
	must(!row.bad);
	must(record_read(&again, buf_look(&row)));
	change_init(&c);
	c.seq = 1;
	c.kind = CHANGE_CREATED;
	c.when = 1;
	c.url = SPAN(URL);
	record_to_change(&c, &again);
	c.type = SPAN("text/html");
	must(change_is_sane(&c, NULL));
	buf_clear(&row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct page *page;
	struct span bytes = { (const char *)data, size };
	struct record r;

	if (page == NULL)
		page = page_new(480);
	try_page(page, bytes);
	(void)record_read(&r, bytes);
	return 0;
}
