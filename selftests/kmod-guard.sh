#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# After a takeover, forged segments end no connection, not even one that is silent and to
# which the forged one is the first packet; what is genuine passes, and teaches the windows,
# which are strict from then on (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

AWAY=$((1 << 31))

# watch_tcp HOST DEV: what arrives there, with the sequence numbers as they are
watch_tcp() {
	ns "$1" tcpdump --immediate-mode -Q in -SlnNi "$2" tcp >"$RUN/$NS/tcp.$1" \
		2>"$RUN/$NS/tcp.$1.err" 8>&- &
	disown $!
	must wait_for 5 grep -q listening "$RUN/$NS/tcp.$1.err"
}
# flow N FAMILY: its addresses and ports, before the translation and behind it
flow() {
	client=10.0.0.9 server=192.0.2.9
	[ "$2" = 4 ] || { client=fd00:a::9; server=2001:db8:b::9; }
	read -r sport pool nport < <(grep " src=$client dst=$server " "$RUN/$NS/flows" | sed -n "$1p" |
		sed -E 's/.* sport=([0-9]+) dport=5000 .* dst=([^ ]+) sport=5000 dport=([0-9]+) .*/\1 \2 \3/')
}
# acked HOST FROM TO: the last acknowledgment that came to HOST
acked() { sed -nE "s/^.* $2 > $3: .*\back ([0-9]+),.*/\1/p" "$RUN/$NS/tcp.$1" | tail -n1; }
# stands: the next numbers of the flow's client into $c, of its server into $s
stands() {
	c=$(acked c "$server.5000" "$client.$sport")
	s=$(acked s "$pool.$nport" "$server.5000")
	[ -n "$c" ] && [ -n "$s" ]
}
# from_client FLAGS OFFSET [BYTES], from_server ...: of the flow, so far from where it stands
from_client() {
	must ns c "$PROGS/forge" "$client" "$sport" "$server" 5000 "$1" \
		$(((c + $2) % (1 << 32))) "$s" ${3:+"$3"}
}
from_server() {
	must ns s "$PROGS/forge" "$server" 5000 "$pool" "$nport" "$1" \
		$(((s + $2) % (1 << 32))) "$c" ${3:+"$3"}
}
closed() { ct B -p tcp | grep -q " CLOSE .* sport=$1 "; }
dropped() {
	echo $(($(kstat B drop-guard-rst) + $(kstat B drop-guard-syn) + $(kstat B drop-guard-segment)))
}
# A listing removes what has timed out, such as the two that were reset.
unguarded() {
	ct B >/dev/null
	kget_is B guarded 0
}
invalid_is() { [ "$(kmod_invalid B)" = "$1" ]; }
open_flows() { ct B -p tcp | grep -c ' ESTABLISHED .*dport=5000 '; }

ktap_plan 25
kmod_up
kmod_no_new B
flowd_start 5000 2
watch_tcp c lan0
watch_tcp s wan0
must hold_start f4 c -n 7 192.0.2.9 5000
must hold_start f6 c -n 7 2001:db8:b::9 5000
must relay_up A B
ok_if "connections that came to rest are told" wait_for 20 kstat_at_least A windows-told 14
must transfer_start down c down -r 200000 -i 50 -w 40 192.0.2.9 5001 2000000
must settled A
kmod_takeover
ok_if "all are guarded" at_least "$(kget B guarded)" 14
ct B -p tcp | grep ' dport=5000 ' >"$RUN/$NS/flows"

for f in 4 6; do
	i=0
	for kind in RA SA PA; do
		for side in client server; do
			flow $((++i)) $f
			must stands
			from_$side $kind "$AWAY" $([ $kind != PA ] || echo 100)
		done
	done
done
ok_if "forged resets are dropped" wait_for 5 kstat_at_least B drop-guard-rst 4
ok_if "forged SYNs are" wait_for 5 kstat_at_least B drop-guard-syn 4
ok_if "forged data is" wait_for 5 kstat_at_least B drop-guard-segment 4
ok_if "no more than those" is "$(dropped)" 12
ok_if "all are established" is "$(open_flows)" 14
flow 1 4
must stands
from_server RA 70000
from_server RA -1
from_client RA 70000
ok_if "resets that lie nearer are dropped, too" wait_for 5 kstat_at_least B drop-guard-rst 7
ok_if "all are still established" is "$(open_flows)" 14

# the last of each is reset for good
for f in 4 6; do
	flow 7 $f
	must stands
	from_server RA 0
	ok_if "a genuine reset passes, IPv$f" wait_for 5 closed "$sport"
done
learnt=$(kstat B windows-learnt)	# the transfer may be one of them
ok_if "the connections live" is "$(hold_verify f4)" "verified=6 dead=1"
ok_if "the connections live, IPv6" is "$(hold_verify f6)" "verified=6 dead=1"
ok_if "a byte each way was enough to learn them" at_least "$(kstat B windows-learnt)" $((learnt + 12))
ok_if "nothing was invalid" is "$(kmod_invalid B)" 0
drops=$(dropped)

# from here on the core itself is strict
for f in 4 6; do
	flow 2 $f
	must stands
	before=$(kmod_invalid B)
	from_server PA "$AWAY" 100
	from_client PA "$AWAY" 100
	ok_if "forged data is invalid to the core, IPv$f" wait_for 5 invalid_is $((before + 2))
	from_server RA 3000
	from_client RA 3000
	from_server RA -3000
	ok_if "forged resets do not close, IPv$f" is "$(open_flows)" 12
done
ok_if "it was not the guard that refused them" is "$(dropped)" "$drops"
ok_if "the connections live on" is "$(hold_verify f4)" "verified=6 dead=0"
ok_if "the connections live on, IPv6" is "$(hold_verify f6)" "verified=6 dead=0"

# a transfer was learnt while it ran
ok_if "a transfer that ran at the takeover ends" transfer_ends down 30
ok_if "no connection of the new active is guarded any more" wait_for 20 unguarded
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
