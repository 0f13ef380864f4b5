#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The standby's agent is stopped for a while under churn: what the active keeps for it is
# bounded by its live connections, and a delta follows, not a bulk transfer (topology:
# lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

RATE=$(soak 100 40)		# connections a second and address family
STOP=$(soak 20 5)		# s, longer than the session on the data link bears

rss() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$(rg_pid A)/status"; }
# A listing removes what has timed out; the core itself takes its time.
count() {
	ct A >/dev/null
	ns A conntrack -C
}
removed_at_least() {
	count
	kstat_at_least A entries-removed "$1"
}

ktap_plan 11
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must hold_start held c -n 20 192.0.2.9 5000
for r in A B; do
	topo_sysctl $r net.netfilter.nf_conntrack_tcp_timeout_time_wait=2 \
		net.netfilter.nf_conntrack_tcp_timeout_close=2
done
churn_start "$RATE"
# the table is as full as it gets when the first connections have gone
must wait_for 30 removed_at_least $((2 * RATE))
bulks=$(kstat A sync-bulks)
live=$(count)
memory=$(rss)

rg_kill B STOP
must wait_for $((STOP + 60)) removed_at_least $(($(kstat A entries-removed) + 2 * RATE * STOP))
now=$(count)
diag "$live connections before, $now now, $(kget A pending) pending, $(kget A inflight) in flight"
diag "agent: $memory kB before, $(rss) kB now"
ok_if "the table has not grown" at_most "$now" $((live * 3 / 2))
# A change of each connection, a deletion of each that B had, or that the window of 32 batches in
# 20 ms each was to bring; and a quarter, for counting takes time.
ok_if "what waits for the peer is bounded by it" at_most \
	$(($(kget A pending) + $(kget A inflight))) $(((now + live + 2 * RATE * 32 / 50) * 5 / 4))
ok_if "nor has the agent" at_most "$(rss)" $((memory + 1024))
ok_if "A is active" state_is A ACTIVE

rg_kill B CONT
ok_if "B gets everything" wait_state 20 B "STANDBY HOT"
ok_if "A is active all the while" state_is A ACTIVE
ok_if "B knows for how long it was stopped" at_least "$(rg_ctl B --json show redundancy application \
	counters | gojq '.system["timer-worst-us"]')" $((STOP * 1000000))
churn_stop
ok_if "all is acknowledged" settled A
ok_if "both tables are equal" equal_soon
ok_if "no bulk transfer was needed" is "$(kstat A sync-bulks)" "$bulks"
ok_if "the held flows live" hold_alive held 20
ktap_end
