#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The negative control of rg-failover: with the data link's traffic blocked from the start, B
# takes over all the same and says that it was not hot, and the flows do not go on (topology:
# lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

block_data() {
	ns "$1" nft -f - <<-NFT
	table inet nosync {
		chain input {
			type filter hook input priority 0
			iifname "sync0" tcp dport 7483 counter drop
			iifname "sync0" tcp sport 7483 counter drop
		}
	}
	NFT
}

ktap_plan 5
must modprobe nf_rg
topo_up
must block_data A
must block_data B
must rg_start A
must wait_state 20 A ACTIVE
must rg_start B
ok_if "B stands by, cold" wait_state 20 B "STANDBY COLD"
must flowd_start 5000
must hold_start tcp4 c -n 10 192.0.2.9 5000
must transfer_start down4 c down -r 1000000 -i 100 -w 6 192.0.2.9 5000 8000000
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "it says that its copy is not complete" wait_for 5 grep -q 'took the role over without a complete copy' "$(rg_dir B)/log"
ok_if "the idle connections are dead" hold_dead tcp4 10
ok_if "the download stalls" transfer_stalls down4 60
ktap_end
