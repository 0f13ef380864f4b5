#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=240
# Split brain, made by dropping everything on both links between the routers, and healed. Meanwhile
# the network is in two halves: what goes to the server's address 9 goes by A, what goes to its
# address 8 by B, and people's programs begin on either side. When the links are whole one router
# stays, has what the other one did, and the switches send everything to it (topology: lib/topo.sh;
# virtual MAC addresses, so that the switches have something to learn).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/programs.sh"

EXTRA='interface lan0
 redundancy vmac
interface wan0
 redundancy vmac'
LAN=02:52:47:01:00:28 WAN=02:52:47:01:00:c8
FLOWS=10
CLASHES=3
PORT=20000			# of the client, for the flows that begin on both sides
RATE=100000 BIG=1500000
SIDES="9 8 7"

# links cut|whole: both links, both ways
links() {
	local r

	for r in A B; do
		if [ "$1" = cut ]; then
			must ns $r nft -f - <<-'NFT'
			table netdev cut {
				chain control { type filter hook ingress device "ctl0" priority 0; drop; }
				chain data { type filter hook ingress device "sync0" priority 0; drop; }
			}
			NFT
		else
			must ns $r nft delete table netdev cut
		fi
	done
}

# side ADDRESS ROUTER: what goes to this address of the server goes by that router
side_table() {
	local from=$1 to=$2 mac=$3 port

	echo "chain $from { type filter hook ingress device \"$from\" priority 0;"
	for port in $SIDES; do
		echo "ether daddr $mac ip ${4}addr 192.0.2.$port fwd to \"${by[$port]}$to\""
		echo "ether daddr $mac ip6 ${4}addr 2001:db8:b::$port fwd to \"${by[$port]}$to\""
	done
	echo "}"
}
declare -A by=([9]=A [8]=B [7]=A)
sides() {
	must ns sw nft -f - <<-NFT
	table netdev sides
	delete table netdev sides
	table netdev sides {
		$(side_table clan0 lan0 $LAN d)
		$(side_table swan0 wan0 $WAN s)
	}
	NFT
}
sides_end() { must ns sw nft delete table netdev sides; }

active_is() { [ "$(rg_active | tr '\n' ' ')" = "$1 " ]; }
# steer ROUTER: the switches take it for the one that has the virtual MAC addresses
steer() {
	must ns sw bridge fdb replace $LAN dev "${1}lan0" master dynamic
	must ns sw bridge fdb replace $WAN dev "${1}wan0" master dynamic
}
switches_know() {
	ns sw bridge fdb show br lan | grep -q "^$LAN dev ${1}lan0 " &&
		ns sw bridge fdb show br wan | grep -q "^$WAN dev ${1}wan0 "
}
marked() { rg_marked "$1" | wc -l; }
grew_by() { is $(($2 - $3)) "$1"; }

# within MS COMMAND...: it comes true, and how soon is told
within() {
	local start=${EPOCHREALTIME/./} ms

	wait_for 60 "${@:2}" || return 1
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	diag "after $ms ms"
	at_most $ms $(($1))
}

# announced: gratuitous ARP and unsolicited advertisements of virtual addresses that come in from
# each router from now on
watch_announced() {
	local r

	for r in A B; do
		ns sw tcpdump --immediate-mode -Q in -lnni ${r}lan0 \
			"ether src $LAN and ((arp[14:4] = arp[24:4]) or
			(icmp6 and ip6[40] = 136 and ip6[44] & 0x40 = 0))" \
			>"$RUN/$NS/announced.$r" 2>"$RUN/$NS/announced.$r.err" 8>&- &
		disown $!
		wait_for 5 grep -q listening "$RUN/$NS/announced.$r.err" || return 1
	done
}
announced() {
	grep -q 'ARP.* 10\.0\.0\.254' "$RUN/$NS/announced.$1" &&
		grep -q 'fd00:a::254' "$RUN/$NS/announced.$1"
}

sync_of() { rg_ctl "$1" --json show redundancy application counters group 1 | gojq ".groups[0].sync.$2"; }
# ssh_to ADDRESS NAME: lines go there and come back
ssh_to() { talk_start "$2" c ssh -F "$RUN/$NS/ssh/client" "$1" cat; }

ktap_plan 31
must modprobe nf_rg
must modprobe macvlan
must modprobe nft_fwd_netdev
topo_up
for n in 8 7; do
	must ipn s addr add 192.0.2.$n/24 dev wan0
	must ipn s addr add 2001:db8:b::$n/64 dev wan0 nodad
done
must pair_up
must flowd_start 5000 2
files_make
limited
httpd_start s
sshd_start s
must hold_start old c -n $FLOWS 192.0.2.9 5000
must hold_start old8 c -n $FLOWS 2001:db8:b::8 5000
must ssh_to 192.0.2.9 old_ssh
must settled A
ok_if "A alone is active" active_is A

links cut
ok_if "both links drop everything: both are active" wait_for 5 active_is "A B"
sides
a=$(marked A) b=$(marked B)
must hold_start via_a c -n $FLOWS 192.0.2.9 5000
must hold_start via_a6 c -n $FLOWS 2001:db8:b::9 5000
must hold_start via_a_udp c -u -n $FLOWS 192.0.2.9 5000
ok_if "connections begin at A" grew_by $((3 * FLOWS)) "$(marked A)" "$a"
ok_if "B does not know them" is "$(marked B)" "$b"
a=$(marked A)
must hold_start via_b c -n $FLOWS 192.0.2.8 5000
must hold_start via_b6 c -n $FLOWS 2001:db8:b::8 5000
ok_if "others begin at B" grew_by $((2 * FLOWS)) "$(marked B)" "$b"
ok_if "A does not know them" is "$(marked A)" "$a"
must ssh_to 192.0.2.9 ssh_a
must ssh_to 192.0.2.8 ssh_b
for n in 9 8; do
	fetch_start get$n c "$FILES/big" \
		curl -sS --limit-rate $RATE -o OUT "http://192.0.2.$n:8080/big"
done
must fetches_await 20 get9 get8
# the same flows at both: A's translation of them will be one too many
must hold_start both c -u -s $PORT -n $CLASHES 192.0.2.7 5001
by[7]=B
sides
must hold_alive both $CLASHES
ok_if "what was there before goes on on either side" hold_alive old $FLOWS
ok_if "on B's side, too" hold_alive old8 $FLOWS

must watch_announced
steer A
links whole
sides_end
# detection and two hellos
ok_if "the links are whole: B alone is active, in time" within "3 * HELLO + HOLD" active_is B
ok_if "it has announced itself" wait_for 2 announced B
ok_if "the switches send to it" wait_for 1 switches_know B
ok_if "A says why" wait_for 5 grep -q 'ROLE: .*two active routers: this one gives way' "$(rg_dir A)/log"
ok_if "A stands by and has everything" wait_state 30 A "STANDBY HOT"
ok_if "A has announced nothing" not announced A
must settled B
ok_if "what collided is counted, and shown" is "$(sync_of B split_conflict)" $CLASHES
ok_if "by A as well" is "$(sync_of A split_conflict)" $CLASHES
ok_if "in the text, too" \
	has "$(rg_ctl B show redundancy application counters group 1)" "split-conflict +$CLASHES\$"
ok_if "nothing else was refused" is "$(sync_of B merge_refused) $(sync_of B merges)" "0 1"
ok_if "B's log tells of it" wait_for 5 grep -q "split brain: took .*split-conflict $CLASHES" "$(rg_dir B)/log"
for h in "old $FLOWS" "old8 $FLOWS" "via_a $FLOWS" "via_a6 $FLOWS" "via_a_udp $FLOWS" \
	 "via_b $FLOWS" "via_b6 $FLOWS"; do
	ok_if "connections go on: $h" hold_alive $h
done
talks_end() { talk_ends old_ssh && talk_ends ssh_a && talk_ends ssh_b; }
ok_if "sessions of ssh of before, and of either side, go on" talks_end
ok_if "so does a download that began at A" fetch_ends get9 60
ok_if "and one that began at B" fetch_ends get8 60
ok_if "both tables are equal" equal_soon
equal_known() { [ "$(sync_of A state) $(sync_of B state)" = '"done" "done"' ]; }
ok_if "both kernels know it" wait_for 20 equal_known
ktap_end
