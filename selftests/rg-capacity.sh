#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# A table that is nearly full, here or at the peer, is shown and logged before connections are
# missing for it; and then one is full (topology: lib/topo.sh). Both routers share one kernel's
# limit, which is lower while B joins than it is for A afterwards.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

limit() { must sysctl -qw net.netfilter.nf_conntrack_max="$1"; }
# field ROUTER NAME: of the sync object
field() { rg_ctl "$1" --json show redundancy application group 1 | gojq "[.. | objects | .sync? | objects | .$2][0]"; }
fault() { rg_ctl "$1" show redundancy application faults group 1 | grep -qi -- "$2"; }
no_fault() { ! fault "$@"; }
logged() { grep -q "$2" "$(rg_dir "$1")/log"; }

ktap_plan 20
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

# the active's table full: what an entry is wanted for fails, as without us, and is counted by the core
drops() { ns "$1" conntrack -S | grep -oE 'drop=[0-9]+' | awk -F= '{ n += $2 } END { print n + 0 }'; }
dropped() { [ "$(drops A)" -gt "$1" ]; }
connects() { ns c nc -z -w "$1" 192.0.2.9 5000; }
used=$(ns A conntrack -C)
limit $((used - 10))
n=$(drops A)
ok_if "A is full: nobody can begin a connection" not connects 2
ok_if "which the core counts" dropped "$n"
ok_if "A says so" wait_for 10 fault A "[0-9] connections, and the table takes $((used - 10))"
ok_if "what is there goes on" hold_alive many 185
ok_if "and so does the pair" is "$(rg_state A), $(rg_state B)" "ACTIVE, STANDBY HOT"
limit 20000
ok_if "with room again connections begin" connects 5

# the standby's: it has 60 of its own that A has not
for ((i = 0; i < 60; i++)); do
	echo "-I -p udp -s 198.18.0.1 -d 198.18.0.2 --sport $((2000 + i)) --dport 9 -t 600"
done >"$RUN/own"
must ns B conntrack --load-file "$RUN/own"
must settled A
limit $(($(ns A conntrack -C) + 30))
must hold_start more c -n 20 192.0.2.9 5000
ok_if "B is full: A counts what it refuses" wait_for 10 fault A "CAPACITY: [0-9]* connections are missing at the peer, its kernel refused them"
ok_if "that many" at_least "$(field A refused)" 20
ok_if "by their reason" at_least "$(kstat B refused-capacity)" 20
ok_if "and B is not HOT" is "$(rg_state B)" "STANDBY COLD-BULK"
limit 20000
ok_if "with room again it is, and the fault is over" eval 'wait_state 20 B "STANDBY HOT" && wait_for 5 no_fault A CAPACITY'
ktap_end
