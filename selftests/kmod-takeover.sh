#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: smp mem=1024 timeout=180
# Flows of all kinds go on at B after A's links were cut and B was made active; the
# module alone, without an agent (topology and mappings: lib/topo.sh, lib/kmod.sh).
#
# B drops what its connection tracking calls new or invalid, and SNAT chooses its
# ports at random: B can only go by the entries that it got from A.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

ktap_plan 17
kmod_up
flowd_start 5000
ns c "$PROGS/flowd" 6000 >"$RUN/$NS/flowd.c" 2>&1 8>&- &
must wait_for 10 grep -q '^ready' "$RUN/$NS/flowd.c"
kmod_no_new B
must relay_up A B

must hold_start tcp4 c -n 20 192.0.2.9 5000
must hold_start tcp6 c -n 20 2001:db8:b::9 5000
must hold_start udp4 c -u -n 20 192.0.2.9 5000
must hold_start udp6 c -u -n 20 2001:db8:b::9 5000
must hold_start dnat4 s -n 5 192.0.2.110 6000
must hold_start dnat6 s -n 5 2001:db8:b::110 6000
must hold_start dnatu s -u -n 5 192.0.2.110 6000
must ping_start icmp4 c 192.0.2.9
must ping_start icmp6 c 2001:db8:b::9
# assured: two minutes
for f in udp4 udp6 dnatu; do
	must hold_verify $f >/dev/null
done
ok_if "all is acknowledged" settled A
ok_if "both tables are equal before the cut" tables_equal
must transfer_start down4 c down -r 400000 -i 100 -w 30 192.0.2.9 5000 2000000
must transfer_start up4 c up -r 400000 -i 100 -w 30 192.0.2.9 5000 2000000
must transfer_start down6 c down -r 400000 -i 100 -w 30 2001:db8:b::9 5000 2000000
must transfer_start up6 c up -r 400000 -i 100 -w 30 2001:db8:b::9 5000 2000000

must settled A
kmod_takeover

for f in 4 6; do
	ok_if "idle TCP goes on, IPv$f" hold_alive "tcp$f" 20
	ok_if "UDP goes on, IPv$f" hold_alive "udp$f" 20
	ok_if "TCP to a translated destination goes on, IPv$f" hold_alive "dnat$f" 5
	ok_if "an ICMP echo goes on, IPv$f" ping_alive "icmp$f"
	ok_if "a download arrives whole, IPv$f" transfer_ends "down$f" 40
	ok_if "an upload arrives whole, IPv$f" transfer_ends "up$f" 40
done
ok_if "UDP to a translated destination goes on" hold_alive dnatu 5
ok_if "nobody was reset" is "$(grep -c 'connection ended' "$RUN/$NS/flowd.5000")" 0
ok_if "B refused nothing" is "$(kstat B drop-gate-flow) $(kstat B drop-not-translated-back)" "0 0"
ktap_end
