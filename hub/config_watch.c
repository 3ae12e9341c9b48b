/*
 * Settings of watching; see config_watch.h.
 */
#include "hub/config_watch.h"

#include <stddef.h>

#include "contrib/base/units.h"
#include "hub/alert.h"
#include "hub/home.h"
#include "hub/monitor_settings.h"

#define AT(member) offsetof(struct config, member)
#define DAY (24ull * 3600 * 1000)

const struct conf_def config_watch_table[CONFIG_WATCH_DEFS] = {
	{ .section = "", .name = "homes", .type = CONF_BOOL,
	  .offset = AT(homes), .preset = "yes",
	  .about =
	    "Whether the hub looks at the home page of each site, as its "
	    "visitors do: by the first of its domains, over the net.\n"
	    "Sites at private addresses need check_allow; check_contact, "
	    "check_parallel and check_cas hold for this as well." },
	{ .section = "", .name = "home_every", .type = CONF_TIME,
	  .offset = AT(home_every), .preset = "15m",
	  .least = 1000, .most = 72 * 60 * 1000,
	  .about =
	    "How often each home page is looked at; sooner after it "
	    "failed.\n"
	    "An inspection visits a site at least 20 times a day, spaced: "
	    "once in 72 minutes at the longest (国办秘函〔2019〕19号)." },
	{ .section = "", .name = "home_dns_every", .type = CONF_TIME,
	  .offset = AT(home_dns_every), .preset = "60s",
	  .least = 0, .most = 3600 * 1000,
	  .about =
	    "How often the resolver is asked for the name of each home page "
	    "between two looks at it; the site notices nothing.\n"
	    "A domain that changes hands leads elsewhere first: if none of "
	    "its addresses was seen before, or it has none any more, or has "
	    "again, its page is looked at now.\n"
	    "One name causes such a look once in 3 minutes at most, and one "
	    "that keeps changing (a CDN) once in an hour.\n"
	    "It adds to how long the resolver itself keeps an old answer: the "
	    "TTL of the name.\n"
	    "1,000 names cost half a percent of a core.\n"
	    "Not at all (0): what a name leads to is seen at the next look "
	    "only.\n"
	    "Else 1s at least." },
	{ .section = "", .name = "home_limit", .type = CONF_TIME,
	  .offset = AT(home_limit), .preset = "15s",
	  .least = 1000, .most = HOME_LIMIT,
	  .about =
	    "A visit that takes so long has failed, and is broken off.\n"
	    "An inspection counts 15 seconds (国办秘函〔2019〕19号); less is "
	    "stricter, and more would call well what fails there." },
	{ .section = "", .name = "home_slow", .type = CONF_TIME,
	  .offset = AT(home_slow), .preset = "5s",
	  .least = 100, .most = 15 * 1000,
	  .about =
	    "A home page that takes longer than this is shown as slow.\n"
	    "Not a rule of an inspection, which counts from home_limit "
	    "on." },
	{ .section = "", .name = "week_fails", .type = CONF_NUMBER,
	  .offset = AT(week_fails), .preset = "5",
	  .least = 1, .most = 100, .unit = "percent",
	  .about =
	    "A site of whose visits in a week so many failed, fails an "
	    "inspection as a whole (国办秘函〔2019〕19号: 5).\n"
	    "The alert availability is then critical." },
	{ .section = "", .name = "week_warns", .type = CONF_NUMBER,
	  .offset = AT(week_warns), .preset = "3",
	  .least = 1, .most = 100, .unit = "percent",
	  .about =
	    "… and this is the early warning: the alert availability "
	    "begins.\n"
	    "3 is usual in practice, and in no notice." },
	{ .section = "", .name = "home_moved_looks", .type = CONF_NUMBER,
	  .offset = AT(home_moved_looks), .preset = "10",
	  .least = 1, .most = 10000, .unit = "looks",
	  .about =
	    "A home page that sends its visitors elsewhere for good (301), or "
	    "names another domain as its own, has moved, as far as anybody "
	    "can see from outside, when so many looks found it …\n"
	    "Then the alert moved says it, and it is a person who announces "
	    "the move.\n"
	    "No notice says how many." },
	{ .section = "", .name = "home_moved_after", .type = CONF_TIME,
	  .offset = AT(home_moved_after), .preset = "7d",
	  .least = 0, .most = 365 * DAY,
	  .about = "… over so long." },
	{ .section = "", .name = "closing_notice", .type = CONF_TIME,
	  .offset = AT(closing_notice), .preset = "30d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "How long before its time the closing of a site is to be "
	    "announced, with a successor (国办发〔2017〕47号: 30 days).\n"
	    "One that is announced later, or names none, is taken, and said "
	    "to be brief wherever it is shown." },
	{ .section = "", .name = "closing_soon", .type = CONF_TIME,
	  .offset = AT(closing_soon), .preset = "7d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "How long before its time the alert closing says that a site "
	    "closes.\n"
	    "No notice says how long." },
	{ .section = "", .name = "gone_after", .type = CONF_TIME,
	  .offset = AT(gone_after), .preset = "9s",
	  .least = 1000, .most = 3600 * 1000,
	  .about =
	    "A site is silent when the last connection of its agent was "
	    "closed and it doesn't come back for so long.\n"
	    "Restarting an agent takes less.\n"
	    "Who vanishes without closing "
	    "anything is silent after silent_after." },
	{ .section = "", .name = "start_after", .type = CONF_TIME,
	  .offset = AT(start_after), .preset = "3m",
	  .least = 1000, .most = 3600 * 1000,
	  .about =
	    "After the hub was started or was cut off every site is unknown "
	    "until there is fresh evidence; its agent is silent if it was "
	    "not heard for so long.\n"
	    "Agents come back one after the other." },
	{ .section = "", .name = "outage_settle", .type = CONF_TIME,
	  .offset = AT(outage_settle), .preset = "5m",
	  .least = 0, .most = 24 * 3600 * 1000,
	  .about =
	    "A site that is still not well so long after the end that was "
	    "announced of an outage or of maintenance is an overrun." },
	{ .section = "", .name = "isolated_share", .type = CONF_NUMBER,
	  .offset = AT(isolated_share), .preset = "30",
	  .least = 1, .most = 100, .unit = "percent",
	  .about =
	    "If so many of the agents that were here vanish at once, it is "
	    "the hub that is cut off: that is said once, and none of these "
	    "is judged until it is heard again; an agent that is quiet "
	    "while its page comes and others speak isn't counted.\n"
	    "If no home page comes at all for half a minute, of "
	    "isolated_least sites or more, though agents speak, it is the "
	    "hub's own way out (its resolver, its firewall): no site is judged "
	    "by its page until one comes, and these looks aren't counted." },
	{ .section = "", .name = "isolated_least", .type = CONF_NUMBER,
	  .offset = AT(isolated_least), .preset = "3",
	  .least = 2, .most = 1000, .unit = "sites",
	  .about = "… and so many at least." },
	{ .section = "", .name = "flap_count", .type = CONF_NUMBER,
	  .offset = AT(flap_count), .preset = "5",
	  .least = 2, .most = MONITOR_FLAPS, .unit = "changes",
	  .about =
	    "A site that changes between good and bad so often within "
	    "flap_window goes up and down: that is said once, and once when "
	    "it has been at rest for flap_quiet." },
	{ .section = "", .name = "flap_window", .type = CONF_TIME,
	  .offset = AT(flap_window), .preset = "30m",
	  .least = 1000, .most = 24 * 3600 * 1000,
	  .about = "See flap_count." },
	{ .section = "", .name = "flap_quiet", .type = CONF_TIME,
	  .offset = AT(flap_quiet), .preset = "15m",
	  .least = 1000, .most = 24 * 3600 * 1000,
	  .about = "See flap_count." },
	{ .section = "", .name = "alert_wait", .type = CONF_TIME,
	  .offset = AT(alert_wait), .preset = "500ms",
	  .least = 0, .most = 60000,
	  .about =
	    "How long an alert waits before it is told, so that sites that "
	    "fall ill together are in one notice." },
	{ .section = "", .name = "alert_together", .type = CONF_TIME,
	  .offset = AT(alert_together), .preset = "5m",
	  .least = 0, .most = DAY,
	  .about =
	    "Sites behind one address whose trouble begins no further apart "
	    "than this, have one cause and are one alert." },
	{ .section = "", .name = "alert_many", .type = CONF_NUMBER,
	  .offset = AT(alert_many), .preset = "10",
	  .least = 2, .most = ALERT_MEMBERS, .unit = "sites",
	  .about =
	    "So many sites that go down within alert_many_time are one alert, "
	    "wherever they are; so are as many agents that fall silent." },
	{ .section = "", .name = "alert_many_time", .type = CONF_TIME,
	  .offset = AT(alert_many_time), .preset = "1m",
	  .least = 1000, .most = 3600 * 1000,
	  .about = "See alert_many." },
	{ .section = "", .name = "beat_url", .type = CONF_TEXT,
	  .offset = AT(beat_url), .preset = "",
	  .about =
	    "An address that the hub asks once a minute while it is well, of "
	    "a service elsewhere that raises the alarm when that stays "
	    "away.\n"
	    "A hub that is dead can't tell so itself." },
	{ .section = "", .name = "beat_file", .type = CONF_PATH,
	  .offset = AT(beat_file), .preset = "",
	  .about =
	    "A file that the hub writes the time to, once a minute while it "
	    "is well, for a monitor on the same machine." },
};

void
config_watch_judge(const struct config *c, const char *path, struct buf *why)
{
	char one[UNITS_TEXT_MAX], two[UNITS_TEXT_MAX];

	if (c->home_slow > c->home_limit) {
		conf_begin(why, c->file, path, "", "", "home_slow");
		buf_printf(why, "%s is more than home_limit, %s: expected "
		    "less, for what takes so long has failed\n",
		    units_format_time(one, c->home_slow),
		    units_format_time(two, c->home_limit));
	}
	if (c->home_dns_every > 0 && c->home_dns_every < 1000) {
		conf_begin(why, c->file, path, "", "", "home_dns_every");
		buf_printf(why, "%s: expected 1s at least, or 0 for not at "
		    "all\n", units_format_time(one, c->home_dns_every));
	}
	if (c->week_warns > c->week_fails) {
		conf_begin(why, c->file, path, "", "", "week_warns");
		buf_printf(why, "%llu percent is more than week_fails, %llu: "
		    "expected less, for it is the early warning\n",
		    (unsigned long long)c->week_warns,
		    (unsigned long long)c->week_fails);
	}
}
