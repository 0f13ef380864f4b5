#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A bulk transfer when the peer cannot have everything: what is stale there is swept at
# its end, and only then; what happens meanwhile arrives (topology: lib/topo.sh,
# lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

flows=$(soak 5000 1000 200)

ktap_plan 13
kmod_up
flowd_start 5000
must hold_start held c -n "$flows" 192.0.2.9 5000
must hold_start stale c -n 10 2001:db8:b::9 5000
must relay_up A B
must settled A
ok_if "both tables are equal" equal_soon

# another life of A as the active: nobody knows any more what B was told
relay_down A B
must krole A standby 2
must krole B standby 3
must krole A active 3
must ns A conntrack -D -p tcp -f ipv6 >/dev/null 2>&1
ok_if "B keeps what A lost" is "$(rg_marked B | grep -c '^tcp 6 [A-Z_]* src=fd00:a::9 ')" 10
churn_start "$(soak 100 30 10)"
must relay_up A B
churn_stop
ok_if "a new life sends everything" is "$(kstat A sync-bulks)" 2
ok_if "what is stale was swept" at_least "$(kstat B install-swept)" 10
must settled A
ok_if "both tables are equal again" equal_soon
ok_if "nothing was lost on the way" is "$(kstat B entries-lost-on-standby)" 0

# a transfer that breaks off sweeps nothing
relay_down A B
swept=$(kstat B install-swept)
generation=$(rgk A get 1 | awk '$1 == "generation" { print $2 }')
must rgk B raw install attach group=1 epoch=3 epoch-system=1 seq=1 batch=1 generation=$((generation ^ 1)) >/dev/null
ok_if "a transfer that broke off sweeps nothing" is "$(kstat B install-swept)" "$swept"
must rgk B raw install attach group=1 epoch=3 epoch-system=1 seq=2 batch=6 generation=$((generation ^ 1)) >/dev/null
ok_if "nor does an end without its beginning" is "$(kstat B install-swept)" "$swept"
must relay_up A B bulk
must settled A
ok_if "a transfer that was asked for: equal" equal_soon

# another life of B's group
relay_down A B
must rgk B del 1
ok_if "a standby's group takes its connections with it" is "$(rg_marked B | wc -l)" 0
kmod_group B
must krole B standby 3
must relay_up A B
must settled A
ok_if "another instance gets everything" equal_soon
relay_down A B
must rgk B flush 1
must relay_up A B
must settled A
ok_if "so it does after a flush" equal_soon
ok_if "the flows live" hold_alive held "$flows"
ktap_end
