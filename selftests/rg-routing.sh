#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# The routes that routing daemons may tell of: virtual and pool addresses, on the active router only,
# kept against others, given up also after a fight; the pool is in no network of the LAN, and a power
# cut with static routes to the virtual address is as short as ever.
#
#   c: 10.1.0.9 on lo, router of the inside      s: 203.0.113.9 on lo, router of the outside
#   (topology: lib/topo.sh)                      pool 198.51.100.17-30, by 192.0.2.254
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

HELLO=1000 HOLD=5000
BFD="bfd interval $((10 * ktap_slow)) min-rx $((10 * ktap_slow)) multiplier 3"
POOL4="198.51.100.17 198.51.100.30"
EXTRA='interface lan0
 redundancy vmac
interface wan0
 redundancy vmac
interface srv0
 redundancy rii 300
 redundancy group 1 ip 203.0.113.1 exclusive
ip access-list standard L4
 permit 10.1.0.0 0.0.0.255'
PREFIXES=$'198.51.100.17\n198.51.100.18/31\n198.51.100.20/30\n198.51.100.24/30\n198.51.100.28/31\n198.51.100.30'

# what is not in the namespace of a router from the start
addresses() {
	case $1 in
	A | B)
		ipn "$1" link add srv0 type dummy
		ipn "$1" addr add "198.18.0.$([ "$1" = A ] && echo 1 || echo 2)/24" dev srv0
		ipn "$1" link set srv0 up
		;;
	c) ipn c addr add 10.1.0.9/32 dev lo ;;
	s) ipn s addr add 203.0.113.9/32 dev lo ;;
	esac
}

static_router() {
	ipn "$1" route add 10.1.0.9/32 via 10.0.0.9
	ipn "$1" route add 203.0.113.9/32 via 192.0.2.9
}

# routes ROUTER: those for daemons
routes() {
	ipn "$1" -4 route show proto 71 | sed 's/ *$//'
	ipn "$1" -6 route show proto 71 | sed -E 's/ (error|pref) [^ ]*//g;s/ *$//'
}
no_routes() { [ -z "$(routes "$1")" ]; }
WANTED=$(sed -E 's/$/ via 192.0.2.254 dev wan0 metric 7101/' <<<"$PREFIXES")
WANTED+=$'\nblackhole 10.0.0.254 metric 7101\nblackhole 192.0.2.254 metric 7101\nblackhole 203.0.113.1 metric 7101'
WANTED+=$'\nblackhole 2001:db8:b::100/126 dev lo metric 7101\nblackhole fd00:a::254 dev lo metric 7101'
has_routes() { [ "$(routes "$1" | sort)" = "$(sort <<<"$WANTED")" ]; }
shows_routes() { wait_for 5 has_routes "$1" || { diag "$(diff <(routes "$1" | sort) <(sort <<<"$WANTED"))"; return 1; }; }

# fight ROUTER: somebody removes a route of ours, again and again
fight() {
	for _ in 1 2 3; do
		ipn "$1" route del 198.51.100.20/30 proto 71 && wait_for 2 has_routes "$1" || return 1
	done
	ipn "$1" route del 198.51.100.20/30 proto 71
}
foreign() { rg_ctl "$1" show redundancy application faults group 1 | grep -q 'FOREIGN.*removes a route'; }

# cut ROUTER: from one moment on nothing of it is heard by anybody, and nobody is told: what
# takes the links down has been started before, and the cables between both keep their carrier
cut() {
	local r=$1 p

	coproc sw { ip -n "${NS}sw" -batch - 8>&-; }
	echo "link show dev ${r}lan0" >&"${sw[1]}"
	read -r _ <&"${sw[0]}" || return 1
	kill -STOP "$(rg_pid "$r")"
	printf 'link set %s down\n' "${r}lan0" "${r}wan0" >&"${sw[1]}"
	eval "exec ${sw[1]}>&-"
	wait "$sw_PID"
}

# outage NAME FROM TO: of a power cut of FROM; sets ms
outage() {
	local out=$RUN/$NS/gap.$1

	gap_start "$1" -u 203.0.113.9 5000 4
	ktap_pause $((1 * ktap_slow))
	cut "$2" && wait_state 5 "$3" ACTIVE && wait_for 20 gap_over "$1" || return 1
	ms=$(sed -nE 's/.*longest_silence_ms=([0-9.]+).*/\1/p' "$out")
	diag "$1: power cut of $2: an outage of $ms ms ($(cat "$out"))"
}

# back ROUTER: it is switched on, with static routes or a daemon
back() {
	power_cut "$1"
	power_on "$1"
	addresses "$1"
	"$2" "$1" && rg_start "$1" && wait_state 60 "$1" "STANDBY HOT"
}
ktap_plan 12
must modprobe nf_rg
must modprobe macvlan
must modprobe dummy
topo_up
for n in A B c s; do
	addresses "$n"
done
must pair_up
must flowd_start 5000

ok_if "the active router has its addresses as routes" shows_routes A
ok_if "the standby has none" no_routes B
must ipn A route del 198.51.100.20/30 proto 71
must ipn A -6 route del fd00:a::254 proto 71
ok_if "what somebody removes is there again" shows_routes A
ok_if "and counted" at_least "$(rg_ctl A --json show redundancy application counters group 1 | gojq '.groups[0].counters["route-foreign"]')" 1

static_router A
static_router B
must ipn c route replace default via 10.0.0.254 src 10.1.0.9
must ipn s route add 198.51.100.16/28 via 192.0.2.254 src 203.0.113.9
must outage static A B
static=$ms
ok_if "static routes: an outage of at most 35 ms" at_most "$static" $((35 * ktap_slow))
ok_if "the other router has the routes now" shows_routes B
ok_if "A comes back" back A static_router
ok_if "and has none" no_routes A
must fight B
ok_if "a route that somebody removes again and again is left, and told" wait_for 5 foreign B
ok_if "the role is given back" succeeds rg_ctl B redundancy application reload group 1 self
must wait_state 20 B "STANDBY HOT"
ok_if "with the routes" shows_routes A
ok_if "which the other one gives up" wait_for 5 no_routes B
ktap_end
