#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The wall clock of both routers jumps by a year, forth and back, under flows that go on: nobody is
# lost, no role moves, and nothing is due. Only the lifetimes of keys are over, so that the newest
# key stays in use, and is said to be too old (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

AUTH="hmac-sha-256 key-chain year"
TRUSTED=
FLOWS=20
YEAR=$((365 * 86400))

instant() { date -u -d "@$1" '+%H:%M:%S %b %d %Y'; }
# a day around now for the one key, two for the other
now=$EPOCHSECONDS
EXTRA="key chain year
 key 1
  key-string 0 Xyzzy-the-first
  accept-lifetime $(instant $((now - 86400))) $(instant $((now + 86400)))
  send-lifetime $(instant $((now - 86400))) $(instant $((now + 86400)))
 key 2
  key-string 0 Plugh-the-second
  accept-lifetime $(instant $((now - 86400))) $(instant $((now + 2 * 86400)))
  send-lifetime $(instant $((now + 80000))) $(instant $((now + 2 * 86400)))"

# jump SECONDS: nobody may be waiting by this clock meanwhile
jump() { must date -s "@$((EPOCHSECONDS + $1))" >/dev/null; }
faulty() { rg_ctl "$1" show redundancy application faults group 1 | grep -q "Fault $2"; }
lost() { rg_ctl "$1" --json show redundancy application counters group 1 | gojq '.groups[0].counters["election-peer-lost"]'; }
failures() { rg_ctl "$1" --json show redundancy application protocol group 1 | gojq '[.. | .authentication_failures? // empty][0]'; }
opened() { rg_ctl "$1" --json show redundancy application counters | gojq '[.. | objects | ."sync-opened"? // empty] | add // 0'; }
# what must not change: roles and their changes, peers lost, hellos refused, sessions of the data link,
# leases that ran out
state() {
	local r

	for r in A B; do
		echo "$r: $(rg_state $r), $(grep -cE 'role change|priority change|lease ran out' "$(rg_dir $r)/log") lost $(lost $r)" \
			"refused $(failures $r) sessions $(opened $r) leases $(kstat $r lease-expired)"
	done
}
same() { is "$(state)" "$before"; }
# hellos: some more have come to each
hellos() {
	local r n

	for r in A B; do
		n=$(count $r)
		wait_for 20 more_than $r $((n + 20)) || return 1
	done
}
count() { rg_ctl "$1" --json show redundancy application protocol group 1 | gojq '[.. | .rx_packets? // empty][0]'; }
more_than() { [ "$(count "$1")" -gt "$2" ]; }
expired() { faulty A KEY-EXPIRED && faulty B KEY-EXPIRED; }
valid() { ! faulty A KEY-EXPIRED && ! faulty B KEY-EXPIRED; }
rejoined() { [ "$(opened A)" -gt "$1" ] && pair_whole; }

ktap_plan 16
must modprobe nf_rg
topo_up
must flowd_start 5000
must pair_up
must rst_watch
must hold_start old c -n $FLOWS 192.0.2.9 5000
must settled A
ok_if "a key is valid" valid
before=$(state)
diag "$before"

for year in $YEAR $((-2 * YEAR)); do
	jump "$year"
	ok_if "a jump by $((year / YEAR)) years: no key is valid, as both say" wait_for 10 expired
	must hellos
	ok_if "nothing else has happened" same
	ok_if "the flows go on" hold_alive old $FLOWS
	must hold_start "new$year" c -n $FLOWS 192.0.2.9 5000
	ok_if "others begin, and reach the standby" settled A
	ok_if "both tables are equal" tables_equal
done
for r in A B; do
	ok_if "$r has it in the log" is "$(grep -c 'KEY-EXPIRED: protocol 1: the clock allows no key' "$(rg_dir $r)/log")" 1
	must rg_ctl $r configure "key chain year" "no key 1"
done
must hellos
ok_if "it is the newest key that is in use: without the other one nothing is refused" same
n=$(opened A)
ns A ss -K dport != :22 sport = :7483 >/dev/null
ns A ss -K dport = :7483 >/dev/null
ok_if "with it the data link is made anew" quiet wait_for 20 rejoined "$n"
ok_if "the flows go on" hold_alive old $FLOWS
ktap_end
