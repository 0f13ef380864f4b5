#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# The module comes and goes under traffic, while it replicates; namespaces with groups
# come and go; agents' sockets close. Connections go on, nothing is left behind, and the
# kernel has nothing to complain of (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

rounds=$(soak 50 6 3)
rate=$(soak 300 40 20)

# churn_fails: flows of the churn that did not end well, until now
churn_fails() {
	churn_stop
	wait_for 15 churn_ended
	awk '{ for (i = 1; i <= NF; i++) if (sub(/^fail=/, "", $i)) n += $i } END { print n + 0 }' "$RUN/$NS/churn"
}
churn_ended() { [ "$(grep -c 'fail=' "$RUN/$NS/churn")" -ge 2 ]; }

load() {
	must modprobe nf_rg
	kmod_member A
	kmod_member B
	must krole A active 1
}
replicate() {
	must relay_up A B
	must more B install-created 10
}
marks() { is "$(ct A | grep -oE 'mark=[0-9]+' | sort -u | xargs)" "$1"; }

ktap_plan 19
topo_up
kmod_router A
kmod_router B
kmod_addresses A add
kmod_reachable
flowd_start 5000
must hold_start tcp c -n 20 192.0.2.9 5000
must hold_start udp c -u -n 20 2001:db8:b::9 5000
churn_start "$rate"

# the module, $rounds times: while batches are on their way
for ((i = 1; i <= rounds; i++)); do
	load
	replicate
	must rmmod nf_rg
	relay_down A B
	must [ "$(ct B | grep -c 'src=10.0.0.9 ')" = 0 ]
done
ok_if "$rounds times loaded and removed, held TCP goes on" hold_alive tcp 20
ok_if "held UDP, too" hold_alive udp 20
ok_if "no connection of the churn failed" is "$(churn_fails)" 0
ok_if "no slot is left in a mark" marks mark=5
rm -f "$RUN/$NS/churn"

# the standby's namespace
load
must hold_start new c -n 20 192.0.2.9 5000
churn_start "$rate"
for ((i = 1; i <= rounds; i++)); do
	replicate
	# in one round of two the agent's socket keeps the namespace after its end
	[ $((i % 2)) = 0 ] || relay_down A B
	ip netns del "${NS}B"
	relay_down A B
	power_on B 2>/dev/null
	kmod_router B
	kmod_member B
done
replicate
ok_if "$rounds namespaces of a standby went, held connections go on" hold_alive new 20
ok_if "those older than the module, too" hold_alive tcp 20
ok_if "no connection of the churn failed" is "$(churn_fails)" 0
ok_if "all is acknowledged by the last one" settled A
ok_if "and it has all" equal_soon

# an agent's socket closes: the sessions end, another agent may come, the lease runs on
"$PROGS/rgk" -n "${NS}A" watch >"$RUN/$NS/watch" 2>&1 8>&- &
watch=$!
must wait_for 5 grep -q watching "$RUN/$NS/watch"
ok_if "one agent at a time" fails rgk A raw attach version=7
must krole A active 1 lease 3000
relay_down A B
ok_if "the end of its socket is told" wait_for 5 grep -q 'event 4' "$RUN/$NS/watch"
ok_if "and ends the sessions" is "$(kget A session) $(kget B session)" "0 0"
ok_if "A forwards on" hold_alive new 20
ok_if "its lease runs on" at_most "$(kget A lease-left)" 3000
ok_if "another agent may come" relay_up A B
ok_if "and gets what is missing" is "$(rgk A get 1 | awk '$1 == "sync" { print $2 }')" 3
ok_if "a lease that nobody renews runs out" wait_for 5 grep -q 'event 2' "$RUN/$NS/watch"
must krole A active 1

# the active's namespace, in the middle of everything
churn_start "$rate"
must more B install-created 10
ip netns del "${NS}A"
relay_down A B
kill $watch
must wait_for 10 topo_is_gone A
churn_stop
ok_if "an active's namespace went: B has its connections" at_least "$(rg_marked B | wc -l)" 40
must rmmod nf_rg
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
