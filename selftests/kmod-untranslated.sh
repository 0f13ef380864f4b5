#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A packet to a pool address that no connection translates back ends in the active
# router: dropped and counted, without an answer, least of all a TCP reset
# (topology and mappings: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# answers: what came from the pool to s, by the rules of s
answers() {
	ns s nft -j list counters table inet count | gojq '[.nftables[].counter? | .packets // empty] | add'
}
grows() {
	local before

	before=$(kstat A "$1")
	"${@:2}" >/dev/null 2>&1
	at_least "$(kstat A "$1")" $((before + 1))
}
syn() { ns s nc -z -w1 "$1" 7777; }
datagram() { ns s sh -c "echo x | nc -u -w1 $1 7777"; }

ktap_plan 19
kmod_up
flowd_start 5000
must ns s nft -f - <<-'NFT'
table inet count {
	counter answers { }
	chain in {
		type filter hook prerouting priority -350
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		ip saddr 192.0.2.100-192.0.2.110 counter name "answers"
		ip6 saddr 2001:db8:b::100-2001:db8:b::110 counter name "answers"
	}
}
NFT
for a in 192.0.2.101 2001:db8:b::101; do
	ok_if "a connection to $a is dropped and counted" grows drop-not-translated-back syn "$a"
	ok_if "a datagram to $a likewise" grows drop-not-translated-back datagram "$a"
	ok_if "a ping of $a likewise" grows drop-not-translated-back ns s ping -c1 -W1 "$a"
done
ok_if "neighbours resolve the pool's address" has "$(ipn s neigh show 192.0.2.101)" lladdr
ok_if "IPv6 likewise" has "$(ipn s neigh show 2001:db8:b::101)" lladdr
ok_if "nothing was answered" is "$(answers)" 0

# a flow that conntrack has forgotten: the server's next packet
must hold_start tcp c -n 3 192.0.2.9 5000
before=$(answers)
must ns A conntrack -D -p tcp >/dev/null 2>&1
end_server() { kill -9 $(ip netns pids "${NS}s"); wait_for 5 kstat_at_least A drop-not-translated-back $(($1 + 1)); }
ok_if "a late packet of a forgotten flow likewise" grows drop-not-translated-back \
	end_server "$(kstat A drop-not-translated-back)"
ok_if "and is not answered" is "$(answers)" "$before"

# Only packets to addresses within the bounds of all pools are looked at more closely.
must rgk A unmap 154
for a in 192.0.2.100 192.0.2.103 2001:db8:b::100 2001:db8:b::103; do
	ok_if "the pool's outermost address $a likewise" grows drop-not-translated-back syn "$a"
done
ipn A addr add 192.0.2.50/32 dev wan0
must rgk A mapping 152 1 1 192.0.2.50-192.0.2.50
ok_if "an address that a mapping gets is its own at once" grows drop-not-translated-back \
	syn 192.0.2.50
ok_if "for one that it gives up the router answers" succeeds ns s ping -c1 -W2 192.0.2.103
must rgk A unmap 152
ok_if "and for those of a mapping that is removed" succeeds ns s ping -c1 -W2 192.0.2.50

ok_if "without mappings the router answers again" succeeds sh -c "
	'$PROGS/rgk' -n '${NS}A' del 1 && ip netns exec '${NS}s' ping -c1 -W2 192.0.2.101"
ktap_end
