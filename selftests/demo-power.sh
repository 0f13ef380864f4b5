#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host timeout=900
# A translated download outlives the active router's power, again and again: the router that
# was cut comes back as standby, and is active when it is the other one's turn. Three machines,
# the example configurations, a real HTTP server and curl (topology: scripts/lib/demo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/../scripts/vm-net"
. "$(dirname "$0")/../scripts/lib/demo.sh"

demo_out=$build/demo/power-cuts
demo_brief=1
bytes=$((9 << 20))
rate=$((1 << 20))
cuts=$(soak 20 2)

ktap_plan $((cuts + 1))
rm -rf "$demo_out"
must vmnet_init
must demo_up $bytes
must demo_router A
must demo_await A 60 ACTIVE
must demo_router B
must demo_await B 60 "STANDBY HOT"

active=A
standby=B
for ((i = 1; i <= cuts; i++)); do
	ok_if "cut $i: router $active is off, the download goes on" \
		demo_round power $active $standby $bytes $rate
	must vm_splats
	if [ $i -lt "$cuts" ]; then
		must demo_machine $active
		must vm_wait_up $active 300
		must demo_router $active
		must demo_await $active 60 "STANDBY HOT"
	fi
	read -r active standby <<<"$standby $active"
done
ok_if "no kernel reported an error" vm_splats
ktap_end
