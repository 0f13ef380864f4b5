#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: smp mem=1024 timeout=180
# An agent acknowledges batches that could not be handed to it yet. None of them counts, nothing
# is stuck, and what is in them still comes, to it and to the next agent (topology: lib/topo.sh,
# lib/kmod.sh; progs/early.c).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

early_ended() { grep -q '^records=' "$RUN/$NS/early"; }

ktap_plan 8
kmod_up
flowd_start 5000
must hold_start udp4 c -u -n 600 192.0.2.9 5000
must hold_start udp6 c -u -n 600 2001:db8:b::9 5000
ip netns exec "${NS}A" "$PROGS/early" 1 >"$RUN/$NS/early" 2>&1 8>&- &
early=$!
must wait_for 10 grep -q '^attached' "$RUN/$NS/early"
ok_if "it does not read, and batches are put back" more A push-agent-no-room 20
ok_if "what it acknowledged was not handed over" at_least "$(kstat A ack-bad-sequence)" 100
ok_if "none of it counts" at_most "$(kstat A acks)" "$(kstat A push-batches)"
kill -USR1 $early
ok_if "when it reads, everything comes" wait_for 20 early_ended
ok_if "to the last connection" at_least "$(sed -n 's/^records=//p' "$RUN/$NS/early")" 1200
must relay_up A B
ok_if "the next agent gets everything" settled A
ok_if "both tables are equal" tables_equal
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
