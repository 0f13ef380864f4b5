#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# Split brain: A and B are active at the same time, and clients' connections begin at either. Then
# one of them gives way. What it did goes to the other one before that one's copy sweeps it, what
# collides is refused and counted, and connections that have moved at the other router meanwhile
# are not held against windows of before (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

N=10
CLASHES=5
PORT=20000			# of the client, for flows that begin at both
RATE=$((400000 / ktap_slow))	# bytes a second
MERGE=16			# NF_RG_BATCH_MERGE

# merged FROM TO: all that FROM did goes to TO
merged() {
	relay_begin "$1" "$2" merge
	wait_for 20 kstat_at_least "$1" sync-merges 1 && wait_for 20 kget_is "$1" session 0 &&
		relay_down "$1" "$2"
}
# send ROUTER FLAGS EPOCH [RECORDS]: a batch by hand; prints the answer
send() {
	rgk "$1" raw install attach group=1 epoch="$3" epoch-system=1 seq=1 batch="$2" \
		generation=1 ${4:+records="x:$4"} 2>&1
}
# moved NAME: bytes of a transfer, so far
moved() { sed -nE 's/^t=[^ ]+ bytes=([0-9]+).*/\1/p' "$RUN/$NS/transfer.$1" | tail -n1; }
has_moved() { [ "$(moved "$1")" -ge "$2" ]; }
# goes_on NAME: it moves a megabyte more
goes_on() { wait_for 30 has_moved "$1" $(($(moved "$1") + 1000000)); }

ktap_plan 29
kmod_up
flowd_start 5000 2
must hold_start old c -n $N 192.0.2.9 5000
must relay_up A B
must settled A
relay_down A B

# B hears nobody any more
must krole B active 2
kmod_addresses B add
router_of A
must hold_start a4 c -n $N 192.0.2.9 5000
must hold_start a6 c -n $N 2001:db8:b::9 5000
must hold_start au c -u -n $N 192.0.2.9 5000
must hold_start both c -u -s $PORT -n $CLASHES 192.0.2.9 5001
must hold_alive old $N
router_of B
must hold_start b4 c -n $N 192.0.2.9 5000
must hold_alive both $CLASHES

ok_if "an active group does not merge" \
	has "$(rgk A raw sync attach group=1 session=1 flags=4 2>&1)" 'only a group that stands by merges'
must krole A standby 2
before=$(kget B entries)
merged A B
ok_if "A's connections are at B" is "$(kstat B merge-created)" $((3 * N))
ok_if "those that B translates otherwise are not" is "$(kstat B split-conflict)" $CLASHES
ok_if "A is told" is "$(kstat A merge-refused-by-peer)" $CLASHES
ok_if "nothing of B's gave way" is "$(kget B entries)" $((before + 3 * N))
ok_if "nothing waits at A" is "$(kget A pending) $(kget A inflight) $(kget A refused)" "0 0 0"
ok_if "and everything is still there" at_least "$(kget A entries)" $((4 * N + CLASHES))
held() { ct B | grep -cE ' [0-9]{7,} .*mark='; }
ok_if "with the timeouts of an active router" is "$(held)" 0
for h in "old $N" "a4 $N" "a6 $N" "au $N" "b4 $N" "both $CLASHES"; do
	ok_if "connections go on at B: $h" hold_alive $h
done
must relay_up B A
ok_if "the copy that follows makes both tables equal" equal_soon
ok_if "it swept what B had refused, or replaced it" \
	is "$(($(kstat A install-swept) + $(kstat A install-replaced)))" $CLASHES
relay_down B A

# the wrong time, and what has no place in it
ok_if "a standby takes no merge" has "$(send A $MERGE 2)" 'the group is not active'
ok_if "and counts it" is "$(kstat A merge-not-active)" 1
ok_if "nor an active one of another epoch" has "$(send B $MERGE 1)" 'the group is in another epoch'
ok_if "an active one takes nothing else" has "$(send B 0 2)" 'the group does not stand by'
udp=$(record 17 7000)
ok_if "a record by hand" lacks "$(send B $MERGE 2 "$udp")" 'refusal'
ok_if "it is here now" has "$(ct B -p udp)" 'sport=7000 '
ok_if "the same again is known" lacks "$(send B $MERGE 2 "$udp")" 'refusal'
# NF_RG_REASON_SPLIT
ok_if "another client with the same translation: a conflict" \
	has "$(send B $MERGE 2 "${udp/$(h4 10.0.0.9)/$(h4 10.0.0.8)}")" '^refusal 0 11'
# NF_RG_REC_DELETE, of that one
gone=$(printf '%s' "$(h8 2)$(h8 0)$(h16 32)$(h32 152)$(h64 7000)$(h8 4)$(h8 17)$(h16 0)" \
	"$(h4 10.0.0.9)$(h4 192.0.2.9)$(h16 7000)$(h16 80)")
ok_if "a deletion is malformed here" has "$(send B $MERGE 2 "$gone")" 'malformed record'
ok_if "and ends nothing" has "$(ct B -p udp)" 'sport=7000 '

# windows: both know a connection, and it moves at the one that gives way
must transfer_start down c down -r $RATE -i 50 -w 40 192.0.2.9 5000 4000000
must goes_on down
must relay_up B A
must settled B
relay_down B A
must krole A active 3
router_of A
must goes_on down
must krole A standby 4
must krole B active 4
must merged A B
learnt=$(kstat B windows-learnt)
router_of B
ok_if "a download that moved at A goes on at B" transfer_ends down 60
ok_if "its window is learnt again" at_least "$(kstat B windows-learnt)" $((learnt + 1))
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
