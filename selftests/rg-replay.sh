#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# What one router said is said again by somebody else: hellos, RESIGN, RELOAD-PEER, and packets of BFD,
# which are signed as soon as both routers have shown that they can. In the session, after a restart
# of either agent, and an hour later (soak): it is counted, and has no effect (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

AUTH="hmac-sha-256 key-string 0 Xyzzy"
BFD="bfd interval $((50 * ktap_slow)) min-rx $((50 * ktap_slow)) multiplier 3"
LATER=$(soak 3600 20 5)	# s
HELLO_PORT=7482 BFD_PORT=3784
TYPE_AT=5		# of a hello: wire-protocol.rst
TAPES="hello resign reload-peer bfd bfd-begin"

of_bfd() { rg_ctl "$1" --json show bfd neighbors | gojq -r ".bfd[0].$2"; }
keyed() { [ "$(of_bfd "$1" authentication)" = meticulous-sha-1 ] && [ "$(of_bfd "$1" state)" = Up ]; }
both_keyed() { keyed A && keyed B; }
# refusals ROUTER: packets that were not believed, for whatever reason
refusals() {
	rg_ctl "$1" --json show redundancy application counters | gojq '[.. | objects | to_entries[] |
		select(.key | test("^(hello|bfd)-") and (test("^(hello-ok|bfd-tx)") | not)) | .value | numbers] | add // 0'
}
count_of() { rg_ctl "$1" --json show redundancy application counters | gojq "[.. | objects | .\"$2\"? // empty] | add // 0"; }
refuses() { [ "$(refusals "$1")" -ge "$2" ]; }
reason() { [ "$(count_of B "$1")" -gt "$2" ]; }

# tape NAME PORT COUNT [AT VALUE]: begins to record what A sends; tape_done NAME
tape() {
	rm -f "$RUN/tape.$1"
	ns A "$PROGS/replay" record sync0 "$2" "$RUN/tape.$1" "${@:3}" 8>&- &
	tapes[$1]=$!
	# it is there when the socket is
	must wait_for 5 test -e "$RUN/tape.$1"
}
tape_done() { wait_for 20 sh -c "! kill -0 ${tapes[$1]} 2>/dev/null"; }
declare -A tapes

# standing: what nobody but the two may change
standing() {
	local r

	for r in A B; do
		echo "$r: $(rg_state $r), BFD up $(of_bfd $r ups) times, $(of_bfd $r last_end)," \
			"$(grep -c 'role change' "$(rg_dir $r)/log") changes"
	done
}
# said_again TAPE: all of it is refused, and nothing happens
said_again() {
	local n sent before

	before=$(standing)
	n=$(refusals B)
	sent=$(ns A "$PROGS/replay" send sync0 "$RUN/tape.$1" | sed 's/sent=//')
	at_least "$sent" 1 || return 1
	n=$((n + sent))
	wait_for 5 refuses B $n || { diag "$(refusals B) refused, wanted $n"; return 1; }
	ktap_pause 2
	is "$(standing)" "$before"
}
all_again() {
	local t

	for t in $TAPES; do
		ok_if "$1: $t" said_again "$t"
	done
}

ktap_plan 32
must modprobe nf_rg
topo_up
tape bfd-begin $BFD_PORT 20
must pair_up
ok_if "BFD is signed, both ways" wait_for 5 both_keyed
ok_if "its beginning is on tape" tape_done bfd-begin
n=$(count_of B bfd-authentication)
tape bfd $BFD_PORT 20
tape hello $HELLO_PORT 20 $TYPE_AT 1
must tape_done bfd
must tape_done hello
ok_if "nothing is refused any more" is "$(count_of B bfd-authentication) $(count_of B bfd-sequence)" "$n 0"
tape reload-peer $HELLO_PORT 1 $TYPE_AT 3
must rg_ctl A redundancy application reload group 1 peer
ok_if "a RELOAD-PEER is on tape" tape_done reload-peer
must wait_for 20 pair_whole
tape resign $HELLO_PORT 1 $TYPE_AT 2
must rg_ctl A redundancy application reload group 1 self
ok_if "a RESIGN is on tape" tape_done resign
must wait_state 20 B ACTIVE
must wait_state 20 A "STANDBY HOT"

seq=$(count_of B bfd-sequence) clear=$(count_of B bfd-authentication)
all_again "in the session"
ok_if "packets of BFD by their numbers" reason bfd-sequence "$seq"
ok_if "or as they are not signed" reason bfd-authentication "$clear"

ktap_pause "$LATER"
all_again "$LATER s later"

rg_kill B KILL
must wait_state 10 A ACTIVE
must rg_start B
must wait_state 20 B "STANDBY HOT"
must wait_for 10 both_keyed
all_again "after B's agent was started again"

rg_kill A KILL
must wait_state 10 B ACTIVE
must rg_start A
must wait_state 20 A "STANDBY HOT"
must wait_for 10 both_keyed
wrong=$(count_of B bfd-authentication)
all_again "after A's agent was started again"
ok_if "what was signed in A's other life is signed by no key" reason bfd-authentication "$wrong"

# who does not sign its hellos has nothing to sign BFD with
for r in A B; do
	AUTH="text test"
	must rg_write $r
	must rg_ctl $r reload
done
is_plain() { [ "$(of_bfd A authentication) $(of_bfd B authentication)" = "none none" ]; }
ok_if "without keys BFD is in clear" wait_for 10 is_plain
ok_if "and up" wait_for 5 eval '[ "$(of_bfd A state) $(of_bfd B state)" = "Up Up" ]'
ok_if "the pair is whole" wait_for 20 pair_whole
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
