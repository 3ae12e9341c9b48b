/* See tool_blast.h. */
#include "agent/tool_blast.h"

#include <stdio.h>

#include "agent/blast.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"

static bool
add(const struct config *c, json_t *o, const char *scope, const char *url,
    struct buf *why)
{
	struct blast b;

	if (!blast_ask(c, scope, url, &b, why))
		return false;
	json_object_set_new(o, "sites", json_integer((json_int_t)b.sites));
	json_object_set_new(o, "pages", json_integer((json_int_t)b.pages));
	json_object_set_new(o, "least", json_boolean(b.least));
	return true;
}

static void
complain(struct buf *why)
{
	if (why->n > 0)
		(void)tool_fail(NULL, _("who links there can't be known now: "
		    "%s"), buf_cstr(why));
	buf_clear(why);
}

void
tool_blast_add(struct tool *t, json_t *o, const char *scope, const char *url)
{
	struct config *c = tool_config(t);
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (c != NULL)
		(void)add(c, o, scope, url, &why);
	complain(&why);
	config_free(c);
}

/* Asked one after the other, until one isn't answered. */
void
tool_blast_moves(struct tool *t, json_t *moves, size_t most)
{
	struct config *c = tool_config(t);
	struct buf why;
	json_t *o;
	size_t i;

	buf_init(&why, CONFIG_WHY_MAX);
	json_array_foreach(moves, i, o)
		if (c == NULL || i >= most || (json_text(o, "new")[0] != '\0' &&
		    !add(c, o, json_text(o, "scope"), json_text(o, "old"),
		    &why)))
			break;
	complain(&why);
	config_free(c);
}

void
tool_blast_show(json_t *o)
{
	json_int_t pages, sites;

	if (json_object_get(o, "pages") == NULL)
		return;
	pages = json_integer_value(json_object_get(o, "pages"));
	sites = json_integer_value(json_object_get(o, "sites"));
	printf(json_is_true(json_object_get(o, "least")) ?
	    _("    at least ") : "    ");
	printf(ngettext("%lld page of other sites links there",
	    "%lld pages of other sites link there", (unsigned long)pages),
	    (long long)pages);
	printf(ngettext(" (%lld site)\n", " (%lld sites)\n",
	    (unsigned long)sites), (long long)sites);
}
