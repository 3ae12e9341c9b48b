/*
 * Mail: text and HTML of the same notice, by SMTP. libcurl speaks it: TLS
 * from the beginning (smtps://) or by STARTTLS, which a server must offer
 * unless the settings say otherwise, and logging in.
 *
 * An address that the server refuses keeps nobody else from having the mail:
 * it goes to those that are taken. Who was put off is tried again, alone; who
 * was refused is named, with what the server said.
 *
 * All mails of one alert are one thread: the first one's Message-ID is made
 * of the alert's number, and those after it refer to it. A mail that is sent
 * again has the same Message-ID, so mail programs show it once.
 */
#include "hub/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/mail_talk.h"
#include "hub/notify_text.h"

#define HEADER_MAX 4096
#define ERROR_MAX 65536	/* of all addresses, before it is cut */

struct mailer {
	const struct config_receiver *config;
	struct buf password;
};

struct mail {
	struct mailer *mailer;
	struct notify_text text;
	struct curl_slist *to, *headers;
	struct mail_talk talk;
	uint64_t *reached;	/* sink.h */
	curl_mime *mime;
	struct fetch_request *request;
	sink_done_fn *done;
	void *arg;
};

static bool
open_mailer(void **state, const struct config_receiver *c, const char *name,
    struct buf *why)
{
	struct mailer *m = mem_new(sizeof(*m));

	(void)name;
	m->config = c;
	buf_init(&m->password, SINK_SECRET_MAX);
	*state = m;
	return c->password_file[0] == '\0' ||
	    sink_secret(&m->password, c->password_file, why);
}

static void
close_mailer(void *state)
{
	struct mailer *m = state;

	if (m->password.n > 0)
		explicit_bzero(m->password.at, m->password.n);
	buf_clear(&m->password);
	free(m);
}

/* --- the head ---------------------------------------------------------------- */

static void
add(struct curl_slist **list, const char *text)
{
	*list = curl_slist_append(*list, text);
	must(*list != NULL);
}

static void
add_line(struct mail *m, struct buf *line)
{
	must(!line->bad);
	add(&m->headers, buf_cstr(line));
	buf_clear(line);
	buf_init(line, HEADER_MAX);
}

/* RFC 2047: pieces of whole characters, 75 columns each at most. */
static void
put_encoded(struct buf *b, struct span s)
{
	struct span piece;

	while ((piece = text_cut(s, 42)).n > 0) {
		buf_text(b, "=?utf-8?B?");
		text_base64(b, piece.at, piece.n);
		buf_text(b, piece.n < s.n ? "?=\r\n " : "?=");
		s.at += piece.n;
		s.n -= piece.n;
	}
}

static void
put_date(struct buf *b, int64_t ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed",
		"Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	must(gmtime_r(&at, &tm) != NULL);
	buf_printf(b, "Date: %s, %02d %s %d %02d:%02d:%02d +0000",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The domain of the sender; it was judged to have one. */
static const char *
domain_of(const struct mail *m)
{
	return strchr(m->mailer->config->from, '@') + 1;
}

static int64_t
time_of(const struct sink_job *job)
{
	int64_t at = sink_time(job, "at");

	return at != CLOCK_NONE ? at : clock_wall();
}

static void
add_ids(struct mail *m, const struct sink_job *job, struct buf *line)
{
	char id[SINK_ID];

	sink_delivery_id(job, id);
	buf_printf(line, "Message-ID: <zhanqun.delivery.%s@%s>", id,
	    domain_of(m));
	add_line(m, line);
	if (job->event == ALERT_TEST)
		return;
	sink_alert_id(job, id);
	buf_printf(line, "References: <zhanqun.alert.%s@%s>", id,
	    domain_of(m));
	add_line(m, line);
}

static void
make_head(struct mail *m, const struct sink_job *job)
{
	const struct config_receiver *c = m->mailer->config;
	struct buf line;

	buf_init(&line, HEADER_MAX);
	buf_printf(&line, "From: <%s>", c->from);
	add_line(m, &line);
	for (char *const *to = c->to; *to != NULL; to++)
		buf_printf(&line, "%s<%s>", to == c->to ? "To: " : ",\r\n ",
		    *to);
	add_line(m, &line);
	buf_text(&line, "Subject: ");
	put_encoded(&line, buf_look(&m->text.subject));
	add_line(m, &line);
	put_date(&line, time_of(job));
	add_line(m, &line);
	add_ids(m, job, &line);
	buf_clear(&line);
	add(&m->headers, "Auto-Submitted: auto-generated");
}

/* --- the body ---------------------------------------------------------------- */

static void
add_part(curl_mime *mime, const struct buf *text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	must(part != NULL);
	must(curl_mime_data(part, buf_cstr(text), text->n) == CURLE_OK);
	must(curl_mime_type(part, type) == CURLE_OK);
	must(curl_mime_encoder(part, "base64") == CURLE_OK);
}

static void
make_body(struct mail *m, CURL *curl)
{
	curl_mime *both = curl_mime_init(curl);
	curl_mimepart *part;
	struct curl_slist *head = NULL;

	m->mime = curl_mime_init(curl);
	must(both != NULL && m->mime != NULL);
	add_part(both, &m->text.plain, "text/plain; charset=utf-8");
	add_part(both, &m->text.html, "text/html; charset=utf-8");
	part = curl_mime_addpart(m->mime);
	must(part != NULL);
	curl_mime_subparts(part, both);
	curl_mime_type(part, "multipart/alternative");
	add(&head, "Content-Disposition: inline");
	curl_mime_headers(part, head, 1);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, m->mime);
}

/* --- sending ----------------------------------------------------------------- */

static int
on_talk(CURL *curl, curl_infotype what, char *at, size_t n, void *arg)
{
	struct span s = { .at = at, .n = n };

	(void)curl;
	if (what == CURLINFO_HEADER_OUT)
		mail_talk_said(arg, s);
	else if (what == CURLINFO_HEADER_IN)
		mail_talk_heard(arg, s);
	return 0;
}

static void
prepare(void *arg, CURL *curl)
{
	struct mail *m = arg;
	const struct config_receiver *c = m->mailer->config;

	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_talk);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &m->talk);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, c->tls ?
	    (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, c->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, m->to);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, m->headers);
	if (c->user[0] != '\0') {
		curl_easy_setopt(curl, CURLOPT_USERNAME, c->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD,
		    buf_cstr(&m->mailer->password));
	}
	sink_trust(curl, c->cas);
	make_body(m, curl);
}

static bool
has_it(const struct mail *m, size_t i)
{
	return i < 64 && (*m->reached >> i & 1) != 0;
}

struct outcome {
	struct buf error;
	size_t taken, later, never;	/* addresses */
};

/* What the server said of each address. */
static void
settle(struct mail *m, bool sent, struct outcome *o)
{
	char *const *to = m->mailer->config->to;
	size_t n = 0;

	for (size_t i = 0; to[i] != NULL; i++) {
		const struct mail_word *w;

		if (has_it(m, i))
			continue;
		w = &m->talk.to[n++];
		o->later += mail_word_is_later(w);
		o->never += mail_word_is_never(w);
		o->taken += w->code != 0 && w->code < 400;
		if (w->code >= 400)
			buf_printf(&o->error, "%s%s: %s", o->error.n > 0 ?
			    "; " : "", to[i], w->line);
		else if (sent && i < 64)
			*m->reached |= UINT64_C(1) << i;
	}
}

/* Nobody has it by this try. 4xx is said to pass; a login that is refused may
 * be mended meanwhile. */
static enum sink_result
judge_failed(const struct mail *m, const struct fetch_answer *a,
    struct buf *error)
{
	const struct mail_word *no = &m->talk.no;

	if (no->code != 0)
		buf_printf(error, "SMTP %s", no->line);
	else if (a->status > 0)
		buf_printf(error, "%sSMTP %ld: %s", a->status < 400 ?
		    "after " : "", a->status, a->error);
	else
		buf_text(error, a->error);
	return a->status >= 500 && a->status < 600 &&
	    a->code != CURLE_LOGIN_DENIED ? SINK_NEVER : SINK_LATER;
}

static enum sink_result
judge(struct mail *m, const struct fetch_answer *a, struct outcome *o)
{
	bool sent = a->code == CURLE_OK;

	settle(m, sent, o);
	if (!sent && (o->taken > 0 || o->later + o->never == 0)) {
		buf_reset(&o->error);
		return judge_failed(m, a, &o->error);
	}
	if (o->later > 0)
		return SINK_LATER;
	return sent || *m->reached != 0 ? SINK_SENT : SINK_NEVER;
}

static void
free_mail(struct mail *m)
{
	curl_mime_free(m->mime);
	curl_slist_free_all(m->to);
	curl_slist_free_all(m->headers);
	notify_text_clear(&m->text);
	mail_talk_clear(&m->talk);
	free(m);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct mail *m = arg;
	char error[SINK_ERROR];
	struct outcome o = { .taken = 0 };
	enum sink_result r;

	buf_init(&o.error, ERROR_MAX);
	r = judge(m, a, &o);
	snprintf(error, sizeof(error), "%s", buf_cstr(&o.error));
	buf_clear(&o.error);
	m->done(m->arg, r, error);
	free_mail(m);
}

static void
cancel(void *under_way)
{
	struct mail *m = under_way;

	fetch_cancel(m->request);
	free_mail(m);
}

static void
add_addresses(struct mail *m)
{
	char *const *to = m->mailer->config->to;
	size_t n = 0;

	for (size_t i = 0; to[i] != NULL; i++) {
		if (has_it(m, i))
			continue;
		add(&m->to, to[i]);
		n++;
	}
	mail_talk_init(&m->talk, n);
}

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct mailer *mailer = state;
	struct mail *m = mem_new(sizeof(*m));
	const struct config_receiver *c = mailer->config;
	const struct fetch_spec spec = {
		.url = c->url, .most = SINK_ANSWER_MAX,
		.timeout = (uint32_t)c->timeout,
		.connect_timeout = (uint32_t)c->timeout, .prepare = prepare,
	};

	m->mailer = mailer;
	m->done = done;
	m->arg = arg;
	notify_text_make(&m->text, job, c->language);
	m->reached = job->reached;
	add_addresses(m);
	make_head(m, job);
	m->request = fetch_start(w->fetch, &spec, on_answer, m);
	return m;
}

const struct sink_ops sink_mail = {
	.kind = "mail", .open = open_mailer, .close = close_mailer,
	.start = start, .cancel = cancel,
};
