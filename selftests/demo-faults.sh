#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host timeout=900
# A translated download goes on while the active router's machine runs, but the router gives up
# its role or loses it: a planned switchover, a link that fails, an agent that is killed. Three
# machines, the example configurations, a real HTTP server and curl (topology: scripts/lib/demo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/../scripts/vm-net"
. "$(dirname "$0")/../scripts/lib/demo.sh"

demo_out=$build/demo/faults
demo_brief=1
bytes=$((9 << 20))
rate=$((1 << 20))

ktap_plan 8
rm -rf "$demo_out"
must vmnet_init
must demo_up $bytes
must demo_router A
must demo_await A 60 ACTIVE
must demo_router B
must demo_await B 60 "STANDBY HOT"

not_active() { not is "$(demo_of "$1" end role)" ACTIVE; }

ok_if "reload: the download goes on" demo_round reload A B $bytes $rate
ok_if "reload: A comes back as standby" demo_await A 60 "STANDBY HOT"

ok_if "link: the download goes on" demo_round link B A $bytes $rate
ok_if "link: B, without its link, is not active" not_active B
must vm_carrier B lan0 on
ok_if "link: B stands by when it has its link again" demo_await B 60 "STANDBY HOT"

ok_if "agent: the download goes on" demo_round agent A B $bytes $rate
must demo_in A rgd "$(demo_conf A)" "$build"
ok_if "agent: A comes back as standby" demo_await A 60 "STANDBY HOT"

ok_if "no kernel reported an error" vm_splats
ktap_end
