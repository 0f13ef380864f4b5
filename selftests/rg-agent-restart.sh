#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# The agents are killed and started again, in turns, under churn: nobody is reset, each time
# one bulk transfer at most follows, and in the end both tables are equal (topology:
# lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# An agent is back before its lease ends, under the debug kernel as well: what begins while nobody
# replicates it does not outlive a takeover.
HOLD=$((200 * ktap_slow * ktap_slow))	# ms
KILLS=$(soak 50 4)

bulks() { echo $(($(kstat A sync-bulks) + $(kstat B sync-bulks))); }

ktap_plan 9
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must rst_watch
must hold_start held4 c -n 20 192.0.2.9 5000
must hold_start held6 c -n 20 2001:db8:b::9 5000
topo_sysctl B net.netfilter.nf_conntrack_tcp_timeout_time_wait=2 \
	net.netfilter.nf_conntrack_tcp_timeout_close=2
churn_start 15
must more B install-created 30

before=$(bulks)
failed=0
for ((i = 1; i <= KILLS; i++)); do
	r=$([ $((i % 2)) = 1 ] && echo A || echo B)
	rg_kill "$r"
	must rg_start "$r"
	wait_for 30 pair_whole ||
		{ diag "after kill $i, of $r: $(rg_state A), $(rg_state B)"; failed=1; break; }
	must more "$(rg_active)" entries-created 10
done
ok_if "after each kill one is active, the other hot" is $failed 0
ok_if "churn went on all the time" kill -0 $(cat "$RUN/$NS/churn.pid")
churn_stop
diag "$(($(bulks) - before)) bulk transfers after $KILLS kills"
ok_if "at most one bulk transfer a kill" at_most $(($(bulks) - before)) "$KILLS"
ok_if "all is acknowledged" settled "$(rg_active)"
ok_if "both tables are equal" equal_soon
ok_if "no connection of the churn failed" churn_well
if [ "$ktap_slow" = 1 ]; then
	ok_if "no RST at the client" no_rst
else
	ktap_skip "no RST at the client" "FINs are sent twice at this speed"
fi
ok_if "the held flows live" hold_alive held4 20
ok_if "the held flows live, IPv6" hold_alive held6 20
ktap_end
