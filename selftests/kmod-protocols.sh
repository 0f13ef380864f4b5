#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Connections of a protocol that is not replicated (RFC 3692 sets numbers aside that
# nobody knows) are translated and counted on A, and are none of the peer's business:
# it gets the others, refuses nothing, and is complete. It refuses records of what it
# does not know, should they come (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# datagram PROTOCOL: a packet of that IP protocol from c to s, and IPv6
datagram() {
	printf '\0\0\x08\0abcd' | ns c socat -u - "IP4-SENDTO:192.0.2.9:$1"
	printf '\0\0\x08\0abcd' | ns c socat -u - "IP6-SENDTO:[2001:db8:b::9]:$1"
}
# translated NUMBER: its connections on A that go out through the pool
translated() {
	ct A | awk -v p="$1" '$2 == p' | grep -cE 'dst=(192.0.2.10[0-3]|2001:db8:b::10[0-3]) '
}
synced() { grep -q '^synced' "$RUN/$NS/relay.AB"; }

sctp() { printf '%s' "$(h8 "$1")00000000$(h32 17)$(h32 18)"; }
dccp() { printf '%s' "00$(h8 "$1")0200$(h64 5)"; }
tcp() { printf '%s' "$(h8 "$1")00000000000000$(h64 0)"; }

# gre PORT: its timeouts, and as its master the connection of TCP from that port
gre() { printf '%s' "$(h32 30)$(h32 180)$(h8 6)$(h4 10.0.0.9)$(h4 192.0.2.9)$(h16 "$1")$(h16 80)"; }

ktap_plan 18
kmod_up
flowd_start 5000
must hold_start tcp c -n 5 192.0.2.9 5000
before=$(kstat A not-replicated-protocol)
must datagram 253
must datagram 254
for p in 253 254; do
	ok_if "protocol $p is translated" is "$(translated $p)" 2
done
ok_if "each is counted" is "$(kstat A not-replicated-protocol)" $((before + 4))
ok_if "their marks say that the peer does not have them" not grep -q '^unknown ' <<<"$(rg_marked A)"

# a listener makes every change an event
ns A conntrack -E >/dev/null 2>&1 8>&- &
must relay_up A B
must datagram 253
must settled A
ok_if "the peer is complete" synced
ok_if "and has the others" tables_equal
ok_if "nothing was refused" is "$(kget A refused) $(kstat B refused-protocol)" "0 0"
ok_if "not an entry was made" is "$(kget A entries)" "$(rg_marked A | wc -l)"

# from a peer whose kernel knows more
must relay_down A B
must wait_for 5 kget_is B session 0
here=$(kget B entries)
ok_if "a protocol that it does not know is refused" is \
	"$(give "$(record 253 1)" "$(record 17 2)" "$(record 58 3)")" "refusal 0 6;refusal 2 6;"
ok_if "so is a state of SCTP" is \
	"$(give "$(record 132 4 "$(sctp 0)")" "$(record 132 5 "$(sctp 10)")" "$(record 132 6 "$(sctp 4)")")" \
	"refusal 0 6;refusal 1 6;"
ok_if "and one of DCCP" is \
	"$(give "$(record 33 7 "$(dccp 8)")" "$(record 33 8 "$(dccp 255)")")" "refusal 0 6;refusal 1 6;"
# SYN_SENT2 is the last; behind it the core has names of timeouts
ok_if "and those of TCP" is \
	"$(give "$(record 6 9 "$(tcp 0)")" "$(record 6 10 "$(tcp 9)")" "$(record 6 11 "$(tcp 10)")" \
		"$(record 6 12 "$(tcp 13)")")" "refusal 0 6;refusal 2 6;refusal 3 6;"
ok_if "each is counted" is "$(kstat B refused-protocol)" 9
ok_if "the others are there" is "$(kget B entries)" $((here + 3))

# The core takes the master of a GRE connection for one of PPTP, and writes where that one has its
# data. This one is none.
alone=$(kstat B install-without-master)
ok_if "GRE that names a master is taken" is "$(give "$(record 47 20 "$(gre 10)" 60 64)")" ""
ok_if "but is nobody's" is "$(kstat B install-without-master)" $((alone + 1))
ok_if "and may end" succeeds ns B conntrack -D -p gre

# nor may a router without the role translate them
router_of B
stray=$(kstat B drop-new-not-active)
datagram 253
ok_if "a standby refuses them" is "$(kstat B drop-new-not-active)" $((stray + 2))
ktap_end
