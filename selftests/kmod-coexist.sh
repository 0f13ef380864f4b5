#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Who works with connection tracking and nftables sees with the module, replicating,
# what he sees without it: the same lines from `conntrack -E`, `conntrack -L` and
# `nft monitor` for the same flows and rules, and again after rmmod. The module itself
# needs no listener and no setting (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

FLOWS=11

# flows: the same each time, one after the other
flows() {
	must ns c "$PROGS/flowgen" churn -c 1 -n 4 192.0.2.9 5000
	must ns c "$PROGS/flowgen" churn -c 1 -n 2 2001:db8:b::9 5000
	must ns c "$PROGS/flowgen" churn -c 1 -u -n 2 192.0.2.9 5000
	must ns c nc -z -w1 192.0.2.9 4999
	must ns c ping -c1 -W1 192.0.2.9
	must ns c ping -c1 -W1 2001:db8:b::9
} >/dev/null 2>&1

# alike: what is chosen at random, or is the mapping's, left out; a flow's lines together,
# in their order, and flows in the order in which they began
alike() {
	awk '{
		key = ""
		sports = dports = 0
		# a timeout may be read in the next second
		if ($4 ~ /^[0-9]+$/)
			$4 = int(($4 + 5) / 10) * 10
		for (i = 1; i <= NF; i++) {
			if (key == "" && $i ~ /^(sport|id)=/)
				key = $i
			if ($i ~ /^mark=/)
				$i = "mark=" substr($i, 6) % 16777216
			# the client chose the one, the pool the other
			else if ($i ~ /^id=/ || $i ~ /^sport=/ && !sports++ || $i ~ /^dport=/ && dports++)
				sub(/=.*/, "=N", $i)
		}
		if (!(key in n))
			n[key] = ++flows
		print n[key], $0
	}' | sort -s -n -k1,1
}

# events: what `conntrack -E` says of the flows, to the last DESTROY
events() {
	local log=$RUN/$NS/events pid

	must ns A conntrack -F 2>/dev/null
	ip netns exec "${NS}A" conntrack -E -b 8388608 >"$log" 2>&1 8>&- &
	pid=$!
	must wait_for 5 listens
	flows
	wait_for 20 ended "$log"
	kill $pid
	wait $pid 2>/dev/null
	grep -v "^conntrack v" "$log" | alike
}
listens() { ns A grep -qE '^[0-9a-f]+ +12 +[1-9]' /proc/net/netlink; }
# Listing them removes those that have timed out: the core itself takes its time.
ended() {
	ct A >/dev/null
	[ "$(grep -c '\[DESTROY\]' "$1")" -ge $FLOWS ]
}

# listing: what `conntrack -L` says of them
listing() {
	must ns A conntrack -F 2>/dev/null
	flows
	ct A | sed -E 's/^([a-z0-9]+ +[0-9]+) [0-9]+ /\1 /; s/ use=[0-9]+//' | alike |
		cut -d" " -f2- | sort
}

# rules: what nft says while a table comes and goes
rules() {
	local log=$RUN/$NS/monitor pid

	ip netns exec "${NS}A" nft monitor >"$log" 2>&1 8>&- &
	pid=$!
	must wait_for 5 listens
	ns A nft -f - <<-'NFT'
	table inet theirs {
		set s { type ipv4_addr; }
		chain c { type filter hook forward priority 10; ip saddr @s counter; }
	}
	NFT
	ns A nft add element inet theirs s '{ 192.0.2.77 }'
	ns A nft add rule inet theirs c ct mark and 0xff000000 == 0x01000000 counter
	ns A nft list table inet theirs
	ns A nft flush chain inet theirs c
	ns A nft delete table inet theirs
	wait_for 5 grep -q 'delete table inet theirs' "$log"
	kill $pid
	wait $pid 2>/dev/null
	grep -v '^# new generation' "$log"
}

# same WHAT: it says what it said without the module
same() {
	local out

	out=$("$1" 2>&1 | diff "$RUN/$NS/$1.without" -) || { diag "$out"; return 1; }
}

ktap_plan 20
topo_up
for r in A B; do
	kmod_rules "$r"
	# so that the ends come soon, but after a listing
	topo_sysctl "$r" \
		net.netfilter.nf_conntrack_tcp_timeout_{time_wait,last_ack,close,close_wait,fin_wait}=$ktap_slow \
		net.netfilter.nf_conntrack_{udp_timeout,udp_timeout_stream,icmp_timeout,icmpv6_timeout}=$((2 * ktap_slow))
done
kmod_addresses A add
# A FIN is acknowledged at once, and the server's own comes after it: whether they come as
# one, and CLOSE_WAIT is left out, would be a race of the server against its timer.
must ipn s route replace 192.0.2.0/24 dev wan0 proto kernel scope link src 192.0.2.9 quickack 1
must ipn s -6 route replace 2001:db8:b::/64 dev wan0 proto kernel metric 256 quickack 1
flowd_start 5000
ns s nc -lk 4999 >/dev/null 2>&1 8>&- &
kmod_reachable
must wait_for 10 ns c nc -z -w1 192.0.2.9 4999
for what in events listing rules; do
	$what >"$RUN/$NS/$what.without" 2>&1
done
for e in NEW UPDATE DESTROY; do
	ok_if "without the module: $e" at_least "$(grep -c "\[$e\]" "$RUN/$NS/events.without")" $FLOWS
done
ok_if "without the module: a list of all" is "$(wc -l <"$RUN/$NS/listing.without")" $FLOWS

must modprobe nf_rg
kmod_member A
kmod_member B
must krole A active 1
must relay_up A B
marked=$(kstat A marked)
ok_if "conntrack -E says the same with the module" same events
ok_if "and the module saw the flows" is "$(kstat A marked)" $((marked + FLOWS))
ok_if "and the peer, too" at_least "$(kstat B install-created)" $FLOWS
ok_if "conntrack -L says the same" same listing
ok_if "nft and nft monitor say the same" same rules

# 2: events for listeners alone (the default since 5.19), 1: for all, 0: for nobody
default=$(ns A sysctl -n net.netfilter.nf_conntrack_events)
for e in 2 1 0; do
	topo_sysctl A net.netfilter.nf_conntrack_events=$e
	must hold_start "held$e" c -n 5 192.0.2.9 5000
	must settled A
	ok_if "nf_conntrack_events=$e: the peer has what nobody listened for" equal_soon
done
topo_sysctl A net.netfilter.nf_conntrack_events="$default"

ok_if "conntrack -L -m finds them by their mapping" is \
	"$(ns A conntrack -L -p tcp -m $((1 << 24))/0xff000000 2>/dev/null | grep -c ESTABLISHED)" 15
must ns A nft 'add rule inet rgtest forward ct mark & 0xff000000 == 0x01000000 counter comment "slot1"'
ok_if "they live" hold_alive held2 5
ok_if "nft matches the mapping" has "$(ns A nft list chain inet rgtest forward | grep slot1)" 'packets [1-9]'
must ns A conntrack -D -p tcp >/dev/null 2>&1
must settled A
ok_if "what conntrack -D deletes is gone there, too" lacks "$(rg_marked B)" '^tcp '
ok_if "ctnetlink cannot be unloaded under us" fails rmmod nf_conntrack_netlink
relay_down A B
must rmmod nf_rg
ok_if "after rmmod conntrack -E says the same" same events
ok_if "and nft" same rules
ok_if "and the kernel has nothing to complain of" no_splat
ktap_end
