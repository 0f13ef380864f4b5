#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# The peer stands still under churn: what waits on A stays bounded by A's live
# connections and by what B had; when it goes on, both tables are equal again without
# a bulk transfer (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

seconds=$(soak 20 6)

# watch_pending: the largest of pending + in flight, entries, and connections of A
watch_pending() {
	local end=$((SECONDS + seconds)) p e c

	worst=0 entries=0 count=0
	while [ $SECONDS -lt $end ]; do
		p=$(rgk A get 1 | awk '$1 == "pending" || $1 == "inflight" { n += $2 } END { print n }')
		e=$(kget A entries)
		# a listing removes what has timed out; the core itself takes its time
		ct A >/dev/null
		c=$(ns A conntrack -C)
		[ "$p" -le $worst ] || worst=$p
		[ "$e" -le $entries ] || entries=$e
		[ "$c" -le $count ] || count=$c
		sleep 0.2	# the rate of the samples
	done
}

ktap_plan 9
kmod_up
flowd_start 5000
must hold_start held c -n 20 192.0.2.9 5000
must relay_up A B
churn_start "$(soak 300 60 20)"
must more B install-created 50
before=$(kget B entries)
must kill -STOP "$(relay_pid A B)"
created=$(kstat A entries-created)
watch_pending
diag "stopped for $seconds s: $(($(kstat A entries-created) - created)) connections made, at most $worst waiting," \
	"$entries entries, $count connections; B had $before"
ok_if "connections went on" at_least "$(kstat A entries-created)" $((created + 20))
ok_if "what waits is bounded by what lives here and there" at_most "$worst" $((entries + before + 20))
ok_if "the table holds no more than lives" at_most "$count" $((entries + 10))
ok_if "which is not all that came" at_most "$entries" $(($(kstat A entries-created) - created))
must kill -CONT "$(relay_pid A B)"
churn_stop
ok_if "all is acknowledged" settled A
ok_if "both tables are equal" equal_soon
ok_if "without a bulk transfer" is "$(kstat A sync-bulks)" 1
ok_if "nothing was refused" is "$(kget A refused)" 0
ok_if "the held flows live" hold_alive held 20
ktap_end
