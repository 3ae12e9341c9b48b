/*
 * For tests of zqhub's command line: a hub without a daemon, and a command
 * that is run in a child; what it printed is in `out` and `err`.
 */
#ifndef ZQ_TESTS_CMDKIT_H
#define ZQ_TESTS_CMDKIT_H

#include "hub/cmd_main.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "contrib/base/mem.h"
#include "tests/unit/hub/corekit.h"
#include "tests/unit/langkit.h"

static char dir[64], hub[80];
static char out[1u << 20], err[1u << 20];

static inline void
set_up(void)
{
	setenv("TZ", "Asia/Shanghai", 1);
	setenv("LANGUAGE", "en", 1);
	snprintf(dir, sizeof(dir), "/tmp/zq-cmd-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(hub, sizeof(hub), "%s/hub", dir);
}

static inline void
tear_down(void)
{
	nftw(dir, core_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- running a command ------------------------------------------------------ */

static inline int
redirect(FILE *f, const char *path)
{
	int keep, fd;

	fflush(f);
	keep = dup(fileno(f));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	dup2(fd, fileno(f));
	close(fd);
	return keep;
}

static inline void
restore(FILE *f, int keep, const char *path, char *text)
{
	FILE *in;
	size_t n;

	fflush(f);
	dup2(keep, fileno(f));
	close(keep);
	in = fopen(path, "r");
	n = fread(text, 1, sizeof(out) - 1, in);
	text[n] = '\0';
	fclose(in);
}

static inline int
child(int argc, char **argv)
{
	static const struct cmd *const lists[] = {
		cmd_init_list, cmd_site_list, cmd_status_list,
		cmd_search_list, cmd_journal_list, cmd_keep_list,
		cmd_ca_list, cmd_backup_list, cmd_alert_list,
		cmd_notice_list, cmd_move_list, cmd_user_list,
		cmd_domains_list, cmd_days_list, cmd_home_list,
		cmd_checked_list, cmd_govern_list, cmd_links_list, NULL,
	};
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		exit(cmd_main(argc, argv, lists));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* In a process of its own, for a lock lasts as long as that. Words end with
 * NULL; --dir is added. */
static inline int
run(const char *first, ...)
{
	char *argv[32] = { mem_text("zqhub") };
	char out_path[96], err_path[96];
	int argc = 1, code, keep_out, keep_err;
	va_list ap;

	va_start(ap, first);
	for (const char *w = first; w != NULL; w = va_arg(ap, const char *))
		argv[argc++] = mem_text(w);
	va_end(ap);
	argv[argc++] = mem_text("--dir");
	argv[argc++] = mem_text(hub);
	snprintf(out_path, sizeof(out_path), "%s/out", dir);
	snprintf(err_path, sizeof(err_path), "%s/err", dir);
	keep_out = redirect(stdout, out_path);
	keep_err = redirect(stderr, err_path);
	code = child(argc, argv);
	restore(stdout, keep_out, out_path, out);
	restore(stderr, keep_err, err_path, err);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return code;
}

static inline void
says(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "\"%s\" is not in: %s",
	    what, text);
}

static inline json_t *
json(void)
{
	json_error_t e;
	json_t *j = json_loads(out, 0, &e);

	ck_assert_msg(j != NULL, "%s: %s", e.text, out);
	return j;
}

static inline void
make_hub(void)
{
	ck_assert_int_eq(run("init", "--name", "测试", "--listen",
	    "127.0.0.1:7443", "--public", "https://hub.example:7443", NULL),
	    0);
	ck_assert_int_eq(run("site", "add", "--code", "4101000001",
	    "--name", "郑州市人民政府", "--domain", "www.zhengzhou.gov.cn",
	    NULL), 0);
}

#endif
