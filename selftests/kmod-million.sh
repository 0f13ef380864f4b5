#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 soakmem=6144 timeout=180
# A standby joins a router that has very many connections (soak: 1 000 000), each made by a packet
# through its translation, while more begin and others end: the bulk transfer completes, both
# tables are proven equal, and a takeover is as quick as with none (topology: lib/topo.sh,
# lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

many=$(soak 1000000 20000 3000)
patience=$(soak 600 60)

# more_flows: until it is killed, 500 a second whose entries live for an hour like the others'
more_flows() {
	ip netns exec "${NS}c" "$PROGS/strew" -f "$many" -n 1000000 -r 500 \
		10.0.0.9 192.0.2.9 10 >/dev/null 2>&1 8>&- &
	more_pid=$!
	disown $more_pid
	on_exit kill $more_pid
}

verified() { [ "$(kget A sync) $(kget B sync)" = "3 3" ] && [ "$(kget "$1" verified)" -lt 2500 ]; }
same_number() { is_settled A && [ "$(kget A entries)" = "$(kget B entries)" ]; }
# role_us ROUTER ROLE EPOCH: how long the kernel takes to give it this role, asked by a real-time
# process as the agent is: what it leaves to its workers waits
role_us() { chrt -f 50 "$PROGS/rgk" -n "$NS$1" role 1 "$2" "$3" timed | sed -n 's/^us //p'; }

ktap_plan 13
kmod_up
room "$many"
sink
flowd_start 5000
for r in A B; do
	topo_sysctl $r net.netfilter.nf_conntrack_udp_timeout=3600
done
must krole A standby 2
none=$(role_us A active 3)
must krole B standby 3
must hold_start held c -n 20 192.0.2.9 5000

must succeeds ns c "$PROGS/strew" -n "$many" 10.0.0.9 192.0.2.9 10
ok_if "A has an entry for each" at_least "$(kget A entries)" "$many"
churn_start "$(soak 100 50 10)"
more_flows
must more A entries-removed 20
created=$(kstat A entries-created)
removed=$(kstat A entries-removed)
relay_begin A B
ok_if "the bulk transfer completes" wait_for "$patience" relay_synced A B
ok_if "while connections begin" at_least "$(kstat A entries-created)" $((created + 10))
ok_if "and others end" at_least "$(kstat A entries-removed)" $((removed + 1))
ok_if "B has all" at_least "$(kget B entries)" "$many"
ok_if "they are proven equal, and A knows" wait_for "$patience" verified A
ok_if "and B" wait_for "$patience" verified B
kill $more_pid
churn_stop
ok_if "it was done once" is "$(kstat A sync-bulks) $(kstat A sync-deltas)" "1 0"
ok_if "nothing differed, was refused or lost" is \
	"$(kstat A verify-different) $(kstat A peer-refused) $(kstat B entries-lost-on-standby)" "0 0 0"
ok_if "in the end both have as many" wait_for "$patience" same_number
ok_if "no connection was reset" churn_well

must settled A
kmod_cut A
some=$(role_us B active 4)
diag "SET_ROLE took $none us without connections, $some us with $(kget B entries)"
most=$(awk "BEGIN { print 1.5 * $none }")
ok_if "a takeover takes no longer than without any" at_most "$some" "$most"
kmod_addresses B add
kmod_forget_neighbours
ok_if "the flows live" hold_alive held 20
ktap_end
