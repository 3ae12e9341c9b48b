/*
 * zqhub init.
 */
#include "hub/cmd.h"

#include <stdio.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/errand.h"
#include "hub/init.h"

/* To be typed as it stands here. */
static void
say_next(const char *path)
{
	struct buf room;
	const char *dir;

	buf_init(&room, TEXT_SHELL_MAX);
	dir = text_shell(&room, path);
	printf(_("A hub was made in %s.\n"), path);
	printf(_("Next, start it and add the first site:\n"
	    "  zqhubd -c %s/hub.conf        (or: systemctl enable --now "
	    "zqhubd)\n"
	    "  zqhub site add --code 4101000001 --name '郑州市人民政府' "
	    "--domain www.zhengzhou.gov.cn --dir %s\n"
	    "Then, and after each site, put a backup on another machine; "
	    "whoever has it is the hub:\n"
	    "  zqhub backup FILE --dir %s\n"), dir, dir, dir);
	buf_clear(&room);
}

static int
run_init(struct cmd_line *l)
{
	const struct init i = {
		.dir = l->dir,
		.name = cmd_value(l, "name"),
		.listen = cmd_value(l, "listen"),
		.web = cmd_value(l, "web"),
		.public = cmd_value(l, "public"),
	};
	struct buf why;
	int code = CMD_OK;

	/* So that the daemon can read what root makes for it. */
	errand_become_owner(l->dir);
	buf_init(&why, 65536);
	if (!init_hub(&i, &why))
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	if (code == CMD_OK)
		say_next(l->dir);
	return code;
}

const struct cmd cmd_init_list[] = {
	{ .name = "init", .words = "", .bare = true, .run = run_init,
	  .about = N_("make a hub: CA, its certificate, the store, hub.conf"),
	  .more = N_("Everything is made below --dir; nothing that exists is "
	    "overwritten.\nAll settings can be changed in hub.conf later."),
	  .examples =
	    "init --name '河南省人民政府门户网站' --listen 0.0.0.0:7443 \\\n"
	    "    --public https://hub.henan.gov.cn:7443",
	  .option = {
	    { "name", "NAME", N_("of the cluster, shown on the web"), true },
	    { "listen", "HOST:PORT", N_("where agents connect"), false },
	    { "web", "HOST:PORT", N_("where the web pages are"), false },
	    { "public", "URL", N_("as agents dial it, https://…"), false },
	  } },
	{ .name = NULL },
};
