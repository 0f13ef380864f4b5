#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# What both routers, or what lies between them, lose: the data link while the standby is HOT, and
# its router after that; what is large on it; the same traffic interface on both; the upstream that
# both share, tracked with `shutdown`; an interface that flaps; a peer of another version; and the
# power of both (topology: lib/topo.sh; hellos have a cable of their own).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

FLOWS=10

faults() { rg_ctl "$1" show redundancy application faults group 1; }
fault() { faults "$1" | grep -qE "Fault $2"; }
no_fault() { ! fault "$@"; }
# interface_faults ROUTER: which, with what they cost
interface_faults() { faults "$1" | sed -nE 's/.*Fault INTERFACE: interface (.*)/\1/p' | paste -sd';'; }
priority() { faults "$1" | sed -nE 's/.*Runtime priority: \[([0-9]+)\]/\1/p'; }
priorities() { echo "$(priority A) $(priority B)"; }
priorities_are() { is "$(priorities)" "$1"; }
states() { echo "$(rg_state A), $(rg_state B)"; }
states_are() { [ "$(states)" = "$1" ]; }
role_is_none() { [[ $(rg_role "$1") != ACTIVE ]]; }
soon() { quiet wait_for 10 "$@" || "$@"; }
logs() { grep -c -- "$2" "$(rg_dir "$1")/log"; }
log_has() { [ "$(logs "$1" "$2")" -ge "${3:-1}" ]; }
moves() { echo "$(logs A 'role change') $(logs B 'role change')"; }
hand_overs() { echo $(($(logs A 'hand-over begins') + $(logs B 'hand-over begins'))); }
reason_is() { [ "$(rg_field A Reason)" = "$1" ]; }
one_active() { [ "$(rg_active | wc -l)" = 1 ]; }
nobody_moved() { is "$(moves)" "$moved"; }
data_link() { must ipn A link set sync0 "$1"; }
# link UP|DOWN DEVICE...: ports of the switch, in one go
ports() { printf 'link set %s '"$1"'\n' "${@:2}" | ipn sw -batch -; }

# both LINE...: configured on both routers
both() {
	local r

	for r in A B; do
		rg_ctl $r configure "$@" >/dev/null || return 1
	done
}
# flap down|up STATES: an interface of A, and what comes of it
flap() {
	ports "$1" Alan0 && { quiet wait_for 20 states_are "$2" || is "$(states)" "$2"; }
}
cleared() {
	local r

	for r in A B; do
		rg_ctl $r clear redundancy application damping >/dev/null || return 1
	done
}
# other_version TAPE: behind Ethernet, IPv4, UDP and 4 bytes, see Documentation/wire-protocol.rst
other_version() {
	perl -0777 -i -pe '
		for (my $at = 0; $at < length; $at += 2 + unpack("S", substr($_, $at, 2))) {
			substr($_, $at + 2 + 46, 1) = chr(2);
		}' "$1"
}
# hole dig|fill: packets of more than 1000 bytes do not come through the data link
hole() {
	local r

	for r in A B; do
		if [ "$1" = dig ]; then
			ns $r nft -f - <<-'NFT'
			table netdev hole {
				chain in { type filter hook ingress device "sync0" priority 0; meta length > 1000 drop; }
			}
			NFT
		else
			ns $r nft delete table netdev hole
		fi || return 1
	done
}

ktap_plan 53
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must hold_start old c -n $FLOWS 192.0.2.9 5000
must settled A
moved=$(moves)

# the data link while HOT
entries=$(rg_marked B | wc -l)
bulks=$(kstat A sync-bulks)
data_link down
ok_if "without a data link B is cold" wait_state 10 B "STANDBY COLD"
ok_if "A goes on" state_is A ACTIVE
for r in A B; do
	ok_if "$r: fault DATA-PATH" soon fault $r DATA-PATH
	ok_if "which is in the log" log_has $r 'FAULT: RG id 1: fault DATA-PATH begins'
done
ok_if "B keeps what it has" is "$(rg_marked B | wc -l)" "$entries"
ok_if "and says since when it is old" has "$(rg_field B "Verified equal")" '^[0-9]+ s ago, not since$'
must hold_start meanwhile c -n $FLOWS 192.0.2.9 5000
data_link up
ok_if "with a data link it has everything again" wait_state 20 B "STANDBY HOT"
ok_if "also what began meanwhile" tables_equal
ok_if "by a delta" is "$(kstat A sync-bulks)" "$bulks"
ok_if "and the fault has gone" soon no_fault A DATA-PATH

# a hole for what is large
must hole dig
must hold_start bulk c -n 100 192.0.2.9 5000
ok_if "what is large does not arrive: fault with its size" soon fault A \
	"DATA-MTU: hellos pass on the data link, packets of 1500 bytes do not"
ok_if "which is in the log" log_has A 'FAULT: RG id 1: fault DATA-MTU begins: .* 1500 bytes'
ok_if "B does not say that it has everything" eval '[[ $(rg_state B) == "STANDBY COLD"* ]]'
must hole fill
ok_if "without the hole it has" wait_state 20 B "STANDBY HOT"
ok_if "and the fault goes" quiet wait_for 20 no_fault A DATA-MTU
ok_if "both tables are equal" tables_equal
ok_if "nobody has moved" nobody_moved

# the same interface on both: first the standby's, then the active's; then both at a time
must ports down Blan0
must soon priorities_are "120 50"
must ports down Alan0
ok_if "the same interface down on both: equal decrements" soon priorities_are "70 50"
for r in A B; do
	ok_if "$r: a fault" is "$(interface_faults $r)" "lan0 is down, decrement 50"
done
ok_if "nobody moves, and A says why" soon log_has A "WAIT: .*: both-below-threshold"
must ports up Alan0 Blan0
must soon priorities_are "120 100"
ok_if "nor when they come back" nobody_moved
hand_overs=$(hand_overs)
must ports down Alan0 Blan0
must soon priorities_are "70 50"
must quiet wait_for 5 one_active
ok_if "who hears of the own one first may give the role up, once" at_most "$(hand_overs)" $((hand_overs + 1))
must ports up Alan0 Blan0
must soon priorities_are "120 100"
must quiet wait_for 20 pair_whole

# the upstream that both share
must both "ip sla 1" "icmp-echo 192.0.2.9" "timeout $((300 * ktap_slow))" "frequency $ktap_slow" exit \
	"ip sla schedule 1 life forever start-time now" "track 1 ip sla 1 reachability" exit \
	redundancy "application redundancy" "group 1" "track 1 shutdown"
must quiet wait_for 20 pair_whole
must ports down swan0
for r in A B; do
	ok_if "the upstream is down: $r has given up" wait_for 20 role_is_none $r
	ok_if "alarm NO-ACTIVE" soon fault $r NO-ACTIVE
	ok_if "with the object" soon fault $r "TRACK: track 1 is down: ip sla 1 reachability, shutdown"
	ok_if "both in the log" log_has $r 'fault NO-ACTIVE begins'
done
must ports up swan0
ok_if "it is back: one is active, the other one has everything" quiet wait_for 30 pair_whole
for r in A B; do
	ok_if "no alarm any more" soon no_fault $r NO-ACTIVE
done
must both redundancy "application redundancy" "group 1" "no track 1"

# an interface of A that flaps, and both preempt
must rg_ctl A configure redundancy "application redundancy" "group 1" preempt "no priority" "priority 120"
must rg_ctl B configure redundancy "application redundancy" "group 1" preempt "no priority" "priority 100"
must cleared
must quiet wait_for 20 states_are "ACTIVE, STANDBY HOT"
must cleared
for i in 1 2; do
	must flap down "STANDBY HOT, ACTIVE"
	must flap up "ACTIVE, STANDBY HOT"
done
ok_if "after four changes preempt is suspended" soon log_has A 'preempt suspended, too many role changes (damped)'
must ports down Alan0
must soon priorities_are "70 100"
ok_if "A has the lower priority, and keeps the role: damped" soon reason_is damped
ok_if "which is in the log" log_has A 'WAIT: RG id 1: the role is not handed over: damped'
ok_if "for as long" eval 'ktap_pause $((5 * ktap_slow)); states_are "ACTIVE, STANDBY HOT"'
ok_if "until it is cleared" cleared
ok_if "B takes over" quiet wait_for 20 states_are "STANDBY HOT, ACTIVE"
must ports up Alan0
must quiet wait_for 20 states_are "ACTIVE, STANDBY HOT"

# an agent of another version
must ns A "$PROGS/replay" record ctl0 7482 "$RUN/$NS/tape" 5
must other_version "$RUN/$NS/tape"
must ns A "$PROGS/replay" send ctl0 "$RUN/$NS/tape"
ok_if "hellos of another version: fault with both" soon fault B "VERSION: hellos of version 2 are heard, this agent speaks 1"
ok_if "also in the log, with the router" log_has B \
	"VERSION: protocol 1: hello from 172.16.1.1 by ctl0 is of version 2, this agent speaks 1"
ok_if "it is no peer that was lost" states_are "ACTIVE, STANDBY HOT"

# the data link, and then the active router
data_link down
must wait_state 10 B "STANDBY COLD"
must hold_start late c -n $FLOWS 192.0.2.9 5000
power_cut A
ok_if "A dies while B is cold: B takes over" wait_state 5 B ACTIVE
ok_if "and says that it has not everything" soon log_has B 'took the role over without a complete copy'
ok_if "what it has goes on" hold_alive old $FLOWS
ok_if "what it has not is lost" hold_dead late $FLOWS

# power returns at both
power_cut B
RELOAD=$(awk '{ print int($1) + 10 }' /proc/uptime)
power_on A
power_on B
must rg_start B
must rg_start A
for r in A B; do
	must quiet wait_for 10 eval "[ \"\$(rg_field $r 'Peer Presence')\" = Yes ]"
done
ok_if "power returns at both: as long as timers reload runs nobody is active" is "$(rg_active)" ""
ok_if "then one of them is" quiet wait_for 30 pair_whole
ok_if "the one with the higher priority" is "$(rg_active)" A
ok_if "and nobody else ever was" is "$(logs A 'to Active') $(logs B 'to Active')" "1 0"
ktap_end
