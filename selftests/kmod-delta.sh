#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: smp mem=1024 timeout=300
# What carries the changes from A to B is killed and started again, under churn: each
# time a delta follows, never a second bulk transfer, and in the end both tables are
# equal (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

kills=$(soak 50 6 3)

ktap_plan 8
kmod_up
flowd_start 5000
must hold_start held4 c -n 20 192.0.2.9 5000
must hold_start held6 c -n 20 2001:db8:b::9 5000
must relay_up A B
churn_start "$(soak 300 60 20)"
must more B install-created 50
ok_if "the first session is a bulk transfer" is "$(kstat A sync-bulks) $(kstat A sync-deltas)" "1 0"

for ((i = 1; i <= kills; i++)); do
	relay_down A B
	must more A entries-created 20
	must relay_up A B
	must more B install-batches 3
done
ok_if "each later one a delta" is "$(kstat A sync-bulks) $(kstat A sync-deltas)" "1 $kills"
ok_if "churn went on all the time" kill -0 $(cat "$RUN/$NS/churn.pid")
churn_stop
ok_if "all is acknowledged" settled A
ok_if "both tables are equal" equal_soon
ok_if "B refused nothing" is "$(kget A refused)" 0
ok_if "the held flows live" hold_alive held4 20
ok_if "the held flows live, IPv6" hold_alive held6 20
ktap_end
