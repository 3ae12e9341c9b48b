#include "hub/web_confine.h"

/* Zones of what is announced. */
static const char *const zones[] = { "/usr/share/zoneinfo", "/etc/localtime",
	NULL };

/* A view that was made again is another file, with another table of readers,
 * which they write; the journal is open already. */
void
web_confine(struct web_confine *w, const char *dir)
{
	config_path(w->own, dir, CONFIG_WEB);
	config_path(w->view, dir, CONFIG_VIEW);
	w->write[0] = w->own;
	w->write[1] = w->view;
	w->write[2] = NULL;
	w->sandbox = (struct sandbox){
		.may = SANDBOX_ACCEPT | SANDBOX_FILES,
		.read = zones, .write = w->write,
	};
}
