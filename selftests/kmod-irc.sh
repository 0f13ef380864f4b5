#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# IRC (files sent by DCC) and Amanda through NAT, by hand: a transfer that was announced over A and
# is under way when A dies ends at B, one that was announced at A begins there, and what is announced
# at B is translated and expected (topology: lib/topo.sh, lib/kmod.sh).
#
# c offers files to s by DCC, and is the backup server that fetches from s. B drops what its
# connection tracking calls new: it forwards what is known or expected.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

RATE=$((300000 / ktap_slow))	# bytes a second
BIG=3000000
dir=$RUN/$NS/irc

# serves NAMESPACE PORT: what transfer takes, or gives
serves() {
	ns "$1" "$PROGS/flowd" "$2" >"$dir/flowd.$2" 2>&1 8>&- &
	disown $!
	must wait_for 10 grep -q '^ready' "$dir/flowd.$2"
}

chat_open() {
	must mkfifo "$dir/in"
	exec {chat}<>"$dir/in"
	ns s socat -u TCP4-LISTEN:6667 "CREATE:$dir/heard" 2>"$dir/server" 8>&- &
	disown $!
	must wait_for 10 listens s 6667
	ns c socat -u - TCP4:192.0.2.9:6667 <"$dir/in" 2>"$dir/client" 8>&- &
	disown $!
}
listens() { [ -n "$(ns "$1" ss -Hlnt "sport = :$2")" ]; }
# offer NAME PORT: c does; 10.0.0.9 as a number
offer() { printf 'PRIVMSG x :\1DCC SEND %s 167772169 %s 3000000\1\r\n' "$1" "$2" >&"$chat"; }
# heard NAME: address and port that s was offered it at
heard() {
	wait_for 10 grep -qa "DCC SEND $1 " "$dir/heard" || { diag "$(cat "$dir"/{server,client})"; return 1; }
	sed -nE "s/.*DCC SEND $1 ([0-9]+) ([0-9]+) .*/\1 \2/p" "$dir/heard" |
		awk '{ print int($1 / 2 ^ 24) "." int($1 / 2 ^ 16) % 256 "." int($1 / 256) % 256 "." $1 % 256, $2 }'
}
adjusted() { ns "$1" "$PROGS/ctmore" | grep '^6 [0-9]* 6667 .* adjusted$'; }

# say NAMESPACE SPORT ADDRESS PORT TEXT: a datagram
say() { printf '%b' "$5" | ns "$1" socat -u - "udp4-sendto:$3:$4,sourceport=$2,reuseaddr"; }
# outside PROTOCOL PORT-OF-S: address and port that a flow of c to there has outside
outside() {
	ct "${3:-A}" -p "$1" --orig-port-dst "$2" |
		sed -nE 's/.* dst=([0-9.]+) sport=[0-9]+ dport=([0-9]+) .*/\1 \2/p'
}
# moves NAMESPACE up|down ADDRESS PORT: a short transfer
moves() { succeeds ns "$1" "$PROGS/transfer" "$2" -w 10 "$3" "$4" 20000; }
expected() { expects "$1" | grep -q " dport=$2 "; }

ktap_plan 18
kmod_up
must mkdir -p "$dir"
must modprobe -a nf_nat_irc nf_nat_amanda
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help irc { type "irc" protocol tcp; }
		add ct helper inet help amanda { type "amanda" protocol udp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre tcp dport 6667 ct helper set "irc"
		add rule inet help pre udp dport 10080 ct helper set "amanda"'
done
for p in 5551 5552 5553; do
	serves c $p
done
for p in 5801 5802 5804; do
	serves s $p
done
kmod_no_new B
must relay_up A B

# DCC
chat_open
offer first 5551
read -r first at <<<"$(heard first)"
ok_if "s is offered a file from the pool" has "$first" '^192\.0\.2\.10[0-3]$'
must transfer_start dcc s down -i 50 -r $RATE "$first" "$at" $BIG
offer second 5552
read -r second there <<<"$(heard second)"
must settled A
ok_if "another one is expected" expected A "$there"
ok_if "at B as well" expects_alike
ok_if "sequence numbers are adjusted" has "$(adjusted A)" .
ok_if "by the same on B" is "$(adjusted B)" "$(adjusted A)"

# Amanda
say c 840 192.0.2.9 10080 'Amanda 2.6 REQ HANDLE 1 SEQ 1\n'
read -r server port <<<"$(outside udp 10080)"
say s 10080 "$server" "$port" 'Amanda 2.6 REP HANDLE 1 SEQ 1\nCONNECT DATA 5801 MESG 5802\n'
must wait_for 10 expected A 5801
must transfer_start amanda c up -i 50 -r $RATE 192.0.2.9 5801 $BIG
must settled A
ok_if "a backup comes from where its request came" is "$(outside tcp 5801 | cut -d' ' -f1)" "$server"
ok_if "what is left is expected" expected A 5802
ok_if "alike at B" expects_alike
ok_if "both tables are alike" equal_soon 10
must transfer_runs dcc
must transfer_runs amanda
kmod_takeover

ok_if "the file arrives at B" transfer_ends dcc 60
ok_if "and the backup" transfer_ends amanda 60
ok_if "what was offered at A can be had" moves s down "$second" "$there"
ok_if "and what a backup announced" moves c up 192.0.2.9 5802
offer third 5553
read -r third at <<<"$(heard third)"
ok_if "an offer is translated at B" is "$third" "$first"
ok_if "and can be had" moves s down "$third" "$at"
say s 10080 "$server" "$port" 'Amanda 2.6 REP HANDLE 2 SEQ 1\nCONNECT DATA 5804\n'
must wait_for 10 expected B 5804
ok_if "a backup is announced at B" moves c up 192.0.2.9 5804
ok_if "nothing was refused or left out" is \
	"$(kget A refused) $(kstat A expectations-left-out) $(kstat A not-replicated-helper)" "0 0 0"
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
