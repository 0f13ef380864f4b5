#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=200
# `split-brain probe`: both cables between the routers lose their carrier, on both ends, and the traffic
# side stays. The standby asks for the virtual addresses, is answered, and stays what it is; when nobody
# answers it takes over, in time: from a router that dies while it is isolated, and from one that takes
# the carriers along. With `split-brain probe 0` it does not ask (topology: lib/topo.sh, but that each
# cable is two, with a switch between them; the outside has a virtual MAC address).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

EXTRA='interface wan0
 redundancy vmac'
FLOWS=20
PROBE=20		# ms, the default
WINDOW=300		# ms, of ELECTION_PROBE_WINDOW_MS: the detection time is less
[ "$HOLD" -lt $WINDOW ] || WINDOW=$HOLD
SLACK=$((10 * ktap_slow))

topo_cable() {
	local r n=1

	must ipn sw link add "cable$2" type bridge mcast_snooping 0
	must ipn sw link set "cable$2" up
	for r in A B; do
		must topo_attach $r "$1" "cable$2" "172.16.$2.$n/24" "fd00:c:$2::$n/64"
		n=$((n + 1))
	done
}

# cables up|down, side ROUTER up|down: the plugs of both cables; what a router has on the traffic side
cables() { printf "link set %s $1\n" {A,B}{ctl0,sync0} | ipn sw -batch -; }
side() { printf "link set %s $2\n" "$1"{lan0,wan0} | ipn sw -batch -; }

# dark ROUTER: from $dark on nothing of it is heard on the traffic side, nor of its agent
dark() {
	kill -STOP "$(rg_pid "$1")"
	dark=$EPOCHREALTIME
	side "$1" down
}

# again ROUTER: it comes back, as a standby before it is seen on the traffic side
again() {
	rg_kill "$1" KILL
	cables up
	rg_start "$1" && wait_state 20 "$1" "STANDBY HOT" && side "$1" up
}

# watch ROUTER DEVICE FILTER: with times
watch() {
	local out=$RUN/$NS/watch.$1$2

	ns "$1" tcpdump --immediate-mode -ttlnni "$2" "$3" >"$out" 2>"$out.err" 8>&- &
	watching=$!
	disown $watching
	wait_for 5 grep -q listening "$out.err"
}
# hears ROUTER ADDRESS, tells ROUTER: what comes from the other one by its cable; that it is active
hears() { watch "$1" sync0 "udp and src host $2" && wait_for 5 test -s "$RUN/$NS/watch.$1sync0"; }
tells() { watch "$1" lan0 "arp and arp[14:4] = 0x0a0000fe and ether src $(topo_mac "$1" lan0)"; }
told() { test -s "$RUN/$NS/watch.$1lan0"; }

# took ROUTER SINCE: it became active; $ms until it told so
took() {
	wait_state 5 "$1" ACTIVE && wait_for 5 told "$1" || return 1
	ms=$(awk -v a="$2" 'NR == 1 { printf "%.3f", ($1 - a) * 1000 }' "$RUN/$NS/watch.$1lan0")
}
last_heard() { awk 'END { print $1 }' "$RUN/$NS/watch.$1sync0"; }

# within LEAST MOST WHAT
within() {
	diag "$3: $ms ms"
	at_least "$ms" "$1" && at_most "$ms" "$2"
}

begun() { grep -c 'FAULT: RG id 1: fault ISOLATED begins' "$(rg_dir "$1")/log"; }
ended() { grep -c 'FAULT: RG id 1: fault ISOLATED ends' "$(rg_dir "$1")/log"; }
times() { [ "$("$1" "$2")" = "$3" ]; }
shows() { rg_ctl "$1" show redundancy application faults group 1 | grep -q ISOLATED; }
changes() { grep -c 'role change' "$(rg_dir "$1")/log"; }
counter() { rg_ctl "$1" --json show redundancy application counters | gojq "[.. | .\"$2\"? // empty] | add"; }
roles() { is "$(rg_state A), $(rg_state B)" "$1"; }

# isolated TIMES: B is, for a while, and nothing else happens
isolated() {
	local before

	wait_for 5 times begun B "$1" && wait_for 5 shows B || return 1
	before=$(changes A),$(changes B)
	ktap_pause $((2 * ktap_slow))
	roles "ACTIVE, STANDBY COLD" && shows B && is "$(changes A),$(changes B)" "$before" &&
		is "$(begun B), $(ended B)" "$1, $(($1 - 1))"
}

# asks_kindly: B, not oftener than it has to
asks_kindly() {
	local n t

	n=$(counter B probe-rounds) t=${EPOCHREALTIME/./}
	ktap_pause $((2 * ktap_slow))
	n=$(($(counter B probe-rounds) - n)) t=$(((${EPOCHREALTIME/./} - t) / 1000))
	diag "$n questions in $t ms"
	at_least $n 3 && at_most $n $((3 * t / WINDOW + 2))
}

# by_nd: A's ARP falls silent for longer than B waits
by_nd() {
	must ns A nft add table arp mute '{ chain out { type filter hook output priority 0; drop; }; }'
	isolated 1
	set -- $?
	must ns A nft delete table arp mute
	return "$1"
}

# by_vmac: only the outside is left, where the answer comes from the virtual MAC address
by_vmac() {
	must ipn sw link set Alan0 down
	isolated 1
	set -- $?
	must ipn sw link set Alan0 up
	return "$1"
}

unasked() {
	local n

	n=$(counter B probe-not-asked)
	must ipn B neigh flush dev lan0
	must succeeds ns B ping -c 1 -W 5 10.0.0.9
	at_least "$(counter B probe-not-asked)" $((n + 1)) && roles "ACTIVE, STANDBY COLD"
}

ktap_plan 28
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must hold_start old4 c -n $FLOWS 192.0.2.9 5000
must hold_start old6 c -n $FLOWS 2001:db8:b::9 5000
must settled A

must tells B
cables down
ok_if "both cables go: B stays standby, with an alarm" isolated 1
ok_if "A goes on as active, without one" fails shows A
ok_if "B has no virtual address" is "$(ipn B -o addr show to 10.0.0.254; ipn B -o addr show to fd00:a::254)" ""
ok_if "and tells nobody of one" fails told B
ok_if "B asks on, at times" asks_kindly
ok_if "answers for IPv6 are enough" by_nd
ok_if "answers from a virtual MAC address are enough" by_vmac
ok_if "what was not asked is counted, and nothing else" unasked
for h in old4 old6; do
	ok_if "connections go on through A: $h" hold_alive $h $FLOWS
done
must hold_start new4 c -n $FLOWS 192.0.2.9 5000
ok_if "and begin" hold_alive new4 $FLOWS

cables up
ok_if "the cables are in again: the alarm ends" wait_for 5 times ended B 1
ok_if "B gets what it missed" wait_state 20 B "STANDBY HOT"
ok_if "A is the active one" roles "ACTIVE, STANDBY HOT"
ok_if "the tables are equal" equal_soon

cables down
ok_if "isolated once more" isolated 2
dark A
ok_if "A dies, too: B takes over" took B "$dark"
ok_if "in the detection time and the probe" within $((WINDOW - WINDOW / 3)) $((WINDOW + PROBE + SLACK)) "isolated, until B takes over"
ok_if "and says that its copy is old" has "$(cat "$(rg_dir B)/log")" "without a complete copy"
for h in old4 old6 new4; do
	ok_if "connections go on through B: $h" hold_alive $h $FLOWS
done

must again A
kill $watching
must hears A 172.16.0.2
heard=$watching
must tells A
cables down &
dark B
ok_if "B dies, and the carriers with it: A takes over" took A "$(last_heard A)"
ok_if "in the detection time and the probe" within $((HOLD + PROBE - 1)) $((HOLD + PROBE + SLACK)) "until A takes over"
kill "$heard" $watching

must again B
must rg_ctl B configure "redundancy" "application redundancy" "split-brain probe 0"
ok_if "the probe is switched off" has "$(rg_ctl B show running-config)" "^  split-brain probe 0$"
asked=$(counter B probe-rounds)
must hears B 172.16.0.1
must tells B
cables down
ok_if "both cables go: B takes over at once" took B "$(last_heard B)"
ok_if "in the detection time" within $((HOLD - 1)) $((HOLD + SLACK)) "without a probe, until B takes over"
ok_if "without a question" is "$(counter B probe-rounds)" "$asked"
ktap_end
