#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Connections of protocols that are not replicated (SCTP, GRE, one that nobody knows)
# are translated and counted on A, and are none of the peer's business: it gets the
# others, refuses nothing, and is complete (topology: lib/topo.sh, lib/kmod.sh).
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

ktap_plan 12
kmod_up
flowd_start 5000
must modprobe sctp
must hold_start tcp c -n 5 192.0.2.9 5000
before=$(kstat A not-replicated-protocol)
must datagram 47
must datagram 253
ns s socat -u SCTP-LISTEN:5001 - >"$RUN/$NS/sctp" 2>&1 8>&- &
must wait_for 10 ns s sh -c "ss -Hln --sctp | grep -q 5001"
ok_if "SCTP goes through" succeeds ns c sh -c 'echo hello | socat -u - SCTP-CONNECT:192.0.2.9:5001'
ok_if "and arrives" wait_for 5 grep -q hello "$RUN/$NS/sctp"
for p in 47 253; do
	ok_if "protocol $p is translated" is "$(translated $p)" 2
done
ok_if "SCTP is translated" at_least "$(translated 132)" 1
ok_if "each is counted" is "$(kstat A not-replicated-protocol)" $((before + 5))
ok_if "their marks say that the peer does not have them" not grep -qE '^(gre|sctp|unknown) ' <<<"$(rg_marked A)"

# a listener makes every change an event
ns A conntrack -E >/dev/null 2>&1 8>&- &
must relay_up A B
must datagram 253
must settled A
ok_if "the peer is complete" synced
ok_if "and has the others" tables_equal
ok_if "nothing was refused" is "$(kget A refused) $(kstat B refused-protocol)" "0 0"
ok_if "not an entry was made" is "$(kget A entries)" "$(rg_marked A | wc -l)"

# nor may a router without the role translate them
router_of B
stray=$(kstat B drop-new-not-active)
datagram 253
ok_if "a standby refuses them" is "$(kstat B drop-new-not-active)" $((stray + 2))
ktap_end
