#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# With agents: STANDBY HOT means verified, and both say so; what happens to the standby's table
# behind our back, or did while its agent was away, is repaired without a bulk transfer, and what
# it refuses keeps it from being HOT, by number (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

verified() { rg_field "$1" "Verified equal"; }
says() { [[ $(verified "$1") =~ $2 ]]; }
# the agent hears a moment later of what its kernel finds: the kernel is asked first, and from when
# it says that all is well the tables are equal
hot() { wait_for 20 kget_is B sync 3 && wait_state 20 B "STANDBY HOT" && tables_equal; }
# changed: what of B's table has the mark that it got behind our back
changed() { ct B -p tcp -m 0x77/0xff; }
# found NUMBER: so many were, in all, and none is left: one may be changed twice (ct_alter)
found() { kstat_at_least B scrub-damaged "$1" && [ -z "$(changed)" ]; }
# restored NUMBER: B has lost so many in all and has them again
restored() { wait_for 20 kstat_at_least B entries-lost-on-standby "$1" && hot; }

ktap_plan 14
must modprobe nf_rg scrub_interval=1
topo_up
must pair_up
ok_if "B says when both were equal" wait_for 5 says B '^[0-9]+ s ago$'
ok_if "so does A, and how many are missing" wait_for 5 says A '^[0-9]+ s ago, entries known missing: 0$'
flowd_start 5000
must hold_start flows c -n 200 192.0.2.9 5000
must settled A
bulks=$(kstat A sync-bulks)
must ct_alter B -D -p tcp --orig-src 10.0.0.9
ok_if "all that B loses comes back" restored 200
must ct_alter B -U -p tcp --orig-src 10.0.0.9 -m 0x77
ok_if "so does what is changed there" wait_for 20 found 200
ok_if "and B is HOT again" hot
ok_if "without a bulk transfer" is "$(kstat A sync-bulks)" "$bulks"

rg_kill B KILL
must wait_for 10 rg_gone B
must ct_alter B -D -p tcp --orig-src 10.0.0.9
must rg_start B
ok_if "what B lost while its agent was dead comes back" restored 400
ok_if "without a bulk transfer, too" is "$(kstat A sync-bulks)" "$bulks"

# the limit is one for all namespaces
max=$(sysctl -n net.netfilter.nf_conntrack_max)
on_exit sysctl -qw net.netfilter.nf_conntrack_max="$max"
must sysctl -qw net.netfilter.nf_conntrack_max=100
must ct_alter B -D -p tcp --orig-src 10.0.0.9
ok_if "what B has no room for is known missing" wait_for 20 says A 'entries known missing: 1[0-9][0-9]$'
ok_if "it is counted by its reason" at_least "$(kstat B refused-capacity)" 90
ok_if "and B is not HOT" is "$(rg_state B)" "STANDBY COLD-BULK"
must sysctl -qw net.netfilter.nf_conntrack_max="$max"
ok_if "with room again it comes" hot
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "and every connection lives" hold_alive flows 200
ktap_end
