/* Media types as two tables; see media.h. */
#include "agent/media.h"

#include <string.h>

#include "contrib/base/text.h"

#define OPENXML "application/vnd.openxmlformats-officedocument."

enum role { PAGE = 1, DOCUMENT = 2, OTHER = 0 };

static const struct {
	const char *extension, *type;
	enum role role;
} extensions[] = {
	{ "html", "text/html", PAGE }, { "htm", "text/html", PAGE },
	{ "shtml", "text/html", PAGE }, { "shtm", "text/html", PAGE },
	{ "stm", "text/html", PAGE }, { "xhtml", "application/xhtml+xml",
	    PAGE },
	{ "pdf", "application/pdf", DOCUMENT },
	{ "ofd", "application/ofd", DOCUMENT },
	{ "doc", "application/msword", DOCUMENT },
	{ "docx", OPENXML "wordprocessingml.document", DOCUMENT },
	{ "xls", "application/vnd.ms-excel", DOCUMENT },
	{ "xlsx", OPENXML "spreadsheetml.sheet", DOCUMENT },
	{ "ppt", "application/vnd.ms-powerpoint", DOCUMENT },
	{ "pptx", OPENXML "presentationml.presentation", DOCUMENT },
	{ "wps", "application/vnd.ms-works", DOCUMENT },
	{ "et", "application/vnd.wps-office.et", DOCUMENT },
	{ "dps", "application/vnd.wps-office.dps", DOCUMENT },
	{ "rtf", "application/rtf", DOCUMENT },
	{ "odt", "application/vnd.oasis.opendocument.text", DOCUMENT },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet", DOCUMENT },
	{ "ceb", "application/x-ceb", DOCUMENT },
	{ "txt", "text/plain", DOCUMENT }, { "csv", "text/csv", DOCUMENT },
	{ "zip", "application/zip", DOCUMENT },
	{ "rar", "application/vnd.rar", DOCUMENT },
	{ "7z", "application/x-7z-compressed", DOCUMENT },
	{ "gz", "application/gzip", DOCUMENT },
	{ "mp4", "video/mp4", DOCUMENT }, { "webm", "video/webm", DOCUMENT },
	{ "flv", "video/x-flv", DOCUMENT },
	{ "wmv", "video/x-ms-wmv", DOCUMENT },
	{ "mp3", "audio/mpeg", DOCUMENT }, { "wav", "audio/wav", DOCUMENT },
	{ "jpg", "image/jpeg", OTHER }, { "jpeg", "image/jpeg", OTHER },
	{ "png", "image/png", OTHER }, { "gif", "image/gif", OTHER },
	{ "webp", "image/webp", OTHER }, { "bmp", "image/bmp", OTHER },
	{ "svg", "image/svg+xml", OTHER }, { "tif", "image/tiff", OTHER },
	{ "tiff", "image/tiff", OTHER },
	{ "ico", "image/vnd.microsoft.icon", OTHER },
	{ "css", "text/css", OTHER }, { "js", "text/javascript", OTHER },
	{ "json", "application/json", OTHER },
	{ "xml", "application/xml", OTHER },
	{ "rss", "application/rss+xml", OTHER },
	{ "atom", "application/atom+xml", OTHER },
	{ "woff", "font/woff", OTHER }, { "woff2", "font/woff2", OTHER },
	{ "ttf", "font/ttf", OTHER },
	{ "swf", "application/vnd.adobe.flash.movie", OTHER },
};

static const struct {
	const char *bytes;
	size_t n;
	const char *type;
	enum role role;
} signatures[] = {
	{ "%PDF-", 5, "application/pdf", DOCUMENT },
	{ "PK\3\4", 4, "application/zip", DOCUMENT },
	{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "application/x-ole-storage",
	    DOCUMENT },
	{ "Rar!\x1a\7", 6, "application/vnd.rar", DOCUMENT },
	{ "7z\xbc\xaf\x27\x1c", 6, "application/x-7z-compressed", DOCUMENT },
	{ "\x1f\x8b", 2, "application/gzip", DOCUMENT },
	{ "{\\rtf", 5, "application/rtf", DOCUMENT },
	{ "\x89PNG\r\n\x1a\n", 8, "image/png", OTHER },
	{ "\xff\xd8\xff", 3, "image/jpeg", OTHER },
	{ "GIF87a", 6, "image/gif", OTHER }, { "GIF89a", 6, "image/gif",
	    OTHER },
};

static struct media
media(const char *type, enum role role)
{
	return (struct media){ .type = type, .is_page = role == PAGE,
		.is_document = role == DOCUMENT };
}

struct span
media_file_name(struct span name)
{
	for (size_t i = name.n; i > 0; i--) {
		if (name.at[i - 1] == '/')
			return (struct span){ name.at + i, name.n - i };
	}
	return name;
}

static bool
by_extension(struct span name, struct media *m)
{
	struct span e = media_file_name(name);
	const char *dot = e.n > 0 ? memrchr(e.at, '.', e.n) : NULL;

	if (dot == NULL)
		return false;
	e.n -= (size_t)(dot + 1 - e.at);
	e.at = dot + 1;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]);
	    i++) {
		if (!text_same_nocase(e, span_of(extensions[i].extension)))
			continue;
		*m = media(extensions[i].type, extensions[i].role);
		return true;
	}
	return false;
}

static bool
by_signature(struct span head, struct media *m)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]);
	    i++) {
		if (head.n < signatures[i].n || memcmp(head.at,
		    signatures[i].bytes, signatures[i].n) != 0)
			continue;
		*m = media(signatures[i].type, signatures[i].role);
		return true;
	}
	return false;
}

/* Does it begin, after blanks and a mark, like a page? */
static bool
looks_like_page(struct span head)
{
	static const char *const begins[] = { "<!doctype html", "<html",
		"<head", "<meta", "<title", "<body" };

	if (text_starts(head, "\xef\xbb\xbf")) {
		head.at += 3;
		head.n -= 3;
	}
	while (head.n > 0 && strchr(" \t\r\n", head.at[0]) != NULL &&
	    head.at[0] != '\0') {
		head.at++;
		head.n--;
	}
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = strlen(begins[i]);

		if (head.n >= n && text_same_nocase((struct span){ head.at, n },
		    span_of(begins[i])))
			return true;
	}
	return false;
}

struct media
media_of(struct span name, struct span head)
{
	struct media m = media("application/octet-stream", DOCUMENT), other;

	if (by_extension(name, &m)) {
		/* A PDF that was called .html is still no page. */
		if (m.is_page && by_signature(head, &other))
			return other;
		return m;
	}
	if (!by_signature(head, &m) && looks_like_page(head))
		return media("text/html", PAGE);
	return m;
}
