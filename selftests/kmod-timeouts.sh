#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# After a takeover a connection has as long to live as it had on the peer, however long that
# is: the core counts in 31 bits of jiffies (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# left SPORT: its seconds on B
left() { ct B -p udp --orig-port-src "$1" | awk '{ print $3 }'; }
over() { [ -z "$(left "$1")" ]; }

ktap_plan 8
kmod_up
ok_if "times of every length are taken" is "$(give "$(record 17 1001 "" 60)" \
	"$(record 17 1002 "" 432000)" "$(record 17 1003 "" 10000000)" \
	"$(record 17 1004 "" 4294967295)" "$(record 17 1005 "" 0)")" ""
must kmod_takeover
ok_if "each connection gets its own back" wait_for 10 kstat_at_least B timeouts-released 5
ok_if "a minute" at_most "$(left 1001)" 60
ok_if "all of it" at_least "$(left 1001)" 40
ok_if "five days" at_least "$(left 1002)" 431980
# what 31 bits hold at 1000 jiffies/s
ok_if "four months, or as long as can be" at_least "$(left 1003)" 2147460
ok_if "and for ever, likewise" at_least "$(left 1004)" 2147460
ok_if "one that was over ends" wait_for 5 over 1005
ktap_end
