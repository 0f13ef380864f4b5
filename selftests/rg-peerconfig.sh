#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# The access list of one mapping (153, IPv6) differs between the routers. Both say what; that mapping
# stops being replicated, the other one (152, IPv4) goes on under traffic. When the lists are the
# same again after a reload all is replicated again, by a delta. A power cut while they differ costs
# the connections of the one mapping that began meanwhile, and no others (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

MORE="ip access-list standard L6
 permit fd00:c::/64"
HERE="permit fd00:a::/64" THERE="permit fd00:a::/64, permit fd00:c::/64"

# reread ROUTER LINES: its configuration with other lines at the end
reread() {
	EXTRA=$2 rg_write "$1"
	rg_kill "$1" HUP
}
conf_of() { rg_ctl "$1" --json show redundancy application faults group 1 | gojq -c ".groups[0].faults.configuration | $2"; }
conf_is() { is "$(conf_of "$1" .state)" "\"$2\""; }
# names ROUTER HERE THERE: that, and only that, is what differs
names() {
	is "$(conf_of "$1" '[.differences, (.named[] | .item, .id, .field, .here, .peer, .stopped)]')" \
		"[1,\"mapping-id\",153,\"access-list\",\"$2\",\"$3\",true]"
}
shows() { has "$(rg_ctl "$1" show redundancy application faults group 1)" "$2"; }
counter() { rg_ctl "$1" --json show redundancy application counters group 1 | gojq ".groups[0].$2"; }
# on ROUTER PORT: its connections there that belong to a mapping
on() { rg_marked "$1" | grep -c " dport=$2 "; }
are_on() { is "$(on "$1" "$2")" "$3"; }
logged() { grep -qF "$2" "$(rg_dir "$1")/log"; }
held_back_is() { is "$(counter A sync.stopped_now)" "$1"; }
verified() { is "$(counter A sync.state)" '"done"'; }

ktap_plan 28
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000 5
ok_if "the configurations are equal" conf_is A equal
must hold_start old4 c -n 5 192.0.2.9 5000
must hold_start old6 c -n 5 2001:db8:b::9 5001
must transfer_start down4 c down -r 1000000 -i 100 -w 30 192.0.2.9 5000 30000000
must settled A
bulks=$(kstat A sync-bulks)

reread B "$MORE"
ok_if "A names what differs" quiet wait_for 10 names A "$HERE" "$THERE"
ok_if "so does B" quiet wait_for 10 names B "$THERE" "$HERE"
ok_if "and in words" shows B "Differs: mapping-id 153 access-list: here $THERE / peer $HERE, not replicated"
ok_if "it is in the log of A" logged A \
	"CONFIG-DIFFERS: RG id 1: mapping-id 153: access-list differs: here $HERE, on the peer $THERE"
ok_if "and in that of B" logged B "CONFIG-DIFFERS: RG id 1: mapping-id 153: access-list differs"
ok_if "the copy is not complete" wait_state 10 B "STANDBY COLD-BULK"
must hold_start new4 c -n 5 192.0.2.9 5002
must hold_start new6 c -n 5 2001:db8:b::9 5003
ok_if "the other mapping is replicated" quiet wait_for 10 are_on B 5002 5
ok_if "what it has is verified" quiet wait_for 30 verified
ok_if "this one is not" are_on B 5003 0
ok_if "B keeps what it has of it" are_on B 5001 5
ok_if "A says of how many the copy is old" quiet wait_for 10 held_back_is 10
must ns A conntrack -D -f ipv6 -p tcp --dport 5001 >/dev/null 2>&1
ok_if "what has ended on A ends on B" quiet wait_for 10 are_on B 5001 0

reread B ""
ok_if "the same again: B has everything" wait_state 20 B "STANDBY HOT"
ok_if "both tables are equal" equal_soon
ok_if "with what began meanwhile" are_on B 5003 5
ok_if "which was a delta" is "$(kstat A sync-bulks)" "$bulks"
ok_if "A says that they are equal" conf_is A equal
ok_if "both have it in the log" eval 'logged A CONFIG-EQUAL: && logged B CONFIG-EQUAL:'

reread A "$MORE"
ok_if "A is changed: B names it" quiet wait_for 10 names B "$HERE" "$THERE"
must wait_state 10 B "STANDBY COLD-BULK"
must hold_start late4 c -n 5 192.0.2.9 5004
must hold_start late6 c -n 5 2001:db8:b::9 5004
must quiet wait_for 10 are_on B 5004 5
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "and says that its copy is not complete" logged B "without a complete copy"
for h in old4 new4 late4; do
	ok_if "the other mapping's connections live: $h" hold_alive $h 5
done
ok_if "and its download" transfer_ends down4 120
ok_if "so does what had come of this one" hold_alive new6 5
ok_if "what had not is lost" hold_dead late6 5
ktap_end
