#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# Planned switchovers, there and back, under connections that come and go and many that stay: not one
# is lost, no RST comes, a UDP flow of 1 kHz loses nothing, and both tables are equal each time
# (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

TIMES=$(soak 100 4)
FLOWS=$(soak 2000 500)
RATE=20				# a second and address family, that come and go

# churned: of the connections that came and went none was lost
churned() {
	churn_stop
	churn_well
}

# switchover FROM TO: what is wrong is said
switchover() {
	rm -f "$RUN/$NS/churn"
	churn_start $RATE
	gap_start "$n" -u 192.0.2.9 5000 1
	rg_ctl "$1" redundancy application reload group 1 self || return 1
	wait_state 10 "$2" ACTIVE && wait_state 20 "$1" "STANDBY HOT" &&
		gap_loses "$n" 0 && churned && hold_alive many "$FLOWS" && equal_soon
}

switchovers() {
	local n

	for ((n = 1; n <= TIMES; n++)); do
		if ((n % 2)); then
			switchover A B
		else
			switchover B A
		fi || { diag "at switchover $n"; return 1; }
	done
}

ktap_plan 3
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must rst_watch
topo_sysctl B net.netfilter.nf_conntrack_tcp_timeout_time_wait=2 \
	net.netfilter.nf_conntrack_tcp_timeout_close=2
must hold_start many c -n "$FLOWS" 192.0.2.9 5000
must settled A
ok_if "$TIMES switchovers: nothing is lost, both tables are equal" switchovers
ok_if "no RST at the client" no_rst
ok_if "neither kernel refused a packet of a flow" is \
	"$(kstat A drop-gate-flow) $(kstat B drop-gate-flow)" "0 0"
ktap_end
