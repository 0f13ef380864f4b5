#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# Both tables are proven equal, and what happens to the standby's behind our back is found and
# repaired, a few buckets at a time: an entry deleted, changed, replaced by another, and one that
# the active never had (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# port N: source port of the Nth of the held flows
port() { rg_marked A | sed -nE 's/^tcp .* src=10.0.0.9 dst=192.0.2.9 sport=([0-9]+) .*/\1/p' | sed -n "$1p"; }
on_b() { must ct_alter B "$@"; }
verified() { [ "$(kget A sync) $(kget B sync)" = "3 3" ] && [ "$(kget "$1" verified)" -lt 2500 ]; }
# healed COUNTER N: B counts that it found N, both are equal and know it
healed() {
	wait_for 10 kstat_at_least B "$1" "$2" && wait_for 10 verified B && equal_soon 5 &&
		wait_for 5 verified B || { diag "$(rgk A get 1)" "$(rgk B get 1)"; return 1; }
}
# foreign PORT SNAT-PORT: one more on B, as if it had made it itself
foreign() {
	on_b -I -p tcp -s 10.0.0.9 -d 192.0.2.9 --sport "$1" --dport 5000 -n "192.0.2.100:$2" \
		-t 300 --state ESTABLISHED -u ASSURED
}

ktap_plan 22
must modprobe nf_rg scrub_interval=1
kmod_up
flowd_start 5000
must hold_start flows c -n 200 192.0.2.9 5000
must hold_start flows6 c -n 50 2001:db8:b::9 5000
must hold_start udp c -u -n 50 192.0.2.9 5000
must relay_up A B
must settled A
ok_if "the first comparison finds them equal" wait_for 10 verified A
ok_if "which B knows" wait_for 10 verified B
ok_if "and nothing had to be repaired" is "$(kstat A verify-different) $(kstat A repairs)" "0 0"

# what the peer does is no difference
churn_start 40
must more A entries-created 400
churn_stop
ok_if "under churn nothing differs" is "$(kstat A verify-different) $(kstat A repairs)" "0 0"
ok_if "nor is anything damaged" is "$(kstat B scrub-damaged) $(kstat B scrub-foreign)" "0 0"
ok_if "or changed untold" is "$(kstat A scrub-untold)" 0

on_b -D -p tcp --sport "$(port 1)" -s 10.0.0.9
ok_if "a deleted entry is found and comes back" healed entries-lost-on-standby 1
ok_if "in a repair of one bucket" is "$(kstat A repairs) $(kstat A repair-buckets)" "1 1"
on_b -U -p tcp --sport "$(port 2)" -s 10.0.0.9 -m 0x1234
ok_if "so is one whose mark was changed" healed scrub-damaged 1
p=$(port 3)
must kill -STOP "$(relay_pid A B)"	# no repair in between
on_b -D -p tcp --sport "$p" -s 10.0.0.9
foreign "$p" 7
must kill -CONT "$(relay_pid A B)"
# the scrub removes it, or the record that comes before that takes its place
ok_if "so is one with another port" healed entries-lost-on-standby 2
before=$(kstat B scrub-foreign)
foreign 9 9
ok_if "one that the active never had is removed" healed scrub-foreign $((before + 1))
ok_if "few buckets were sent again" at_most "$(kstat A repair-buckets)" 5
ok_if "no bulk transfer was needed" is "$(kstat A sync-bulks)" 1
on_b -D -p tcp -s 10.0.0.9
ok_if "all of one kind come back" healed entries-lost-on-standby 202
ok_if "without a bulk transfer" is "$(kstat A sync-bulks)" 1

# under churn
churn_start 40
for i in 1 2 3; do
	must more A entries-created 40
	on_b -U -p tcp --sport "$(port "$i")" -s 10.0.0.9 -m 0x99
	on_b -D -p tcp --sport "$(port $((i + 5)))" -s 10.0.0.9
done
must more A entries-created 40
churn_stop
ok_if "damage under churn is found" healed scrub-damaged 4
ok_if "and repaired" healed entries-lost-on-standby 205

# a session that breaks in the middle of things
before=$(kstat A sync-bulks)
on_b -D -p tcp -s 10.0.0.9
relay_down A B
must relay_up A B
ok_if "what was lost before a new session is found in it" healed entries-lost-on-standby 405
ok_if "which is a delta" is "$(kstat A sync-bulks)" "$before"
# a former active that had no session has nobody to believe
relay_down A B
must ns A conntrack -U -p tcp -s 10.0.0.9 -m 0x55 >/dev/null 2>&1
before=$(rg_marked A | wc -l)
must krole A standby 1
must more A scrubs 2
ok_if "what was never sent is not damaged" is "$(rg_marked A | wc -l) $(kstat A scrub-damaged)" "$before 0"
kmod_takeover
ok_if "the flows live on B" hold_alive flows 200
ok_if "those of UDP, too" hold_alive udp 50
ktap_end
