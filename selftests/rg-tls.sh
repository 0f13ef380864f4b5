#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=300
# The data link under a key: nothing of it is in clear, keys take turns under churn, a wrong or no
# key opens nothing, recorded, mutated, silent and many openings change nothing, and a download
# outlives its router (topology: lib/topo.sh; hellos on ctl0, so that sync0 has the data alone).
. "$(dirname "$0")/lib/ktap.sh"
CONTROL=ctl0
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

SECRET=Xyzzy-the-first
AUTH="hmac-sha-256 key-chain turns"
TRUSTED=
MUTATED=2000
[ -z "${NF_RG_SOAK:-}" ] || MUTATED=100000

count_of() { rg_ctl "$1" --json show redundancy application counters | gojq "[.. | objects | .\"$2\"? // empty] | add // 0"; }
counts() { [ "$(count_of "$1" "$2")" -ge "$3" ]; }
opened() { echo "$(count_of A sync-opened) $(count_of B sync-opened)"; }
hot() { is "$(rg_state A) $(rg_state B) $(opened)" "ACTIVE STANDBY HOT $1"; }
peer_of() { [ "$1" = A ] && echo B || echo A; }
instant() { date -u -d "@$1" '+%H:%M:%S %b %d %Y'; }
passed() { [ "$(date +%s)" -ge "$1" ]; }
faulty() { rg_ctl "$1" show redundancy application faults group 1 | grep -q "$2"; }
memory() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$(rg_pid "$1")/status"; }
# refusals ROUTER: openings that came to nothing, of whatever reason
refusals() {
	rg_ctl "$1" --json show redundancy application counters |
		gojq '[.. | objects | to_entries[] | select(.key | startswith("sync-opening-")) | select(.key != "sync-opening-ok") | .value] | add // 0'
}
refuses() { [ "$(refusals "$1")" -ge "$2" ]; }
# plain_said ROUTER: in how many views the link is said to be in clear
plain_said() {
	local v n=0

	for v in "group 1" "data-interface group 1" "transport group 1"; do
		# shellcheck disable=SC2086
		! rg_ctl "$1" show redundancy application $v | grep -q "DATA LINK NOT PROTECTED" || n=$((n + 1))
	done
	echo "$n $(rg_ctl "$1" --json show redundancy application group 1 | gojq -c '[.. | .data_link_protected? | booleans] | first')"
}
silent_ones() { [ "$(ns $L ss -Htn state established '( sport = :7483 )' | wc -l)" -gt "$1" ]; }
rejoined() { [ "$(opened)" != "$1" ] && pair_whole; }
# turns FIRST: key 1 signs until then, key 2 from then on
turns() {
	cat <<-CONF
	redundancy
	 application redundancy
	  require-encryption
	key chain turns
	 key 1
	  key-string 0 $SECRET
	  accept-lifetime 00:00:00 Jan 1 2000 $(instant $(($1 + 2)))
	  send-lifetime 00:00:00 Jan 1 2000 $(instant "$1")
	 key 2
	  key-string 0 Plugh-the-second
	  accept-lifetime $(instant $(($1 - 2))) infinite
	  send-lifetime $(instant "$1") infinite
	CONF
}

ktap_plan 26
must modprobe nf_rg
topo_up
must flowd_start 5000
first=$(($(date +%s) + 40))
EXTRA=$(turns $first)
ns A tcpdump --immediate-mode -q -U -i sync0 -w "$RUN/tape.pcap" tcp 2>/dev/null 8>&- &
tape=$!
disown $tape
must wait_for 10 test -s "$RUN/tape.pcap"
must pair_up
must transfer_start down c down -r 200000 -i 100 -w 30 192.0.2.9 5000 24000000
must hold_start tcp4 c -n 20 192.0.2.9 5000
ok_if "a pair is hot with a key" settled A
# who listens: his end of the connection has the port of the data link
L=A
[ "$(ns A ss -Htn state established '( sport = :7483 )' | wc -l)" = 1 ] || L=B
C=$(peer_of $L)
addr=172.16.0.1
[ $L = A ] || addr=172.16.0.2
ok_if "no view says that it is in clear" is "$(plain_said A)" "0 true"
kill $tape
must wait_for 10 not kill -0 $tape
read -r hellos records others <<<"$("$(dirname "$0")/lib/tls-tape.pl" "$RUN/tape.pcap" "$RUN/opening")"
ok_if "it is opened as TLS 1.3, with a pre-shared key and Diffie-Hellman" [ "$hellos" -ge 1 ]
ok_if "what goes over it is application data" at_least "$records" 5
ok_if "and nothing else" is "$others" 0
# c and s as they stand in every record of theirs: 10.0.0.9 and 192.0.2.9
ok_if "and no tuple" is "$(LC_ALL=C grep -acP '\x0a\x00\x00\x09|\xc0\x00\x02\x09' "$RUN/tape.pcap")" 0

# keys take turns under churn
must churn_start 20
before=$(opened)
must wait_for 60 passed $((first + 3))
ok_if "keys take turns without a gap" hot "$before"
ok_if "nothing is refused" is "$(refusals A) $(refusals B)" "0 0"
churn_stop
ok_if "no connection of the churn noticed" churn_well
# a connection that is made now is made with the second key
must ns $L ss -K dport != :22 sport = :7483
must wait_for 20 pair_whole
ok_if "the next connection is made with the new key" settled A

# recorded, mutated, silent, many
before=$(opened)
must ns $C "$PROGS/opener" $addr 7483 "$RUN/opening" 5 20
ok_if "a recorded opening is refused for its key" counts $L sync-opening-bad-lifetime 5
n=$(refusals $L)
must ns $C "$PROGS/opener" $addr 7483 "$RUN/opening" 100 12 1
small=$(memory $L)
must ns $C "$PROGS/opener" $addr 7483 "$RUN/opening" $MUTATED 12 2
ok_if "mutated ones are all counted" wait_for 10 refuses $L $((n + MUTATED + 100))
ok_if "memory stays as it is" at_most $(($(memory $L) - small)) 256
must ns $C "$PROGS/opener" $addr 7483 - 300 1
ok_if "of many silent ones few are kept" counts $L sync-opening-crowded 20
ok_if "and not all are looked at" counts $L sync-opening-rate 20
must ns $C "$PROGS/opener" $addr 7483 + 2 1
ok_if "half an opening is refused in time" counts $L sync-opening-slow 2
must ns $C bash -c "head -c 80 /dev/zero | tr '\\0' '\\1' >/dev/tcp/$addr/7483"
ok_if "one in clear is refused" wait_for 5 counts $L sync-opening-plain 1
ns $C timeout 10 openssl s_client -connect $addr:7483 -tls1_3 -psk 00112233445566778899aabbccddeeff \
	-psk_identity stranger </dev/null >"$RUN/s_client" 2>&1
ok_if "another key is refused" wait_for 5 counts $L sync-opening-bad-identity 1
ok_if "the pair has stayed hot on one connection" hot "$before"

# who opens and says nothing does not keep the peer out
before=$(opened)
ns $C "$PROGS/opener" $addr 7483 - 100 20 >/dev/null 2>&1 8>&- &
disown $!
must wait_for 5 silent_ones 4
must ns $L ss -K dport != :22 sport = :7483
ok_if "among silent ones the pair finds itself again" wait_for 10 rejoined "$before"

power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "connections go on" hold_alive tcp4 20
ok_if "the download arrives whole" transfer_ends down 90

# no key, and one wanted
EXTRA=
sed -i 's/^ application redundancy/&\n  require-encryption/; s/authentication .*/authentication text test/' "$(rg_dir B)/conf"
must rg_ctl B reload
ok_if "without a key nothing is synchronised, where that is required" faulty B DATA-PLAIN
ok_if "every view says so" is "$(plain_said B)" "3 false"
ok_if "and nothing listens" is "$(ns B ss -Hltn 'sport = :7483')" ""
ktap_end
