#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# Programs of router A are told role changes: one that works, and others that hang, fail, are missing,
# are not executable, or could have been changed by others; none of them delays a takeover (topology:
# lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

H=$RUN/$NS/hooks
GOOD=$H/good			# writes what it is told to GOOD.env and GOOD.json
STUCK=$H/stuck			# never ends; its process IDs in STUCK.pids
FAILS=$H/fails			# 3 at the first times, 0 as soon as there is FAILS.well
BARE=$H/bare			# not executable
WIDE=$H/wide			# everybody may write to it
LOOSE=$H/loose/program		# everybody may write to its folder
DEEP=$H/loose/deep/program	# and to the one above

lines() {
	local p

	echo "redundancy"
	echo " application redundancy"
	for p in "$GOOD" "$STUCK timeout 30" "$FAILS" "$BARE" "$WIDE" "$LOOSE" "$DEEP" "$H/missing"; do
		echo "  role-change exec $p"
	done
}
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod "${3:-755}" "$1"
}
programs() {
	local harm="echo \$\$ >>$H/harm"

	mkdir -p "$H/loose/deep"
	program "$GOOD" "echo \"\$RG_EVENT \$RG_GROUP \$RG_NAME \$RG_ROLE_BEFORE \$RG_ROLE \$RG_CAUSE\" >>$GOOD.env
cat >>$GOOD.json"
	program "$STUCK" "echo \$\$ >>$STUCK.pids; sleep 600"
	program "$FAILS" "[ -e $FAILS.well ] || exit 3"
	program "$BARE" "$harm" 644
	program "$WIDE" "$harm" 777
	program "$LOOSE" "$harm"
	program "$DEEP" "$harm"
	chmod 777 "$H/loose"
}

# changes: the role changes of A, as its log has them
changes() {
	sed -nE 's/.*ROLE: RG id 1 role change from ([A-Za-z]+) to ([A-Za-z]+) \((.*)\)$/\U\1 \2 \L\3/p' \
		"$(rg_dir A)/log" | sed 's/^/role-change 1 test /'
}
n_changes() { changes | wc -l; }
told() { [ "$(n_changes)" -gt "${1:-0}" ] && is "$(cat "$GOOD.env")" "$(changes)"; }
told_json() {
	is "$(gojq -r '"\(.event) \(.group) \(.name) \(.role_before) \(.role) \(.cause)"' "$GOOD.json")" "$(changes)"
}
soon() { quiet wait_for "$1" "${@:2}" || "${@:2}"; }
hooks() { rg_ctl A --json show redundancy application counters | gojq ".system[\"role-change-$1\"]"; }
hooks_are() { is "$(hooks "$1")" "$2"; }
hooks_at_least() { [ "$(hooks "$1")" -ge "$2" ]; }
# log_has TEXT [NUMBER]: so many lines of A
log_has() { is "$(grep -c -F -- "HOOK: $1" "$(rg_dir A)/log")" "${2:-1}"; }
group_gone() { ! kill -0 -- "-$1" 2>/dev/null; }
# the last one that was told, in numbers that the agent has, too
facts() {
	tail -n1 "$GOOD.json" | gojq -c '[.priority, .left_out, .epoch > 0, .time_ms > 0, .monotonic_ms > 0]'
}
move() { # FROM TO: the role
	must wait_state 20 "$2" "STANDBY HOT"
	must rg_ctl "$1" redundancy application reload group 1 self >/dev/null
	must wait_state 20 "$1" "STANDBY HOT"
	must state_is "$2" ACTIVE
}

ktap_plan 27
must modprobe nf_rg
topo_up
programs
mkdir -p "$(rg_dir A)"
EXTRA=$(lines) rg_write A
must pair_up
must flowd_start 5000

ok_if "a program is told each role change, in order" soon 5 told
ok_if "as JSON, too" soon 5 told_json
ok_if "with what else there is to know" is "$(facts)" '[120,0,true,true,true]'
ok_if "one that hangs runs" is "$(wc -l <"$STUCK.pids")" 1
ok_if "one that fails is a line, once" log_has "$FAILS: failed"
ok_if "and counted each time" soon 5 hooks_are programs-failed "$(n_changes)"
ok_if "one that is not there is another" log_has "$H/missing: not found"
ok_if "so is one that is not executable" log_has "$BARE: cannot be run"
ok_if "one that everybody may write to" log_has "$WIDE: not run: others may write to it"
ok_if "or replace" log_has "$LOOSE: not run: others may write to it, or to a folder on its way"
ok_if "or to any folder above" log_has "$DEEP: not run: others may write to it"
ok_if "all are counted each time" soon 5 hooks_are programs-not-run $((5 * $(n_changes)))
ok_if "none of these has run" [ ! -e "$H/harm" ]

# all of them at a takeover, under a flow
move A B
gap_start udp -u 192.0.2.9 5000 3
n=$(n_changes)
move B A
ok_if "a takeover is not delayed by any" gap_loses udp 20
ok_if "and is told" soon 5 told "$n"
ok_if "one that hangs has not been told yet" at_least "$(hooks waiting)" 1
ok_if "what failed is still one line" log_has "$FAILS: failed"

# an end of what hangs, and of what fails
ok_if "a program that hangs is killed" wait_for 60 hooks_at_least programs-killed 1
ok_if "with what it started" wait_for 5 group_gone "$(head -n1 "$STUCK.pids")"
ok_if "and is told the next change" wait_for 5 eval '[ "$(wc -l <"$STUCK.pids")" -ge 2 ]'
ok_if "which is a line, once" log_has "$STUCK: killed, it took too long"
touch "$FAILS.well"
move A B
must soon 5 told "$n"
rm "$FAILS.well"
move B A
ok_if "one that ended well and fails again is a line again" soon 5 log_has "$FAILS: failed" 2

# the configuration
ok_if "one that is no absolute path is refused" fails rg_ctl A configure redundancy \
	"application redundancy" "role-change exec moved"
ok_if "so is a time of 0" fails rg_ctl A configure redundancy "application redundancy" \
	"role-change exec $GOOD timeout 0"
ok_if "and a ninth" fails rg_ctl A configure redundancy "application redundancy" "role-change exec /ninth"
waiting=$(hooks waiting)
must rg_ctl A configure redundancy "application redundancy" "no role-change exec $STUCK"
ok_if "what waits for a program that is taken out is left out, and counted" \
	eval 'at_least "$waiting" 1 && hooks_are left-out "$waiting"'
ok_if "which ends it" wait_for 5 group_gone "$(tail -n1 "$STUCK.pids")"
ktap_end
