/*
 * The parse child: answers in order, and what happens when it dies, dawdles
 * or idles.
 */
#include "agent/parse.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/buf.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "protocol/sha.h"

#define ANSWERS_MAX 1000

struct answer {
	enum record_outcome outcome;
	char title[256], type[128], trouble[256];
	uint8_t hash[32];
	uint64_t length;
	int number;
};

static char dir[64];
static struct event_base *base;
static struct parse *parse;
static struct answer answers[ANSWERS_MAX];
static int answered, asked;
static int next_signal;		/* for the reader, with the next answer */

static void
copy(char *to, size_t room, struct span s)
{
	snprintf(to, room, "%.*s", SPAN_ARGS(s));
}

/* Its only child; 0: none. */
static pid_t
child_of(pid_t parent)
{
	char path[64], line[256] = "";
	const char *end;
	uint64_t pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent,
	    (int)parent);
	f = fopen(path, "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	if (f != NULL)
		fclose(f);
	end = strchr(line, ' ');	/* one follows each number */
	if (end == NULL)
		return 0;
	ck_assert_msg(end[1] == '\0', "more than one child: %s", line);
	ck_assert(text_number((struct span){ line, (size_t)(end - line) }, 1,
	    INT32_MAX, &pid));
	return (pid_t)pid;
}

/* The reader's pid; 0: none is running. */
static pid_t
reader(void)
{
	pid_t server = child_of(getpid());

	return server == 0 ? 0 : child_of(server);
}

static int
open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
on_record(void *arg, const struct record *r)
{
	struct answer *a = &answers[answered++];

	a->number = (int)(intptr_t)arg;
	a->outcome = r->outcome;
	copy(a->title, sizeof(a->title), r->word[WORD_TITLE]);
	copy(a->type, sizeof(a->type), r->type);
	copy(a->trouble, sizeof(a->trouble), r->trouble);
	memcpy(a->hash, r->hash, sizeof(a->hash));
	a->length = r->length;
	if (next_signal != 0) {
		ck_assert_int_ne(reader(), 0);
		kill(reader(), next_signal);
		next_signal = 0;
	}
	if (answered == asked)
		event_base_loopbreak(base);
}

static const char *
path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
put_file(const char *name, const char *head, size_t n, char fill)
{
	FILE *f = fopen(path_of(name), "wb");

	ck_assert_ptr_nonnull(f);
	fputs(head, f);
	for (size_t i = 0; i < n; i++)
		fputc(fill, f);
	fclose(f);
}

static void
ask_fd(int fd, const char *name)
{
	ck_assert_int_ge(fd, 0);
	parse_ask(parse, &(struct parse_question){ .fd = fd,
	    .url = SPAN("http://a.cn/2023-05/06/x.html"),
	    .name = span_of(name) }, on_record, (void *)(intptr_t)asked);
	asked++;
}

static void
ask(const char *name)
{
	ask_fd(open(path_of(name), O_RDONLY | O_CLOEXEC), name);
}

static void
start_with(const struct parse_limits *limits)
{
	parse_free(parse);
	parse = parse_new(base, limits);
}

static void
run(void)
{
	if (answered < asked)
		event_base_dispatch(base);
	ck_assert_int_eq(answered, asked);
	ck_assert_uint_eq(parse_waiting(parse), 0);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

static void
set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-parse-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	base = event_base_new();
	parse = parse_new(base, NULL);
	answered = asked = 0;
	next_signal = 0;
	log_sink(quiet);
}

static void
tear_down(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	parse_free(parse);
	parse = NULL;
	event_base_free(base);
	ck_assert_int_eq(child_of(getpid()), 0);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			unlink(path_of(e->d_name));
	}
	closedir(d);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(test_kinds)
{
	uint8_t hash[32];

	put_file("a.html", "<title>seite</title>", 0, ' ');
	put_file("b.pdf", "%PDF-1.4 ", 100, 'x');
	put_file("c.png", "\x89PNG\r\n\x1a\n", 0, 'x');
	put_file("noext", "\n<!DOCTYPE html><title>ohne</title>", 0, ' ');
	put_file("lie.html", "%PDF-1.4 <title>x</title>", 0, ' ');
	put_file("empty.html", "", 0, ' ');
	ask("a.html");
	ask("b.pdf");
	ask("c.png");
	ask("noext");
	ask("lie.html");
	ask("empty.html");
	run();
	ck_assert_str_eq(answers[0].title, "seite");
	ck_assert_str_eq(answers[0].type, "text/html");
	ck_assert_uint_eq(answers[0].length, 20);
	sha_of(hash, SPAN("<title>seite</title>"));
	ck_assert_mem_eq(answers[0].hash, hash, 32);
	ck_assert_str_eq(answers[1].title, "b.pdf");
	ck_assert_str_eq(answers[1].type, "application/pdf");
	ck_assert_str_eq(answers[2].title, "");
	ck_assert_str_eq(answers[2].type, "image/png");
	ck_assert_str_eq(answers[3].title, "ohne");
	ck_assert_str_eq(answers[4].type, "application/pdf");
	ck_assert_str_eq(answers[4].title, "lie.html");
	ck_assert_int_eq(answers[5].outcome, RECORD_READ);
	ck_assert_uint_eq(answers[5].length, 0);
	ck_assert_str_ne(parse_counts(parse)->sandbox, "");
	ck_assert_uint_eq(parse_counts(parse)->started, 1);
}
END_TEST

START_TEST(test_names_as_titles)
{
	put_file("附件.doc", "x", 0, ' ');
	put_file("\xb8\xbd\xbc\xfe.doc", "x", 0, ' ');
	put_file("\xff\xb8.doc", "x", 0, ' ');
	ask("附件.doc");
	ask("\xb8\xbd\xbc\xfe.doc");
	ask("\xff\xb8.doc");
	run();
	ck_assert_str_eq(answers[0].title, "附件.doc");
	ck_assert_str_eq(answers[1].title, "附件.doc");
	ck_assert_str_eq(answers[2].title, "");
}
END_TEST

START_TEST(test_order)
{
	int files;

	parse_free(parse);
	files = open_files();
	parse = parse_new(base, NULL);
	for (int i = 0; i < 500; i++) {
		char name[32], text[64];

		snprintf(name, sizeof(name), "%d.html", i);
		snprintf(text, sizeof(text), "<title>%d</title>", i);
		put_file(name, text, 5000, ' ');
		while (parse_is_full(parse))
			event_base_loop(base, EVLOOP_ONCE);
		ask(name);
	}
	run();
	for (int i = 0; i < 500; i++) {
		char title[16];

		snprintf(title, sizeof(title), "%d", i);
		ck_assert_int_eq(answers[i].number, i);
		ck_assert_str_eq(answers[i].title, title);
	}
	parse_free(parse);
	parse = NULL;
	ck_assert_int_eq(open_files(), files);
}
END_TEST

/* 40 pages, and something happens to the reader after the first: the one it
 * was at is told why, the others are read by the next. */
static void
ck_one_fails(int with, const char *why)
{
	put_file("a.html", "<title>a</title>", 400000, 'x');
	for (int i = 0; i < 40; i++)
		ask("a.html");
	next_signal = with;
	run();
	ck_assert_int_ne(reader(), 0);
	ck_assert_uint_eq(parse_counts(parse)->started, 2);
	ck_assert_uint_eq(parse_counts(parse)->failed, 1);
	for (int i = 0, failed = 0; i < 40; i++) {
		ck_assert_int_eq(answers[i].number, i);
		if (answers[i].outcome == RECORD_FAILED) {
			ck_assert_int_eq(++failed, 1);
			ck_assert_ptr_nonnull(strstr(answers[i].trouble,
			    "could not be read"));
			ck_assert_ptr_nonnull(strstr(answers[i].trouble, why));
		} else {
			ck_assert_str_eq(answers[i].title, "a");
		}
	}
}

START_TEST(test_crash)
{
	ck_one_fails(SIGSEGV, "signal");
}
END_TEST

START_TEST(test_slow)
{
	start_with(&(struct parse_limits){ .time = 8000 });
	ck_one_fails(SIGSTOP, "too long");
}
END_TEST

START_TEST(test_idle)
{
	put_file("a.html", "<title>a</title>", 0, ' ');
	start_with(&(struct parse_limits){ .idle = 30 });
	ck_assert_int_eq(reader(), 0);
	ask("a.html");
	run();
	ck_assert_int_ne(reader(), 0);
	for (int i = 0; i < 6000 && reader() != 0; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(5000);
	}
	ck_assert_int_eq(reader(), 0);
	ask("a.html");
	run();
	ck_assert_uint_eq(parse_counts(parse)->started, 2);
	ck_assert_str_eq(answers[1].title, "a");
}
END_TEST

static void
write_more(evutil_socket_t unused, short what, void *arg)
{
	int fd = open(path_of("big.bin"), O_WRONLY | O_APPEND);

	(void)unused;
	(void)what;
	(void)arg;
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
}

/* Half a GB of hole takes a while to hash; it grows all the time. */
START_TEST(test_changed)
{
	struct event *often = event_new(base, -1, EV_PERSIST, write_more,
	    NULL);

	put_file("big.bin", "", 0, ' ');
	ck_assert_int_eq(truncate(path_of("big.bin"), 512 << 20), 0);
	event_add(often, &(struct timeval){ .tv_usec = 20000 });
	ask("big.bin");
	run();
	ck_assert_int_eq(answers[0].outcome, RECORD_CHANGED);
	event_free(often);
}
END_TEST

START_TEST(test_no_file)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	put_file("a.html", "<title>a</title>", 0, ' ');
	ask_fd(open("/dev/zero", O_RDONLY), "zero.html");
	ask_fd(ends[0], "pipe.html");
	ask_fd(open(dir, O_RDONLY), "dir.html");
	ask("a.html");
	run();
	close(ends[1]);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(answers[i].outcome, RECORD_FAILED);
	ck_assert_str_eq(answers[3].title, "a");
	ck_assert_uint_eq(parse_counts(parse)->started, 1);
}
END_TEST

START_TEST(test_long_page)
{
	start_with(&(struct parse_limits){ .page = 10000 });
	put_file("long.html", "<title>lang</title>", 1 << 20, 'x');
	ask("long.html");
	run();
	ck_assert_str_eq(answers[0].title, "lang");
	ck_assert_uint_eq(answers[0].length, (1 << 20) + 19);
}
END_TEST

/* Nobody is answered after the end, and nothing is left over. */
START_TEST(test_free_early)
{
	int files;

	parse_free(parse);
	files = open_files();
	parse = parse_new(base, NULL);
	put_file("a.html", "<title>a</title>", 0, ' ');
	for (int i = 0; i < PARSE_FLIGHT; i++)
		ask("a.html");
	ck_assert(parse_is_full(parse));
	parse_free(parse);
	parse = NULL;
	ck_assert_int_eq(answered, 0);
	ck_assert_int_eq(reader(), 0);
	ck_assert_int_eq(open_files(), files);
}
END_TEST

/* The descriptor's offset is the agent's, and all children's. */
START_TEST(test_offset)
{
	int fd;

	put_file("a.html", "<title>a</title>", 0, ' ');
	fd = open(path_of("a.html"), O_RDONLY);
	ck_assert_int_eq(lseek(fd, 5, SEEK_SET), 5);
	ask_fd(dup(fd), "a.html");
	run();
	ck_assert_str_eq(answers[0].title, "a");
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 5);
	close(fd);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_kinds, test_names_as_titles, test_order, test_crash,
		test_slow, test_idle, test_changed, test_no_file,
		test_long_page, test_free_early, test_offset };
	Suite *s = suite_create("parse");
	TCase *tc = tcase_create("parse");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
