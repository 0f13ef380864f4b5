#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The active router gives its role up, by command and for a link that fails, under flows that
# go on; and the group is restarted on its standby (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

hold_all_alive() {
	hold_alive tcp4 20 && hold_alive tcp6 20 && hold_alive udp4 20
}

ktap_plan 17
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must rst_watch
must hold_start tcp4 c -n 20 192.0.2.9 5000
must hold_start tcp6 c -n 20 2001:db8:b::9 5000
must hold_start udp4 c -u -n 20 192.0.2.9 5000

must settled A
gap_start planned4 -u 192.0.2.9 5000 2
gap_start planned6 -p 5000 2001:db8:b::9 5000 2
must rg_ctl A redundancy application reload group 1 self
ok_if "B takes over on command" wait_state 5 B ACTIVE
ok_if "a UDP flow loses next to nothing" gap_loses planned4 20
ok_if "a TCP flow goes on, IPv6" gap_loses planned6 0
ok_if "A stands by" wait_state 20 A "STANDBY HOT"
ok_if "all flows go on" hold_all_alive
ok_if "both tables are equal" tables_equal

rg_ctl A redundancy application reload group 1 peer >"$RUN/$NS/refused" 2>&1
ok_if "a standby restarts nobody, and names the active" has "$(cat "$RUN/$NS/refused")" \
	'^% group 1 is not active here: it is on 172\.16\.0\.2$'
must rg_ctl B redundancy application reload group 1 peer
ok_if "the group restarts on the standby" \
	wait_for 5 grep -q 'STATE: RG id 1 state change from STANDBY HOT to INITIALIZATION' "$(rg_dir A)/log"
ok_if "and comes back" wait_state 20 A "STANDBY HOT"
ok_if "B stays active" state_is B ACTIVE

must settled B
gap_start link4 -u 192.0.2.9 5000 3
ipn sw link set Blan0 down
ok_if "A takes over when B's link fails" wait_state 5 A ACTIVE
ok_if "B is not active" wait_for 5 not state_is B ACTIVE
ok_if "a UDP flow goes on" gap_loses link4 600
ok_if "all flows go on through A" hold_all_alive
ipn sw link set Blan0 up
ok_if "B stands by when its link is back" wait_state 20 B "STANDBY HOT"
ok_if "both tables are equal again" tables_equal
ok_if "no RST at the client" no_rst
ktap_end
