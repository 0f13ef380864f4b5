#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A translated connection of a mapping carries the mapping's slot in its mark, from
# its first packet on; no other connection does, and the user's bits stay
# (topology and mappings: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# marks PROTOCOL FAMILY PATTERN: the marks of the entries of A whose original direction
# begins with the pattern
marks() {
	ns A conntrack -L -p "$1" -f "$2" 2>/dev/null | grep -E "^[^=]* $3" |
		sed -n 's/.* mark=\([0-9]*\).*/\1/p' | sort -u | xargs
}

# marked MARK PROTOCOL FAMILY PATTERN
marked() { is "$(marks "${@:2}")" "$1"; }

ktap_plan 25
kmod_up
flowd_start 5000
for n in A c; do
	ns "$n" "$PROGS/flowd" 6000 >"$RUN/$NS/flowd.$n" 2>&1 8>&- &
	must wait_for 10 grep -q '^ready' "$RUN/$NS/flowd.$n"
done
ipn c addr add 10.1.0.9/24 dev lan0
ipn s route add 10.1.0.0/24 via 192.0.2.1
ipn A route add 10.1.0.0/24 dev lan0
ns A conntrack -F 2>/dev/null

must hold_start tcp4 c -n 3 192.0.2.9 5000
must hold_start tcp6 c -n 3 2001:db8:b::9 5000
must hold_start udp4 c -u -n 3 192.0.2.9 5000
must hold_start udp6 c -u -n 3 2001:db8:b::9 5000
must hold_start dtcp4 s -n 3 192.0.2.110 6000
must hold_start dtcp6 s -n 3 2001:db8:b::110 6000
must hold_start dudp4 s -u -n 3 192.0.2.110 6000
must hold_start dudp6 s -u -n 3 2001:db8:b::110 6000
must ns c ping -c1 -W2 192.0.2.9 >/dev/null
must ns c ping -c1 -W2 2001:db8:b::9 >/dev/null
must ns s ping -c1 -W2 192.0.2.110 >/dev/null
must ns s ping -c1 -W2 2001:db8:b::110 >/dev/null

out4='src=10.0.0.9 dst=192.0.2.9'
out6='src=fd00:a::9 dst=2001:db8:b::9'
for p in tcp udp icmp; do
	ok_if "SNAT $p IPv4" marked $MARK4 $p ipv4 "$out4"
	ok_if "DNAT $p IPv4" marked $MARKD $p ipv4 'src=192.0.2.9 dst=192.0.2.110 '
	[ $p != icmp ] || p=icmpv6
	ok_if "SNAT $p IPv6" marked $MARK6 $p ipv6 "$out6"
	ok_if "DNAT $p IPv6" marked $MARKD $p ipv6 'src=2001:db8:b::9 dst=2001:db8:b::110 '
done
ok_if "every one of them has an entry" is "$(kget A entries)" 28

# translated to the router itself: confirmed in LOCAL_IN
must ns A nft insert rule inet rgtest pre ip daddr 192.0.2.110 tcp dport 6001 dnat ip to 192.0.2.1:6000
must ns A nft insert rule inet rgtest pre ip6 daddr 2001:db8:b::110 tcp dport 6001 dnat ip6 to [2001:db8:b::1]:6000
must hold_start loc4 s -n 1 192.0.2.110 6001
must hold_start loc6 s -n 1 2001:db8:b::110 6001
ok_if "DNAT to the router itself IPv4" marked $MARKD tcp ipv4 'src=192.0.2.9 dst=192.0.2.110 .*dport=6001 '
ok_if "DNAT to the router itself IPv6" marked $MARKD tcp ipv6 'src=2001:db8:b::9 dst=2001:db8:b::110 .*dport=6001 '

# not the group's: routed, the router's own, translated to another address
must ns c ping -c1 -W2 -I 10.1.0.9 192.0.2.9 >/dev/null
ok_if "routed: no slot" marked 5 icmp ipv4 'src=10.1.0.9 '
must ns s ping -c1 -W2 192.0.2.1 >/dev/null
ok_if "to the router: no slot" marked 5 icmp ipv4 'src=192.0.2.9 dst=192.0.2.1 '
must ns A ping -c1 -W2 192.0.2.9 >/dev/null
ok_if "the router's own: no slot" marked 0 icmp ipv4 'src=192.0.2.1 dst=192.0.2.9 '
must ns A nft add rule inet rgtest post oifname wan0 ip saddr 10.1.0.0/24 masquerade
must ns c nc -z -w2 -s 10.1.0.9 192.0.2.9 5000
ok_if "translated to another address: no slot" marked 5 tcp ipv4 'src=10.1.0.9 '
ok_if "none of them has an entry" is "$(kget A entries)" 30

# somebody sets the whole mark
one=$(ct A -p tcp | grep "$out4" | sed -nE 's/.*sport=([0-9]+) dport=5000 src=192.*/\1/p' | head -n1)
must ns A conntrack -U -p tcp -s 10.0.0.9 --sport "$one" -m 0x77000009 >/dev/null 2>&1
ok_if "a mark that a user sets loses the foreign slot, not the bits" \
	marked $((1 << 24 | 9)) tcp ipv4 "$out4 sport=$one dport=5000"

# a mapping comes too late, goes, comes again
must rgk A unmap 152
ok_if "without the mapping its marks are gone" marked "5 9" tcp ipv4 "$out4"
must rgk A mapping 152 1 1 192.0.2.100-192.0.2.103
must hold_start late c -n 1 192.0.2.9 5000
ok_if "a connection after that is marked again" has "$(marks tcp ipv4 "$out4")" $MARK4
must rgk A del 1
ok_if "without the group all slots are gone" is "$(rg_marked A | wc -l)" 0
must ns c nc -z -w2 192.0.2.9 5000
ok_if "and nobody gets one" is "$(rg_marked A | wc -l)" 0
ktap_end
