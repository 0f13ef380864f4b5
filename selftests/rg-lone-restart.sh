#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The agent of a lone active router is killed and started again, under churn: not one packet of
# an existing flow is lost (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

KILLS=$(soak 20 4)
SECS=$((3 * KILLS))

retransmitted() {
	local n

	for n in c s; do
		ns "$n" awk '/^Tcp:/ { if (n++) print $i; else for (i = 1; $i != "RetransSegs"; i++); }' \
			/proc/net/snmp
	done | xargs
}

ktap_plan 7
must modprobe nf_rg
topo_up
must rg_start A
must wait_state 20 A ACTIVE
must flowd_start 5000
must rst_watch
must hold_start held c -n 20 192.0.2.9 5000
churn_start 15
must wait_for 10 kstat_at_least A entries-created 30
before=$(retransmitted)
gap_start udp4 -u -p 2000 192.0.2.9 5000 "$SECS"
gap_start udp6 -u -p 2000 2001:db8:b::9 5000 "$SECS"
gap_start tcp4 -p 2000 192.0.2.9 5000 "$SECS"

failed=0
for ((i = 1; i <= KILLS; i++)); do
	rg_kill A
	must more A entries-created 5
	must rg_start A
	wait_state 10 A ACTIVE || failed=1
	must more A entries-created 5
done
ok_if "the agent is active again each time" is $failed 0
ok_if "it has all been seen by the probes" not gap_over udp4
for f in udp4 udp6 tcp4; do
	ok_if "not one probe is lost ($f)" gap_loses $f 0
done
churn_stop
if [ "$ktap_slow" = 1 ]; then
	ok_if "no TCP segment was sent again" is "$(retransmitted)" "$before"
else
	ktap_skip "no TCP segment was sent again" "many are at this speed, without any loss"
fi
ok_if "the held flows live" hold_alive held 20
ktap_end
