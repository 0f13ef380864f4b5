#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host timeout=900
# The negative control of demo-power: when the sessions do not reach router B, a download does
# not outlive router A. The ports of the translation are random, so a router without the state
# cannot get them right by luck (topology: scripts/lib/demo.sh; TCP is blocked on sync0).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/../scripts/vm-net"
. "$(dirname "$0")/../scripts/lib/demo.sh"

demo_out=$build/demo/nosync
demo_patience=15
demo_brief=1
bytes=$((9 << 20))
rate=$((1 << 20))

ktap_plan 5
rm -rf "$demo_out"
must vmnet_init
must demo_up $bytes
must demo_in A no-sync
must demo_in B no-sync
must demo_router A
must demo_await A 60 ACTIVE
must demo_router B
ok_if "B stands by, but is not hot" demo_await B 60 "STANDBY COLD"

# a download that runs through B from its beginning
whole() {
	local out

	must demo_in hosts download $((4 * rate)) $demo_patience
	out=$(demo_in hosts await-end 120)
	has "$out" '^curl 0$' &&
		is "$(sed -n 's/^sum //p' <<<"$out")" "$(sed -n 's/^wanted-sum //p' <<<"$out")"
}

must demo_run power A B $bytes $rate
diag "$(demo_timeline)"
ok_if "B takes over" is "$(demo_figure other-role)" ACTIVE
ok_if "the download is lost" not demo_intact
ok_if "a new one works" whole
ok_if "no kernel reported an error" vm_splats
ktap_end
