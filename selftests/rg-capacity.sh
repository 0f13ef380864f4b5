#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# A table that is nearly full, here or at the peer, is shown and logged before connections are
# missing for it (topology: lib/topo.sh). Both routers share one kernel's limit, which is lower
# while B joins than it is for A afterwards.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

limit() { must sysctl -qw net.netfilter.nf_conntrack_max="$1"; }
# field ROUTER NAME: of the sync object
field() { rg_ctl "$1" --json show redundancy application group 1 | jq "[.. | objects | .sync? | objects | .$2][0]"; }
fault() { rg_ctl "$1" show redundancy application faults group 1 | grep -qi -- "$2"; }
no_fault() { ! fault "$@"; }
logged() { grep -q "$2" "$(rg_dir "$1")/log"; }

ktap_plan 9
must modprobe nf_rg
limit 20000
topo_up
must rg_start A
must wait_state 20 A ACTIVE
limit 200
must rg_start B
must wait_for 20 test "$(rg_role B)" != INIT
limit 20000
must wait_state 20 B "STANDBY HOT"
flowd_start 5000

ok_if "the active knows the table of the standby" is "$(field A peer_table_max)" 200
ok_if "and its own" is "$(field A table_max)" 20000
ok_if "the log names both" wait_for 5 logged A "the peer's connection tracking table takes 200 connections, this router's 20000"
ok_if "as long as there is room nothing is wrong" no_fault A table
must hold_start many c -n 185 192.0.2.9 5000
ok_if "with too many for the peer the active says so" wait_for 10 fault A "and the peer's table takes 200"
ok_if "before any is missing" is "$(field A refused)" 0
must wait_for 10 test "$(field A pending)" = 0
ok_if "its own table has room" no_fault A "and the table takes"
limit 200
ok_if "a standby whose table is nearly full says so" wait_for 10 fault B "connections, and the table takes 200"
limit 20000
ok_if "with room again nothing is wrong there" wait_for 10 no_fault B "and the table takes"
ktap_end
