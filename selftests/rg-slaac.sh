#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=200 with=radvd
# A host d that has nothing but router advertisements: address, and a default router that is the virtual
# link-local address. It keeps its connections, its address and its default router through a planned
# switchover and a power cut, and hears of no other router. radvd runs on both routers as operations.rst
# says, first on the interface, then on the device of a virtual MAC address (topology: lib/topo.sh; d at
# the bridge lan).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

FLOWS=20
LIFE=12				# s, that d believes an advertisement

configure() {
	EXTRA='interface lan0
	 redundancy group 1 ipv6 fe80::254 exclusive decrement 50'
	[ "$1" = plain ] || EXTRA="$EXTRA
	 redundancy vmac
	interface wan0
	 redundancy vmac"
}

# radvd_start ROUTER MODE
radvd_start() {
	local r=$1 conf=$RUN/$NS/radvd.$1 dev=lan0 source='AdvRASrcAddress { fe80::254; };'

	[ "$2" = plain ] || dev=rgv40 source='IgnoreIfMissing on;'
	cat >"$conf" <<-CONF
	interface $dev {
		AdvSendAdvert on;
		$source
		MinRtrAdvInterval 3;
		MaxRtrAdvInterval 4;
		AdvDefaultLifetime $LIFE;
		prefix fd00:a::/64 { };
	};
	CONF
	ns "$r" radvd -n -m stderr -p "$conf.pid" -C "$conf" >"$conf.log" 2>&1 8>&- &
	disown $!
}

host_gone() {
	ip netns pids "${NS}d" | xargs -r kill -9 2>/dev/null
	ip netns del "${NS}d"
}
# host_up: it has no address and no route that it was not told by a router
host_up() {
	must ip netns add "${NS}d"
	on_exit host_gone
	must ip link add lan0 netns "${NS}d" type veth peer name dlan0 netns "${NS}sw"
	ipn sw link set dlan0 master lan up
	topo_sysctl d net.ipv6.conf.lan0.accept_dad=0
	ipn d link set lo up
	ns d tcpdump --immediate-mode -Q in -lnni lan0 'icmp6 and ip6[40] = 134' \
		>"$RUN/$NS/told" 2>"$RUN/$NS/told.err" 8>&- &
	disown $!
	ipn d link set lan0 up
	must wait_for 5 grep -q listening "$RUN/$NS/told.err"
}
address() { ipn d -6 addr show dev lan0 | grep -q 'inet6 fd00:a::.* dynamic'; }
default() { ipn d -6 route show default | grep -q '^default via fe80::254 dev lan0 proto ra '; }
only_default() {
	default && address && is "$(ipn d -6 route show default | grep -cE 'via|nexthop')" 1 &&
		is "$(grep -cv ' IP6 fe80::254 > ' "$RUN/$NS/told")" 0
}
told() { address && default; }
told_more() { [ "$(wc -l <"$RUN/$NS/told")" -gt "$1" ]; }
# longer than what the other router has advertised counts
outlast() { ktap_pause $((LIFE + 3)); }
connects() { ns d nc -z -w2 2001:db8:b::9 5000; }
monitor() {
	ipn d monitor route >"$RUN/$NS/routes" 2>&1 8>&- &
	disown $!
}
never_lost() { lacks "$(cat "$RUN/$NS/routes")" '^Deleted default'; }

run() {
	local mode=$1 n

	NS=$mode
	configure "$mode"
	topo_up
	host_up
	must pair_up
	radvd_start A "$mode"
	radvd_start B "$mode"
	flowd_start 5000
	ok_if "$mode: the host hears of its address and its router" wait_for 20 told
	must wait_for 10 connects
	must hold_start slaac d -n $FLOWS 2001:db8:b::9 5000
	must settled A
	monitor

	n=$(wc -l <"$RUN/$NS/told")
	must rg_ctl A redundancy application reload group 1
	must wait_state 20 B ACTIVE
	ok_if "$mode: a planned switchover: connections go on" hold_alive slaac $FLOWS
	ok_if "$mode: the host hears of its router again" wait_for 5 told_more "$n"
	outlast
	ok_if "$mode: the host has its router, and no other" only_default
	must wait_state 20 A "STANDBY HOT"
	must settled B

	n=$(wc -l <"$RUN/$NS/told")
	power_cut B
	must wait_state 5 A ACTIVE
	ok_if "$mode: a power cut: connections go on" hold_alive slaac $FLOWS
	ok_if "$mode: the host hears of its router again" wait_for 5 told_more "$n"
	outlast
	ok_if "$mode: the host has its router, and no other" only_default
	ok_if "$mode: it was never without" never_lost
	ok_if "$mode: connections go on, and come about" eval "hold_alive slaac $FLOWS && connects"
	host_gone
	topo_down
}

ktap_plan 18
must modprobe nf_rg
must modprobe macvlan
run plain
run vmac
ktap_end
