#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A goes down when all that B knows of some connections is their SYN.  The rest of the handshake has
# passed A, or it has not and is repeated: they work at B (topology: lib/topo.sh, lib/kmod.sh).
#
# The server answers late, and what is told is cut off before that.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# open_begin NAME HOST PORT: a connection that is held, once it is there
open_begin() {
	local out=$RUN/$NS/hold.$1

	ip netns exec "${NS}c" "$PROGS/flowgen" hold -w 60 -n 1 "$2" "$3" >"$out" 2>&1 8>&- &
	echo $! >"$out.pid"
	disown $!
}
open_ends() {
	wait_for "$2" grep -q '^held=1$' "$RUN/$NS/hold.$1" || { diag "$(cat "$RUN/$NS/hold.$1")"; return 1; }
}
# states ROUTER STATE COUNT: of connections to the server
states() { is "$(ct "$1" -p tcp | grep -cE " $2 .* dport=500[01] ")" "$3"; }

ktap_plan 14
kmod_up
flowd_start 5000
flowd_start 5001
must relay_up A B
must ns s tc qdisc add dev wan0 root netem delay 400ms
must ns s nft 'add table inet mute
	add chain inet mute in { type filter hook input priority 0; }
	add rule inet mute in tcp dport 5001 drop'

open_begin answered4 192.0.2.9 5000
open_begin answered6 2001:db8:b::9 5000
open_begin repeated4 192.0.2.9 5001
open_begin repeated6 2001:db8:b::9 5001
ok_if "B is told of four SYNs" quiet wait_for 5 states B SYN_SENT 4
relay_down A B
for f in 4 6; do
	ok_if "a handshake ends at A, IPv$f" open_ends answered$f 10
done
ok_if "which B does not know" states B SYN_SENT 4
must kmod_takeover
kmod_no_new B
must ns s nft delete table inet mute
ok_if "B takes them for answered" quiet wait_for 5 kstat_at_least B handshakes-resumed 4
for f in 4 6; do
	ok_if "the connection works at B, IPv$f" hold_alive answered$f 1
	ok_if "a handshake that is repeated ends at B, IPv$f" open_ends repeated$f 20
	ok_if "and its connection works, IPv$f" hold_alive repeated$f 1
done
ok_if "all of them are established" states B ESTABLISHED 4
ok_if "nothing was invalid" is "$(kmod_invalid B)" 0
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
