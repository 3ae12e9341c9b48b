# The words about it: what the readmes and the manuals tell people to type is
# there to be typed, and what is there stands in a manual.
. tests/scenario/lib.sh

zq() { program=$1; shift; "$ZQ_BUILD/$program" "$@" 2>&1; }
options() { sed -n 's/^  --\([a-z-]*\).*/\1/p'; }

say "- every command and option of zqagent stands in zqagent(8)"
zq zqagent --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' >"$T/agent"
[ "$(wc -l <"$T/agent")" -ge 14 ] || die "zqagent --help lists few commands"
while read -r command; do
	grep -q "^\.It Ic $command\( \|$\)" agent/zqagent.8 ||
		die "zqagent(8) lacks $command"
	zq zqagent "$command" --help | options >>"$T/options"
done <"$T/agent"
sort -u "$T/options" >"$T/agent.options"
while read -r option; do
	grep -q -- "Fl -$option\( \|$\)" agent/zqagent.8 ||
		die "zqagent(8) lacks --$option"
done <"$T/agent.options"

say "- every option of the daemons stands in their manuals"
for program in hub/zqhubd agent/zqagentd; do
	for letter in $(zq "${program#*/}" --help |
		sed -n 's/^  -\([a-z0-9]\) .*/\1/p'); do
		grep -q "^\.It Fl $letter\( \|$\)" $program.8 ||
			die "$program.8 lacks -$letter"
	done
done

say "- what is written to be typed is a command, and its options are options"
zq zqhub --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/zqhub \1/p' >"$T/known"
sed 's/^/zqagent /' "$T/agent" >>"$T/known"
sed 's/^zqhub //' "$T/known" | grep -v '^zqagent' | while read -r command; do
	# shellcheck disable=SC2086 # a list of words
	zq zqhub $command --help
done | options >>"$T/options"
pages='README.md README.zh.md hub/zhanqun.7 hub/zqhub.8 hub/zqhubd.8
	agent/zqagent.8 agent/zqagentd.8 protocol/zhanqun-protocol.7'
# shellcheck disable=SC2086 # a list of files
cat $pages | sed -e 's/^\.[A-Z][a-z] //' -e 's/ Cm / /g' -e 's/ Ic / /g' |
	grep -oE 'zq(hub|agent) [a-z]+( [a-z]+)?( [a-z]+)?' | sort -u >"$T/typed"
[ "$(wc -l <"$T/typed")" -gt 60 ] || die "little is told to be typed"
while read -r typed; do
	# "zqhub alert" alone is fine, where many commands begin so.
	first=$(echo "$typed" | cut -d ' ' -f 1,2)
	second=$(echo "$typed" | cut -d ' ' -f 1-3)
	grep -q "^$first\( \|$\)" "$T/known" || die "there is no $first"
	if grep -q "^$first$" "$T/known" || [ "$first" = "$typed" ]; then
		continue
	fi
	grep -q "^$second\( \|$\)" "$T/known" || die "there is no $second"
done <"$T/typed"
printf '%s\n' json dir help version >>"$T/options"
for page in README.md README.zh.md; do
	grep -vE 'systemctl|apt install' $page |
		grep -oE -- ' --[a-z][a-z-]+|`--[a-z][a-z-]+' |
		sed 's/^.*--//' | sort -u | while read -r option; do
		grep -qx -- "$option" "$T/options" ||
			{ say "$page: no program has --$option" >&2; exit 1; }
	done || die "an option that is none"
done

say "- the Chinese readme says of each rule of alerts what to do"
zq zqhub init --dir "$HUB" --name '站群' >/dev/null || die init
zq zqhub alert rules --json --dir "$HUB" | jq -r '.rules[].rule' >"$T/rules"
[ "$(wc -l <"$T/rules")" -ge 22 ] || die "few rules"
while read -r rule; do
	grep -q "^| \`$rule\` | .* | .* |$" README.zh.md ||
		die "README.zh.md lacks the rule $rule"
done <"$T/rules"
