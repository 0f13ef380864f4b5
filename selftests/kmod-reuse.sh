#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# Names that are used again before the standby knows that their last bearer ended: a client's port
# in TIME_WAIT, a translated port whose deletion was never told. And bulk transfers that meet a
# change of the hash table's size, or break off in the middle, more than once. Each time the tables
# are equal in the end, and what lives goes on at the other router (topology: lib/topo.sh,
# lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

flows=$(soak 5000 2000 1500)	# some batches of them: a transfer has to have a middle
hash=/sys/module/nf_conntrack/parameters/hashsize

# talk PORT: a connection from that port of the client, a line each way, closed by the client
talk() {
	is "$(ns c socat -t 5 - "TCP:192.0.2.9:5000,sourceport=$1,reuseaddr" <<<x)" x
}
# of_port ROUTER PORT: its connection from that port of the client
of_port() { rg_marked "$1" | grep "src=10.0.0.9 dst=192.0.2.9 sport=$2 "; }
translated() { of_port "$1" "$2" | sed -E 's/.* dport=([0-9]+) .*/\1/'; }
relay_hold() { must kill -STOP "$(relay_pid A B)"; }
relay_go() { must kill -CONT "$(relay_pid A B)"; }
same_on_both() {
	at_least "$(of_port A "$1" | wc -l)" 1 && is "$(of_port B "$1")" "$(of_port A "$1")"
}
some_here() { at_least "$(rg_marked B | wc -l)" "$1"; }

ktap_plan 21
kmod_up
flowd_start 5000
must topo_sysctl c net.ipv4.tcp_tw_reuse=1
must ns A nft insert rule inet rgtest post ip saddr 10.0.0.9 tcp sport '{ 40001, 40002 }' \
	snat ip to 192.0.2.100:7777
must relay_up A B

# a client's port
must talk 33333
must settled A
ok_if "a connection that was closed waits on both routers" same_on_both 33333
before=$(translated A 33333)
created=$(kstat A entries-created)
must talk 33333
must settled A
ok_if "its port again: another connection" at_least "$(kstat A entries-created)" $((created + 1))
ok_if "translated to another port" not quiet is "$(translated A 33333)" "$before"
ok_if "which is the one on both routers" same_on_both 33333
relay_hold
for ((i = 0; i < 3; i++)); do
	must talk 33333
done
relay_go
must settled A
ok_if "three of them while the link stood still" same_on_both 33333
ok_if "and all is equal" equal_soon

# a translated port
must talk 40001
must settled A
ok_if "a connection to a port of the pool" is "$(translated B 40001)" 7777
relay_hold
must ns A conntrack -D -p tcp --sport 40001 >/dev/null 2>&1
must talk 40002
relay_go
must settled A
ok_if "it ends, and another one has its port: so it is there" is "$(translated B 40002)" 7777
ok_if "and the first has gone" is "$(of_port B 40001)" ""
relay_down A B
# another life of A as the active: nobody knows any more what B was told, and no deletion comes
must krole A standby 2
must krole B standby 3
must krole A active 3
must ns A conntrack -D -p tcp --sport 40002 >/dev/null 2>&1
replaced=$(kstat B install-replaced)
must talk 40001
must relay_up A B
must settled A
ok_if "its port again, though nobody told that it ended" is "$(translated B 40001)" 7777
ok_if "it had to make room" at_least "$(kstat B install-replaced)" $((replaced + 1))
ok_if "and all is equal again" equal_soon

# the hash table changes its size
must hold_start four c -n "$flows" 192.0.2.9 5000
must hold_start six c -n 100 2001:db8:b::9 5000
must settled A
relay_down A B
must rgk B flush 1
size=$(cat $hash)
on_exit eval "echo $size >$hash"
relay_begin A B slow $((20 * ktap_slow * ktap_slow))
for ((sizes = 0; sizes < 200; sizes++)); do
	! relay_synced A B || break
	must eval "echo $((8192 << sizes % 4)) >$hash"
	ktap_pause 0.02
done
ok_if "the hash table changed its size during a bulk transfer" at_least "$sizes" 3
must wait_for 20 relay_synced A B
must settled A
ok_if "nothing was lost by that" equal_soon
ok_if "nor known to be missing" is "$(kget A refused)" 0

# broken in the middle
swept=$(kstat B install-swept)
relay_down A B
must rgk B flush 1
for ((i = 0; i < 3; i++)); do
	relay_begin A B bulk slow $((50 * ktap_slow))
	must quiet wait_for 10 some_here 1
	relay_hold
	some=$(rg_marked B | wc -l)
	relay_down A B
done
ok_if "a bulk transfer broke off in the middle" at_most "$some" "$flows"
ok_if "and swept nothing" is "$(kstat B install-swept)" "$swept"
must relay_up A B
must settled A
ok_if "the next one brings all" equal_soon
ok_if "and what lives was not swept" at_least "$(rg_marked B | grep -c ESTABLISHED)" $((flows + 100))
kmod_takeover 4
kmod_no_new B
ok_if "it lives at the other router" hold_alive four "$flows"
ok_if "over IPv6, too" hold_alive six 100
ktap_end
