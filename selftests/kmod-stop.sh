#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# The replication of one mapping (152, IPv4) is stopped on both routers. Nothing of it is sent but
# the ends of its connections, or taken, or swept by a bulk transfer; the other mapping (153, IPv6)
# is replicated and verified. When it goes on all of it is sent (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

N=10
STOPPED=8			# NF_RG_F_STOPPED
MERGE=16			# NF_RG_BATCH_MERGE
CONFIG=12			# NF_RG_REASON_CONFIG

# flags ROUTER FLAGS: of mapping 152
flags() {
	must rgk "$1" raw mapping-new mapping=152 group=1 slot=1 flags="$2" \
		"ranges={" "range={" range-from=x:c0000264 range-to=x:c0000267 "}" "}"
}
# on ROUTER PORT N: so many of its connections there belong to a mapping
on() { is "$(rg_marked "$1" | grep -c " dport=$2 ")" "$3"; }
stopped_is() { is "$(kget A stopped)" "$1"; }
# NF_RG_SYNC_DONE
verified() { kget_is A sync 3; }
of_152() { rg_marked A | grep -c " mark=$MARK4\$"; }

ktap_plan 24
kmod_up
must flowd_start 5000 3
must hold_start old4 c -n $N 192.0.2.9 5000
must hold_start old6 c -n $N 2001:db8:b::9 5000
must hold_start end4 c -n $N 192.0.2.9 5001
must relay_up A B
must settled A
must wait_for 20 verified
had=$(of_152)

flags B $STOPPED
flags A $STOPPED
ok_if "the kernel tells it" has "$(rgk A mappings)" '^152 .* stopped$'
ok_if "all of the mapping waits" stopped_is "$had"
must hold_start new4 c -n $N 192.0.2.9 5002
must hold_start new6 c -n $N 2001:db8:b::9 5002
ok_if "and what is new" stopped_is $((had + N))
ok_if "nothing else does" settled A
ok_if "the other mapping is replicated" on B 5002 $N
ok_if "and verified" wait_for 20 verified
must ns A conntrack -D -p tcp --dport 5001 >/dev/null 2>&1
ok_if "what ends on A ends on B" quiet wait_for 10 on B 5001 0
ok_if "and waits no more" stopped_is "$had"

relay_down A B
must relay_up A B bulk
ok_if "a bulk transfer: B keeps what it has of the mapping" on B 5000 $((2 * N))
ok_if "has what it had of the other one" on B 5002 $N
ok_if "and swept nothing" is "$(kstat B install-swept)" 0
ok_if "the rest is verified" wait_for 20 verified
relay_down A B

udp=$(record 17 7000)
ok_if "a standby refuses a record of it" is "$(give "$udp")" "refusal 0 $CONFIG;"
ok_if "so does an active one that is to merge it" has "$(rgk A raw install attach group=1 epoch=1 \
	epoch-system=1 seq=1 batch=$MERGE generation=1 records="x:$udp" 2>&1)" "^refusal 0 $CONFIG"
ok_if "both count it" is "$(kstat A refused-configuration) $(kstat B refused-configuration)" "1 1"

flags B 0
flags A 0
ok_if "it goes on: nothing is stopped" stopped_is 0
must relay_up A B
ok_if "B gets what it had missed" quiet wait_for 10 on B 5002 $((2 * N))
ok_if "both tables are equal" equal_soon
ok_if "and verified, too" wait_for 20 verified

# stopped, and gone on, while the peer has answered nothing of it
flags A $STOPPED
flags A 0
ok_if "the whole mapping comes again" settled A
ok_if "still equal" equal_soon
kmod_takeover
for h in old4 new4; do
	ok_if "its connections survive a takeover: $h" hold_alive $h $N
done
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
