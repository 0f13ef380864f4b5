#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# Whoever watches connection tracking sees what he saw without the module: NEW,
# UPDATE and DESTROY of every connection, in `conntrack -E`, whatever
# nf_conntrack_events is; `conntrack -L` and nft work; and the module itself needs no
# listener and no setting (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

N=40

# watched: the events of N connections from c to s, as the user sees them
watched() {
	local log=$RUN/$NS/events pid

	ip netns exec "${NS}A" conntrack -E -p tcp -b 8388608 >"$log" 2>&1 8>&- &
	pid=$!
	must wait_for 5 listening
	must ns c "$PROGS/flowgen" churn -c 4 -n $N 192.0.2.9 5000 >/dev/null
	wait_for 30 destroyed "$log" || true
	kill $pid
	wait $pid 2>/dev/null
	for e in NEW UPDATE DESTROY; do
		printf '%s=%s ' $e "$(grep "\[$e\]" "$log" | grep 'dport=5000 ' |
			sed -E 's/.* sport=([0-9]+) dport=5000 src.*/\1/' | sort -u | wc -l)"
	done
	# one line for each step of the connection's life
	printf 'steps=%s\n' "$(grep 'dport=5000 ' "$log" | grep -oE 'SYN_SENT|SYN_RECV|ESTABLISHED|FIN_WAIT|CLOSE_WAIT|LAST_ACK|TIME_WAIT' |
		sort -u | wc -l)"
}
listening() { [ "$(awk '$2 == 12' /proc/net/netlink | wc -l)" -ge 1 ] || ns A grep -qE '^[0-9a-f]+ +12 ' /proc/net/netlink; }
destroyed() { [ "$(grep -c '\[DESTROY\].*dport=5000 ' "$1")" -ge $N ]; }

ktap_plan 16
topo_up
must modprobe nf_conntrack_netlink
for r in A B; do
	kmod_rules "$r"
	# so that the ends come soon
	topo_sysctl "$r" net.netfilter.nf_conntrack_tcp_timeout_time_wait=1 \
		net.netfilter.nf_conntrack_tcp_timeout_last_ack=1 net.netfilter.nf_conntrack_tcp_timeout_close=1
done
kmod_addresses A add
flowd_start 5000
must wait_for 10 ns c ping -c1 -W1 192.0.2.9
without=$(watched)
diag "without the module: $without"
ok_if "without the module all is seen" has "$without" "NEW=$N UPDATE=$N DESTROY=$N"

must modprobe nf_rg
for r in A B; do
	kmod_group "$r"
	must krole "$r" standby 1
done
must krole A active 1
must relay_up A B

for events in 2 1 0; do
	topo_sysctl A net.netfilter.nf_conntrack_events=$events
	must hold_start "quiet$events" c -n 5 192.0.2.9 5000
	must settled A
	ok_if "events=$events: B has what nobody listened for" tables_equal
	must hold_stop "quiet$events"
	must settled A
	must ns A conntrack -D -p tcp >/dev/null 2>&1
	must settled A
	ok_if "events=$events: and loses it" not has "$(rg_marked B)" '^tcp '
	seen=$(watched)
	diag "events=$events: $seen"
	# 0 asks for no events at all; the mapping's connections have some all the same
	ok_if "events=$events: the user sees all" is "$seen" "$without"
done
topo_sysctl A net.netfilter.nf_conntrack_events=2

must hold_start held c -n 5 192.0.2.9 5000
ok_if "conntrack -L lists them" is "$(ns A conntrack -L -p tcp 2>/dev/null | grep -c 'ESTABLISHED.*dport=5000 ')" 5
ok_if "conntrack -L -m finds them by their mapping" is \
	"$(ns A conntrack -L -p tcp -m $((1 << 24))/0xff000000 2>/dev/null | grep -c ESTABLISHED)" 5
must ns A nft 'add rule inet rgtest forward ct mark & 0xff000000 == 0x01000000 counter comment "slot1"'
ok_if "they live" hold_alive held 5
ok_if "nft matches the mapping" has "$(ns A nft list chain inet rgtest forward | grep slot1)" 'packets [1-9]'
ok_if "ctnetlink cannot be unloaded under us" fails rmmod nf_conntrack_netlink
relay_down A B
must rmmod nf_rg
ok_if "after rmmod the user sees the same" is "$(watched)" "$without"
ktap_end
