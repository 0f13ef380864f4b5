#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=100
# BFD between both agents (topology: lib/topo.sh), with hellos so slow that whatever is quick is
# its work: sessions on both paths, one path lost, timers that differ and change, AdminDown told
# from failure, a peer without BFD, forged packets; and the silence after which B takes over.
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

HELLO=1000 HOLD=5000
BFD="bfd interval $((10 * ktap_slow)) min-rx $((10 * ktap_slow)) multiplier 3"
DETECT=$((30 * ktap_slow))

bfd() { rg_ctl "$1" --json show bfd neighbors | gojq -r "$2"; }
of_if() { bfd "$1" ".bfd[] | select(.interface == \"$2\") | .$3"; }
bfd_is() { is "$(of_if "$1" "$2" "$3")" "$4"; }
both_up() { [ "$(bfd "$1" '[.bfd[].state] | join(" ")')" = "Up Up" ]; }
counter() { rg_ctl "$1" --json show redundancy application counters | gojq -r ".system[\"bfd-$2\"]"; }
lost() { rg_ctl "$1" --json show redundancy application counters group 1 | gojq '.groups[0].counters["election-peer-lost"]'; }
faults() { rg_ctl "$1" show redundancy application faults group 1; }
ctrl_path() { faults B | grep -q CTRL-PATH; }

# nothing_happened: nobody was lost, and the roles are as they were
nothing_happened() {
	is "$(lost A) $(lost B)" "0 0" && is "$(rg_state A), $(rg_state B)" "ACTIVE, STANDBY HOT"
}

# change ROUTER LINE: another line about BFD
change() {
	sed -i "s/^ *\\(no \\)\\?bfd.*/   $2/" "$(rg_dir "$1")/conf"
	succeeds rg_ctl "$1" reload
}

# watch DEVICE FILTER: with times, in B
watch() {
	local out=$RUN/$NS/watch.$1

	ns B tcpdump --immediate-mode -ttlnni "$1" "$2" >"$out" 2>"$out.err" 8>&- &
	disown $!
	wait_for 5 grep -q listening "$out.err"
}
last_time() { awk 'END { print $1 }' "$RUN/$NS/watch.$1"; }
first_time() { awk 'NR == 1 { print $1 }' "$RUN/$NS/watch.$1"; }

# silence: from the last that B heard of A to the first that B, active now, says to the clients, in ms
silence() {
	awk -v a="$(last_time ctl0)" -v b="$(last_time sync0)" -v t="$(first_time lan0)" \
		'BEGIN { printf "%.3f", (t - (a > b ? a : b)) * 1000 }'
}

# to_port TTL BYTES-IN-HEX: from A's address
to_port() {
	printf "$(sed 's/../\\x&/g' <<<"$2")" |
		ns A socat -u - "UDP4-SENDTO:172.16.1.2:3784,bind=172.16.1.1:50000,ip-ttl=$1"
}
counted() { [ "$(counter B "$1")" -gt "$2" ]; }

ktap_plan 22
must modprobe nf_rg
topo_up
must pair_up
for r in A B; do
	ok_if "$r has a session on each path" wait_for 10 both_up "$r"
done
ok_if "they run at 10 ms, and 30 ms are enough" \
	is "$(of_if A ctl0 interval_us) $(of_if B sync0 detection_us)" "$((DETECT * 1000 / 3)) $((DETECT * 1000))"
ok_if "the protocol says so" has "$(rg_ctl A show redundancy application protocol 1)" '^BFD: ENABLE$'

must ipn A link set ctl0 down
ok_if "a path that is lost is seen" wait_for 5 ctrl_path
ok_if "its session ended by silence" bfd_is B ctl0 last_end silence
ok_if "the other path holds" nothing_happened
must ipn A link set ctl0 up
ok_if "the session comes back" wait_for 10 both_up B

ups=$(of_if A sync0 ups)
must change B "bfd interval $((50 * ktap_slow)) min-rx $((20 * ktap_slow)) multiplier 5"
ok_if "other timers of the peer are heard" \
	wait_for 5 eval "[ \"\$(of_if A sync0 detection_us)\" = $((250000 * ktap_slow)) ]"
must change A "bfd interval $((30 * ktap_slow)) min-rx $((70 * ktap_slow)) multiplier 4"
ktap_pause 2
must change B "$BFD"
ktap_pause 1
ok_if "no session has ended by that" is "$(of_if A sync0 ups) $(of_if B sync0 ups)" "$ups $ups"
ok_if "nobody was lost by it" nothing_happened

must change A "no bfd"
ok_if "AdminDown is told from failure" \
	wait_for 5 bfd_is B sync0 last_end "peer says admin down"
ktap_pause 4
ok_if "with a peer without BFD hellos count alone" nothing_happened
must change A "$BFD"
ok_if "BFD comes back" wait_for 10 both_up B

n=$(counter B ttl)
must to_port 64 "20c003180000000100000001000027100000271000000000"
ok_if "a packet that came through a router is refused" wait_for 5 counted ttl "$n"
must to_port 255 "20c003180000000100000001000027100000271000000000"
ok_if "one for no session is refused" wait_for 5 counted your-discr 0
must to_port 255 "00c003180000000100000001000027100000271000000000"
ok_if "one of another version is refused" wait_for 5 counted version 0
ok_if "nobody was lost by it" nothing_happened

ktap_pause 1
for d in ctl0 sync0; do
	must watch "$d" "udp and src host 172.16.$([ $d = ctl0 ] && echo 1 || echo 0).1"
done
must watch lan0 "arp and arp[6:2] != 0 and arp[14:4] = 0x0a0000fe"
must wait_for 5 grep -q '\.3784' "$RUN/$NS/watch.sync0"
rg_kill A KILL
ok_if "B takes over" wait_state 5 B ACTIVE
must wait_for 5 test -s "$RUN/$NS/watch.lan0"
ms=$(silence)
diag "silence until B announces itself: $ms ms"
ok_if "not before the detection time" at_least "$ms" $((DETECT - 1))
ok_if "and within 1 ms of it" at_most "$ms" $((DETECT + ktap_slow))
ok_if "it was BFD that found out" is \
	"$(rg_ctl B --json show redundancy application counters group 1 | gojq '.groups[0].counters["election-peer-lost-by-bfd"]')" 1
ktap_end
