#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A standby forwards nothing of its group, whatever is sent to it, counts each drop
# by its reason, and its copy of the connections stays as it was. Its own traffic
# and that of others goes on (topology and mappings: lib/topo.sh, lib/kmod.sh).
#
# A is active, B stands by and has everything. Then c and s send to B's MAC
# addresses, as they would after a stale ARP entry or a switch that floods. What B
# lets through, c and s count by its source MAC address.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# leak_watch HOST DEV: counts what B sends there, but for neighbour discovery
leak_watch() {
	must ns "$1" nft -f - <<-NFT
	table inet leak {
		counter leak { }
		chain in {
			type filter hook prerouting priority -350
			iifname "$2" ether saddr != $(topo_mac B "$2") accept
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld-listener-report, mld2-listener-report } accept
			counter name "leak"
		}
	}
	NFT
}
leaked() {
	local n

	for n in c s; do
		ns "$n" nft -j list counter inet leak leak | gojq '.nftables[] | .counter? | .packets // empty'
	done | awk '{ n += $1 } END { print n }'
}

# grows COUNTER CMD...: it counts on B while CMD, whatever CMD's status
grows() {
	local before

	before=$(kstat B "$1")
	"${@:2}" >/dev/null 2>&1
	at_least "$(kstat B "$1")" $((before + 1))
}
poke() { kill -USR1 "$(cat "$RUN/$NS/hold.$1.pid")"; }	# a byte over each flow of c
poke_wait() { poke "$1" && wait_for 5 kstat_at_least B drop-gate-flow $(($(kstat B drop-gate-flow) + 1)); }
syn() { ns "$1" nc -w1 -z "$2" "$3"; }

# B's entries of the flows under test, with the protocol's state
b_state() { rg_marked B | grep -E 'dport=5000 ' | grep -vE '^(icmp|icmpv6)'; }
b_timeouts() { ct B | grep 'dport=5000 ' | sed -E 's/^[a-z0-9]+ +[0-9]+ ([0-9]+) .*/\1/' | sort -n | head -n1; }

ktap_plan 30
kmod_up
flowd_start 5000
# a server of its own for the flow that is quoted, to be ended alone
ip netns exec "${NS}s" "$PROGS/flowd" 5001 >"$RUN/$NS/flowd.quoted" 2>&1 8>&- &
server=$!
disown $server
must wait_for 10 grep -q '^ready' "$RUN/$NS/flowd.quoted"
must relay_up A B
for f in 4:192.0.2.9 6:2001:db8:b::9; do
	must hold_start "tcp${f%%:*}" c -n 5 "${f#*:}" 5000
	must hold_start "udp${f%%:*}" c -u -n 5 "${f#*:}" 5000
	must hold_start "fin${f%%:*}" c -n 5 "${f#*:}" 5000
done
must hold_start spare c -n 5 192.0.2.9 5000
must hold_start quoted c -u -n 1 192.0.2.9 5001
must settled A
leak_watch c lan0
leak_watch s wan0
b_state >"$RUN/$NS/state.before"
ok_if "B has the flows" at_least "$(wc -l <"$RUN/$NS/state.before")" 35
port=$(ct A -p udp | sed -nE 's/.* dport=5001 src=192.0.2.9 dst=(192[0-9.]+) sport=5001 dport=([0-9]+) .*/\1 \2/p')

# to B, from both sides
router_of B
for f in tcp4 tcp6 udp4 udp6; do
	ok_if "a known flow from the inside is dropped: $f" grows drop-gate-flow poke_wait "$f"
done
for f in fin4 fin6; do
	ok_if "so are the last packets of one: $f" grows drop-gate-flow hold_stop "$f"
done
ok_if "a new connection is refused, IPv4" grows drop-new-not-active syn c 192.0.2.9 5000
ok_if "a new connection is refused, IPv6" grows drop-new-not-active syn c 2001:db8:b::9 5000
ok_if "a new ping is refused" grows drop-new-not-active ns c ping -c1 -W1 192.0.2.9
ok_if "a pool address is dead from the outside, known flow" grows drop-gate-pool \
	ns s sh -c "echo x | nc -u -w1 -p 5002 $port"
ok_if "a pool address is dead from the outside, unknown flow" grows drop-gate-pool syn s 192.0.2.101 7777
ok_if "likewise IPv6" grows drop-gate-pool syn s 2001:db8:b::101 7777
ok_if "a translated destination is dead" grows drop-gate-pool syn s 192.0.2.110 5000
ok_if "likewise IPv6" grows drop-gate-pool syn s 2001:db8:b::110 5000

# ICMP errors: c answers what A has brought it, to B; the socket behind it is gone
kill -9 "$(cat "$RUN/$NS/hold.quoted.pid")"
kill -9 $server
for a in $KMOD_POOL4; do
	ipn s neigh replace "$a" lladdr "$(topo_mac A wan0)" dev wan0 nud permanent
done
quoted() {
	ns s sh -c "echo x | nc -u -w1 -s 192.0.2.9 -p 5001 $port"
}
must wait_for 5 ns s sh -c '! ss -Hlun | grep -q :5001'
must ns c nft -f - <<-'NFT'
table inet sent {
	counter errors { }
	chain out {
		type filter hook postrouting priority 300
		icmp type destination-unreachable counter name "errors"
	}
}
NFT
ok_if "an ICMP error that quotes a flow of the group is dropped" grows drop-gate-icmp-error quoted
ok_if "and there was one" has "$(ns c nft list counter inet sent errors)" 'packets [1-9]'
router_of B

ok_if "nothing at all went through B" is "$(leaked)" 0
ipn c neigh del 10.0.0.254 dev lan0
ns c ping -c1 -W1 10.0.0.254 >/dev/null
ok_if "A alone answers for the virtual address" has "$(ipn c neigh show 10.0.0.254)" "$(topo_mac A lan0)"
router_of B
ok_if "its connections are as they were" is "$(b_state | diff "$RUN/$NS/state.before" -)" ""
ok_if "their timeouts are held" at_least "$(b_timeouts)" $((12 * 86400 - 60))
ok_if "nothing was lost" is "$(kstat B entries-lost-on-standby)" 0

# what is none of the group's business
for a in 10.0.0.9 192.0.2.9 fd00:a::9 2001:db8:b::9; do
	ok_if "B itself reaches $a" succeeds ns B ping -c1 -W2 "$a"
done
ipn c addr add 10.1.0.9/24 dev lan0
ipn B route add 10.1.0.0/24 dev lan0
ipn s route add 10.1.0.0/24 via 192.0.2.2
ok_if "routed traffic passes" succeeds ns c ping -c1 -W2 -I 10.1.0.9 192.0.2.9
must ns B nft add rule inet rgtest post oifname wan0 ip saddr 10.1.0.0/24 masquerade
ok_if "so does what is translated to B's own address" succeeds ns c nc -z -w2 -s 10.1.0.9 192.0.2.9 5000
ok_if "and it is not marked as the group's" is "$(rg_marked B | grep -c 10.1.0.9)" 0

# the copy is good: it takes over
router_of B
must krole A standby 2
kmod_cut A
must krole B active 2
kmod_addresses B add
ok_if "after a takeover the same flows go on" hold_alive spare 5
ktap_end
