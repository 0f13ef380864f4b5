#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# B's connection tracking table is full: what does not fit is refused for that reason
# and counted on both sides, nobody else's connection is pushed out, a bulk transfer takes
# away nothing that is there, and what is missing comes when there is room, although nothing
# happens on A (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

max=$(sysctl -n net.netfilter.nf_conntrack_max 2>/dev/null || echo 65536)

ktap_plan 10
kmod_up
flowd_start 5000
must hold_start flows c -n 60 192.0.2.9 5000
must hold_start own B -n 10 192.0.2.9 5000
ns A conntrack -D -p icmp >/dev/null 2>&1
ns A conntrack -D -p icmpv6 -f ipv6 >/dev/null 2>&1
# the limit is one for all namespaces: A makes no connection while it is low
on_exit sysctl -qw net.netfilter.nf_conntrack_max="$max"
must sysctl -qw net.netfilter.nf_conntrack_max=40
must relay_up A B
must settled A
here=$(ns B conntrack -C)
ok_if "B stays within its limit" at_most "$here" 40
ok_if "and uses it" at_least "$here" 38
ok_if "B counts the reason" at_least "$(kstat B refused-capacity)" 25
ok_if "A knows how many are missing" at_least "$(kget A refused)" 25
ok_if "A counts it" at_least "$(kstat A peer-refused)" 25
ok_if "B's own connections are there" is "$(ct B -p tcp | grep -c 'src=192.0.2.2 ')" 10
copies=$(rg_marked B | wc -l)
relay_down A B
must relay_up A B bulk
must settled A
ok_if "a bulk transfer takes no copy away" is "$(rg_marked B | wc -l)" "$copies"
must sysctl -qw net.netfilter.nf_conntrack_max="$max"
ok_if "with room again it all comes" wait_for 20 kget_is A refused 0
ok_if "both tables are equal" equal_soon
ok_if "B's own connections live" hold_alive own 10
ktap_end
