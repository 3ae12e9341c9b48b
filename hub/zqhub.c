/*
 * zqhub: the operator's tool. Commands stand in cmd_*.c; see zqhub(8).
 */
#include <signal.h>

#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "hub/cmd_main.h"

int
main(int argc, char **argv)
{
	static const struct cmd *const lists[] = {
		cmd_init_list, cmd_site_list, cmd_domains_list,
		cmd_govern_list, cmd_status_list, cmd_search_list,
		cmd_links_list, cmd_check_list, cmd_checked_list,
		cmd_move_list, cmd_hits_list, cmd_notice_list,
		cmd_alert_list, cmd_home_list, cmd_days_list,
		cmd_user_list, cmd_journal_list, cmd_keep_list,
		cmd_backup_list, cmd_ca_list, NULL,
	};

	log_open("zqhub", LOG_LEVEL_WARN);
	lang_open(argv[0]);
	signal(SIGPIPE, SIG_DFL);
	return cmd_main(argc, argv, lists);
}
