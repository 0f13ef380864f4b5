#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 soakmem=4096 timeout=150
# How long a UDP echo of 1 kHz through the translation is silent when the active router loses power:
# BFD at 3 x 10 ms, with 1 000 connections held (soak: 100 000), which live on. It is the client that
# measures (topology: lib/topo.sh).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

HELLO=1000 HOLD=5000
BFD="bfd interval $((10 * ktap_slow)) min-rx $((10 * ktap_slow)) multiplier 3"
FLOWS=$(soak 100000 1000 200)
HELD=$((FLOWS < 1000 ? FLOWS : 1000))	# TCP, looked at one by one; the others are UDP
CUTS=$(soak 4 3 2)
patience=$(soak 600 60)

# cut ROUTER: from one moment on nothing of it is heard by anybody, and nobody is told: what
# takes the links down has been started before, and the cables between both keep their carrier
cut() {
	local r=$1

	coproc sw { ip -n "${NS}sw" -batch - 8>&-; }
	echo "link show dev ${r}lan0" >&"${sw[1]}"
	read -r _ <&"${sw[0]}" || return 1
	kill -STOP "$(rg_pid "$r")"
	printf 'link set %s down\n' "${r}lan0" "${r}wan0" >&"${sw[1]}"
	eval "exec ${sw[1]}>&-"
	wait "$sw_PID"
}

# timeouts ROUTER: of entries that nobody uses
timeouts() { topo_sysctl "$1" net.netfilter.nf_conntrack_udp_timeout=3600; }

has_all() { [ "$(kget "$1" entries)" -ge "$FLOWS" ]; }

# outage FROM TO: of a power cut of FROM; sets ms
outage() {
	local out=$RUN/$NS/gap.echo

	gap_start echo -u 192.0.2.9 5000 2
	ktap_pause $((1 * ktap_slow))
	cut "$1" && wait_state 5 "$2" ACTIVE && wait_for 20 gap_over echo || return 1
	ms=$(sed -nE 's/.*longest_silence_ms=([0-9.]+).*/\1/p' "$out")
	diag "power cut of $1 with $(kget "$2" entries) connections: an outage of $ms ms ($(cat "$out"))"
}

# back ROUTER: it is switched on, and has all
back() {
	power_cut "$1"
	power_on "$1"
	timeouts "$1"
	rg_start "$1" && wait_state "$patience" "$1" "STANDBY HOT" && wait_for "$patience" has_all "$1"
}

ktap_plan $((2 + 4 * CUTS))
must modprobe nf_rg
topo_up
must pair_up
room "$FLOWS"
sink
must flowd_start 5000
timeouts A
timeouts B
must hold_start many c -n "$HELD" 192.0.2.9 5000
[ "$FLOWS" = "$HELD" ] || must succeeds ns c "$PROGS/strew" -n $((FLOWS - HELD)) 10.0.0.9 192.0.2.9 10
must settled A "$patience"
ok_if "A has $FLOWS connections" has_all A
ok_if "and B" wait_for "$patience" has_all B
from=A to=B
for ((i = 1; i <= CUTS; i++)); do
	must outage $from $to
	ok_if "cut $i: an outage of at most 35 ms" at_most "$ms" $((35 * ktap_slow))
	# the last packet of BFD came at most 10 ms before
	ok_if "and not before it was detected" at_least "$ms" $((18 * ktap_slow))
	ok_if "each connection lives" hold_alive many "$HELD"
	ok_if "the router comes back and has all" back $from
	[ $from = A ] && from=B to=A || from=A to=B
done
ktap_end
