/*
 * What a mail server says, to whom, and what it comes to.
 */
#include "hub/mail_talk.h"

#include <check.h>
#include <string.h>

static struct mail_talk talk;

static void
say(const char *command, const char *line)
{
	mail_talk_said(&talk, span_of(command));
	mail_talk_heard(&talk, span_of(line));
}

START_TEST(test_addresses)
{
	mail_talk_init(&talk, 3);
	mail_talk_heard(&talk, SPAN("220 hub.test ESMTP\r\n"));
	say("EHLO x\r\n", "250-hub.test\r\n");
	mail_talk_heard(&talk, SPAN("250 SIZE\r\n"));
	say("MAIL FROM:<a@b>\r\n", "250 OK\r\n");
	say("RCPT TO:<x@b>\r\n", "550-many words\r\n");
	ck_assert_int_eq(talk.to[0].code, 0);
	mail_talk_heard(&talk, SPAN("550 5.1.1 no such user\r\n"));
	say("RCPT TO:<y@b>\r\n", "250 OK\r\n");
	say("RCPT TO:<z@b>\r\n", "450 4.2.0 \xe6\x94\xbf\x1b later\r\n");
	say("RCPT TO:<more@b>\r\n", "250 than were asked for\r\n");
	ck_assert(mail_word_is_never(&talk.to[0]));
	ck_assert_str_eq(talk.to[0].line, "550 5.1.1 no such user");
	ck_assert_int_eq(talk.to[1].code, 250);
	ck_assert(mail_word_is_later(&talk.to[2]));
	ck_assert_str_eq(talk.to[2].line, "450 4.2.0 ???? later");
	ck_assert_uint_eq(talk.asked, 3);
	ck_assert_int_eq(talk.no.code, 0);
	say("DATA\r\n", "554 5.7.1 spam\r\n");
	ck_assert_int_eq(talk.no.code, 554);
	ck_assert_str_eq(talk.no.line, "554 5.7.1 spam");
	ck_assert(!mail_word_is_never(&talk.to[1]));
	mail_talk_clear(&talk);
}
END_TEST

/* What is no answer is none; a long one is cut. */
START_TEST(test_hostile)
{
	static const char *const none[] = { "", "55", "5x0 a", "550a", "099 a",
		"1000 a", "\r\n", "-50 a" };
	char line[1000];

	mail_talk_init(&talk, 1);
	mail_talk_said(&talk, SPAN("RCPT TO:<a@b>\r\n"));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		mail_talk_heard(&talk, span_of(none[i]));
	ck_assert_int_eq(talk.to[0].code, 0);
	ck_assert_int_eq(talk.no.code, 0);
	memset(line, 'x', sizeof(line));
	memcpy(line, "550 ", 4);
	mail_talk_heard(&talk, (struct span){ .at = line,
	    .n = sizeof(line) });
	ck_assert_int_eq(talk.to[0].code, 550);
	ck_assert_uint_eq(strlen(talk.to[0].line), MAIL_TALK_LINE - 1);
	mail_talk_clear(&talk);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail_talk");
	TCase *t = tcase_create("mail_talk");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_addresses);
	tcase_add_test(t, test_hostile);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
