#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# Signed hellos: a pair that has them, another key-string without a lost hello, a key chain whose
# keys take turns and run out, a router with a wrong key, packets that were recorded and are sent
# again, and a key that nobody reads (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

SECRET=Xyzzy-the-first
SECRET2=Plugh-the-second
MUTATED=20000
[ -z "${NF_RG_SOAK:-}" ] || MUTATED=1000000
AUTH="hmac-sha-256 key-string 0 $SECRET"

media() { rg_ctl "$1" --json show redundancy application protocol group 1 | gojq "..|.$2? // empty" | head -n 1; }
failures() { media "$1" authentication_failures; }
# count_of ROUTER REASON: hellos, and reports about twins, which go the same way
count_of() {
	rg_ctl "$1" --json show redundancy application counters |
		gojq "[.. | objects | .\"hello-$2\"? // empty, .\"twin-$2\"? // empty] | add // 0"
}
counts() { [ "$(count_of "$1" "$2")" -ge "$3" ]; }
# refusals ROUTER: of both that were not believed, for whatever reason
refusals() {
	rg_ctl "$1" --json show redundancy application counters |
		gojq '[.. | objects | to_entries[] | select(.key | test("^(hello|twin)-(unowned-)?(bad|own|same|third|replay)")) | .value] | add // 0'
}
refuses() { [ "$(refusals "$1")" -ge "$2" ]; }
memory() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$(rg_pid "$1")/status"; }
faulty() { rg_ctl "$1" show redundancy application faults group 1 | grep -q "$2"; }
# undisturbed: nothing was refused or lost, and nobody changed his role
undisturbed() {
	is "$(failures A) $(failures B) $(media A rx_lost) $(media B rx_lost) $(rg_state A) $(rg_state B)" \
		"0 0 0 0 ACTIVE STANDBY HOT"
}
# rekey ROUTER AUTHENTICATION: another line in its file, which it reads
rekey() { AUTH=$2 && rg_write "$1" && rg_ctl "$1" reload; }
# hellos ROUTER N: so many more have come
hellos() { wait_for 20 media_at_least "$1" rx_packets $(($(media "$1" rx_packets) + $2)); }
media_at_least() { [ "$(media "$1" "$2")" -ge "$3" ]; }
instant() { date -u -d "@$1" '+%H:%M:%S %b %d %Y'; }
# turns FIRST: a key chain whose first key signs until then, the second for 4 s more
turns() {
	cat <<-CONF
	key chain turns
	 key 1
	  key-string 0 $SECRET
	  accept-lifetime 00:00:00 Jan 1 2000 $(instant $(($1 + 2)))
	  send-lifetime 00:00:00 Jan 1 2000 $(instant "$1")
	 key 2
	  key-string 0 $SECRET2
	  accept-lifetime $(instant $(($1 - 2))) $(instant $(($1 + 6)))
	  send-lifetime $(instant "$1") $(instant $(($1 + 4)))
	CONF
}
passed() { [ "$(date +%s)" -ge "$1" ]; }

ktap_plan 32
must modprobe nf_rg
topo_up
must pair_up
ok_if "a pair comes up with signed hellos" is "$(media A authentication)" '"hmac-sha-256"'
must hellos A 10
ok_if "no hello is refused" undisturbed
ok_if "the configuration does not show the key in clear" lacks "$(rg_ctl A show running-config)" "$SECRET"

# another key-string, on one router after the other
must rekey A "hmac-sha-256 key-string 0 $SECRET2 timeout 60"
must hellos B 20
must rekey B "hmac-sha-256 key-string 0 $SECRET2 timeout 60"
must hellos A 20
ok_if "another key-string loses no hello" undisturbed

# a key chain
first=$(($(date +%s) + 5))
EXTRA=$(turns $first)
must rekey A "hmac-sha-256 key-chain turns"
must rekey B "hmac-sha-256 key-chain turns"
before="$(failures A) $(failures B)"
must wait_for 30 passed $((first + 3))
ok_if "keys of a chain take turns without a refusal" is "$(failures A) $(failures B)" "$before"
ok_if "and nobody changes his role" is "$(rg_state A) $(rg_state B)" "ACTIVE STANDBY HOT"
must wait_for 30 passed $((first + 8))
ok_if "a chain that has run out is an alarm" faulty A KEY-EXPIRED
ok_if "and is logged" wait_for 5 grep -q KEY-EXPIRED "$(rg_dir A)/log"
ok_if "its newest key stays in use" is "$(failures A) $(failures B) $(rg_state A) $(rg_state B)" \
	"$before ACTIVE STANDBY HOT"
EXTRA="key chain one
 key 7
  key-string 0 $SECRET"
must rekey A "md5 key-chain one"
must rekey B "md5 key-chain one"
must wait_for 20 pair_whole
before="$(failures A) $(failures B)"
must hellos A 20
ok_if "with md5 a key chain does as well" \
	is "$(media A authentication) $(failures A) $(failures B)" "\"md5\" $before"
EXTRA=

# back to a key-string; then what was recorded
must rekey A "md5 key-string 0 $SECRET"
must rekey B "md5 key-string 0 $SECRET"
must wait_for 20 pair_whole
must ns A "$PROGS/replay" record sync0 7482 "$RUN/tape" 20
must hellos B 2		# later ones than the last of the tape
replays=$(count_of B replay)
must ns A "$PROGS/replay" send sync0 "$RUN/tape"
ok_if "what is sent again is counted" wait_for 5 counts B replay $((replays + 20))
ok_if "and has no effect" is "$(rg_state A) $(rg_state B)" "ACTIVE STANDBY HOT"

# changed on the way
must ns A "$PROGS/replay" mutate sync0 "$RUN/tape" 1000 1 >/dev/null
refused=$(refusals B)
small=$(memory B)
changes=$(grep -c 'role change' "$(rg_dir B)/log")
must ns A "$PROGS/replay" mutate sync0 "$RUN/tape" $MUTATED 2 >/dev/null
ok_if "what was changed on its way is all counted" wait_for 20 refuses B $((refused + MUTATED))
ok_if "memory stays as it is" at_most $(($(memory B) - small)) 64
ok_if "the pair stays hot" is "$(rg_state A) $(rg_state B)" "ACTIVE STANDBY HOT"
ok_if "and was all the time" is "$(grep -c 'role change' "$(rg_dir B)/log")" "$changes"
# but for what -d adds
ok_if "the log does not say it of each" at_most "$(grep -vc "packet refused: " "$(rg_dir B)/log")" 100
rg_kill A KILL
ok_if "B takes over" wait_state 10 B ACTIVE
rg_stop B
must rg_start B
must wait_state 20 B ACTIVE
bad=$(count_of B bad-session)
must ns A "$PROGS/replay" send sync0 "$RUN/tape"
ok_if "a tape of another life is refused" wait_for 5 counts B bad-session $((bad + 20))
ok_if "it makes no peer" is "$(rg_field B "Peer Presence")" No
ok_if "and moves no role" state_is B ACTIVE

# a router with a wrong key takes no part
AUTH="md5 key-string 0 wrong"
must rg_write A
sed -i 's/^   name test/&\n   shutdown/' "$(rg_dir A)/conf"
said=$(grep -c 'AUTH.*bad-mac' "$(rg_dir B)/log")
must rg_start A
ok_if "a wrong key is counted" wait_for 10 counts B bad-mac 5
ok_if "it is a fault" faulty B AUTH
said=$(($(grep -c 'AUTH.*bad-mac' "$(rg_dir B)/log") - said))
ok_if "and logged" at_least $said 1
ok_if "not for every packet" at_most $said 2
ok_if "B stays active" state_is B ACTIVE
rg_stop A
AUTH="md5 key-string 0 $SECRET"
must rg_write A
must rg_start A
ok_if "with the right one A is its standby" wait_state 20 A "STANDBY HOT"

# the key is nobody's business
ok_if "no log has a key" lacks "$(cat "$(rg_dir A)/log" "$(rg_dir B)/log")" "$SECRET"
chmod 644 "$(rg_dir A)/conf"
ok_if "a file that others may read is refused" has "$(rg_ctl A reload 2>&1)" "holds keys"
ok_if "also at a check" fails "$BIN/rgd" -n -f "$(rg_dir A)/conf"
chmod 600 "$(rg_dir A)/conf"
must sysctl -qw kernel.core_pattern="$RUN/core.%e"
must prlimit --core=unlimited --pid "$(rg_pid A)"
rg_kill A SEGV
must wait_for 10 rg_gone "$(rg_pid A)"
ok_if "a core file is not written" not compgen -G "$RUN/core.rgd*"
ok_if "B stays active throughout" state_is B ACTIVE
ktap_end
