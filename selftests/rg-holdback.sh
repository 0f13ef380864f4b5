#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# What the configuration holds back until it is assured, or old enough, for one mapping or for all:
# a planned change of routers ends none of it, a power cut ends what was not due, and nothing else
# (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

RULES="ip nat switchover replication tcp port 5001 5003 older-than 3000
ip nat switchover replication udp assured
ip nat switchover replication mapping-id 153 icmp never
ip nat switchover replication mapping-id 153 tcp port 5001 older-than 600000"
EXTRA=$RULES

# on ROUTER PROTOCOL PORT: its connections there that belong to a mapping
on() { rg_marked "$1" | grep -c "^$2 .*dport=$3 "; }
are_on() { is "$(on "$1" "$2" "$3")" "$4"; }
# held ROUTER COUNT: it says that so many are held back
held() {
	local n

	n=$(rg_ctl "$1" show redundancy application group 1 | sed -nE 's/.* held back: ([0-9]+)$/\1/p')
	is "${n:-0}" "$2"
}
rules() { rg_ctl A show running-config | grep 'replication'; }
# reread ROUTER RULES: its configuration with other rules
reread() {
	EXTRA=$2 rg_conf "$1" | sed '/^[[:space:]]*$/d' >"$(rg_dir "$1")/conf"
	rg_kill "$1" HUP
}
policy() { rgk A mappings | grep "^$1 " | grep -oE '(not|old|assured|always) [^ ]+' | paste -sd' '; }
policy_is() { is "$(policy "$1")" "$2"; }

ktap_plan 23
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000 5
ok_if "the rules are shown as they were read" is "$(rules)" "$RULES"
ok_if "the kernel has those of each mapping, the narrowest first" policy_is 152 \
	"old 6:5001-5003@3000 not 6:80-80 assured 17:0-65535"
ok_if "with the number of ICMP in its family" policy_is 153 \
	"old 6:5001-5001@600000 old 6:5001-5003@3000 not 6:80-80 not 58 assured 17:0-65535"

must hold_start other c -n 5 192.0.2.9 5000
must hold_start old c -n 5 192.0.2.9 5001
must hold_start old6 c -n 5 2001:db8:b::9 5001
must hold_start udp c -u -n 5 192.0.2.9 5002
must settled A
ok_if "others are replicated at once" are_on B tcp 5000 5
ok_if "what has to wait is held back" held A 15
ok_if "and is not on B" is "$(on B tcp 5001) $(on B udp 5002)" "0 0"
ok_if "of which B is hot" wait_state 5 B "STANDBY HOT"
ok_if "what is old enough for its mapping comes" quiet wait_for 10 are_on B tcp 5001 5
ok_if "and nothing else" held A 10

# a planned change of routers
must rg_ctl A redundancy application reload group 1 self >/dev/null
ok_if "B takes over" wait_state 10 B ACTIVE
for h in other old old6 udp; do
	ok_if "what was held back lives: $h" hold_alive $h 5
done
must wait_state 20 A "STANDBY HOT"

# a power cut
must hold_start due c -n 5 192.0.2.9 5003
ok_if "B holds back as well" held B 5
ok_if "for as long" quiet wait_for 10 are_on A tcp 5003 5
must hold_start late c -n 5 2001:db8:b::9 5001
must settled B
power_cut B
ok_if "A takes over" wait_state 5 A ACTIVE
ok_if "what was due lives" hold_alive due 5
ok_if "so does what came over with the planned change" hold_alive old6 5
ok_if "what was held back is dead" hold_dead late 5

# other rules, while it runs
must hold_start wait c -n 3 2001:db8:b::9 5001
must wait_for 5 held A 3
reread A "ip nat switchover replication mapping-id 153 tcp port 5001 always"
ok_if "other rules come to the kernel" quiet wait_for 10 policy_is 153 "always 6:5001-5001 not 6:80-80"
ok_if "what waits goes by them" quiet wait_for 10 held A 0
reread A ""
ok_if "without any all is as it was" quiet wait_for 10 policy_is 153 "not 6:80-80"
ktap_end
