/*
 * What the tests of certs share: a directory that goes away, a CA in it, and
 * the hub's ticket book in a few lines.
 */
#ifndef ZQ_TESTS_CERTS_HELP_H
#define ZQ_TESTS_CERTS_HELP_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/ca.h"
#include "certs/enroll.h"
#include "certs/ticket.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"

#define CLUSTER "河南省人民政府门户网站"
#define CODE "4101000001"
#define SITE 42

static char help_dir[64];	/* below it everything is removed again */
static struct ca help_ca;
static struct buf help_why;

static inline const char *
help_path(const char *name)
{
	static char path[16][256];
	static int next;
	char *out = path[next++ % 16];

	snprintf(out, 256, "%s/%s", help_dir, name);
	return out;
}

static inline int
help_remove(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

static inline void
help_start(void)
{
	snprintf(help_dir, sizeof(help_dir), "/tmp/zq-certs.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(help_dir));
	buf_init(&help_why, 4096);
	ck_assert_msg(ca_create(help_path("ca"), CLUSTER, &help_why),
	    "%s", buf_cstr(&help_why));
	ck_assert(ca_open(&help_ca, help_path("ca"), &help_why));
}

static inline void
help_end(void)
{
	clock_release();
	ca_close(&help_ca);
	buf_clear(&help_why);
	nftw(help_dir, help_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Runs a command line; its exit status. Output goes to the file "log". */
static inline int
help_run(const char *command)
{
	char line[4096];
	pid_t pid;
	int rc;

	snprintf(line, sizeof(line), "exec >%s 2>&1; %s", help_path("log"),
	    command);
	if ((pid = fork()) == 0) {
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &rc, 0), pid);
	return WIFEXITED(rc) ? WEXITSTATUS(rc) : -1;
}

static inline bool
help_log_has(const char *words)
{
	static char text[65536];
	FILE *f = fopen(help_path("log"), "r");
	size_t n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f != NULL)
		fclose(f);
	if (strstr(text, words) != NULL)
		return true;
	fprintf(stderr, "not in the log: %s\n%s\n", words, text);
	return false;
}

static inline void
help_expect_why(const char *words)
{
	ck_assert_msg(strstr(buf_cstr(&help_why), words) != NULL,
	    "expected \"%s\", got \"%s\"", words, buf_cstr(&help_why));
	buf_reset(&help_why);
}

/* A list of them, which ends with NULL: keep_free_certs(). */
static inline STACK_OF(X509) *
help_certs(X509 *first, X509 *second)
{
	STACK_OF(X509) *certs = sk_X509_new_null();

	ck_assert(X509_up_ref(first) == 1 && sk_X509_push(certs, first) > 0);
	if (second != NULL)
		ck_assert(X509_up_ref(second) == 1 &&
		    sk_X509_push(certs, second) > 0);
	return certs;
}

/* One ticket, as the core's book would judge it. */
struct help_book {
	struct ticket ticket;
	bool used;
	int64_t until;		/* ms */
	uint8_t key_hash[CA_KEY_HASH];
};

static inline const char *
help_judge(struct help_book *b, const struct enroll_request *r)
{
	if (r->is_renewal) {
		if (r->site != SITE || memcmp(r->old_key_hash, b->key_hash,
		    CA_KEY_HASH) != 0)
			return "this key is not the site's";
		memcpy(b->key_hash, r->key_hash, CA_KEY_HASH);
		return NULL;
	}
	if (!r->has_ref)
		return "no ticket was given";
	if (memcmp(r->ref, b->ticket.ref, TICKET_REF) != 0)
		return "this ticket is unknown to the hub";
	if (!r->mac_good)
		return "the secret of this ticket is damaged";
	if (b->used)
		return "this ticket was used before";
	if (clock_wall() > b->until)
		return "this ticket has expired";
	if (r->code[0] != '\0' && strcmp(r->code, CODE) != 0)
		return "this ticket is for another site";
	b->used = true;
	memcpy(b->key_hash, r->key_hash, CA_KEY_HASH);
	return NULL;
}

static inline void
help_book(struct help_book *b)
{
	*b = (struct help_book){ .until = clock_wall() + TICKET_LIFE };
	ticket_mint(&b->ticket, help_ca.ticket_key, help_ca.pin);
}

/* The hub's answer to one message; false: not even that. */
static inline bool
help_hub(struct enroll *e, struct help_book *b, struct span der,
    struct buf *answer, const char **why)
{
	const char *refusal = NULL;
	struct enroll_request r;

	if (!enroll_read(e, der, &r, why))
		return false;
	if (!r.is_confirm)
		refusal = help_judge(b, &r);
	return enroll_answer(e, der, SITE, CODE, refusal, answer);
}

static inline int
help_main(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

#endif
