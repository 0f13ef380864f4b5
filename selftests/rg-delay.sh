#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The active router dies while the timer of its standby runs that holds back preempt: `timers delay ...
# reload` after the system came up, then `timers delay` after a fault ended. The standby takes over within
# the detection time, and the probe since its cables go dark, all the same, and connections go on (topology: lib/topo.sh).
RELOAD_B=10000 DELAY_A=30
PRIORITY_A=120 PRIORITY_B=150
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

PREEMPT=		# both have it
FLOWS=20
PROBE=20		# ms, the default of `split-brain probe`

# waits ROUTER: it is the standby, ranks higher, and its peer knows why it does not take the role
waits() {
	local peer=A

	[ "$1" = B ] || peer=B
	wait_for 5 grep -q 'WAIT: .*: delay$' "$(rg_dir $peer)/log" || return 1
	ktap_pause $((3 * ktap_slow))
	is "$(rg_state "$1"), $(rg_state $peer)" "STANDBY HOT, ACTIVE" &&
		at_least "$(runtime "$1")" $(($(runtime $peer) + 1))
}
runtime() { rg_ctl "$1" --json show redundancy application group 1 | gojq '.groups[0].runtime_priority'; }
runtime_is() { [ "$(runtime "$1")" = "$2" ]; }

# watch ROUTER DEVICE FILTER: with times
watch() {
	local out=$RUN/$NS/watch.$1$2

	ns "$1" tcpdump --immediate-mode -ttlnni "$2" "$3" >"$out" 2>"$out.err" 8>&- &
	disown $!
	wait_for 5 grep -q listening "$out.err"
}
# dies FROM TO: FROM is killed, and TO becomes active; $ms is what lies between the last that TO heard
# of it, and the first that TO says to the clients as the active router
dies() {
	local heard=$RUN/$NS/watch.$2sync0 said=$RUN/$NS/watch.$2lan0

	must watch "$2" sync0 "udp and src host 172.16.0.$([ "$1" = A ] && echo 1 || echo 2)"
	must watch "$2" lan0 "arp and arp[6:2] != 0 and arp[14:4] = 0x0a0000fe"
	must wait_for 5 test -s "$heard"
	power_cut "$1"
	wait_state 5 "$2" ACTIVE && wait_for 5 test -s "$said" || return 1
	ms=$(awk 'NR == FNR { a = $1; next } FNR == 1 { printf "%.3f", ($1 - a) * 1000 }' "$heard" "$said")
	diag "silence until $2 announces itself: $ms ms"
	at_least "$ms" $((HOLD - 1)) && at_most "$ms" $((HOLD + PROBE + 10 * ktap_slow))
}

ktap_plan 9
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must hold_start old4 c -n $FLOWS 192.0.2.9 5000
must hold_start old6 c -n $FLOWS 2001:db8:b::9 5000
must settled A
ok_if "B ranks higher, and waits since its system came up" waits B
ok_if "A dies: B is active within the detection time" dies A B
for h in old4 old6; do
	ok_if "connections go on: $h" hold_alive $h $FLOWS
done

power_on A
must rg_start A
must wait_state 20 A "STANDBY HOT"
ok_if "A ranks lower, and leaves the role to B" is "$(runtime A), $(rg_state B)" "120, ACTIVE"
must ipn sw link set Alan0 down
must wait_for 5 runtime_is A 70
must rg_ctl B configure "redundancy" "application redundancy" "group 1" "priority 100"
must wait_for 5 runtime_is B 100
must ipn sw link set Alan0 up
must wait_for 5 runtime_is A 120
must hold_start new4 c -n $FLOWS 192.0.2.9 5000
must settled B
ok_if "a fault of A ended: it ranks higher, and waits" waits A
ok_if "B dies: A is active within the detection time" dies B A
ok_if "connections go on: those of before" hold_alive old4 $FLOWS
ok_if "and those of meanwhile" hold_alive new4 $FLOWS
ktap_end
