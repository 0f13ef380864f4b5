#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150 with=frr,bird2,tshark
# BFD with other implementations: the agent of A has its session with bfdd of FRR, and then with
# BIRD, which run on B beside an agent without BFD (topology: lib/topo.sh). Differing intervals and
# multipliers, changes by poll sequence from both sides, AdminDown, one direction lost, failure; each
# is quiet for a while in between. tshark finds no fault with any packet.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

HELLO=1000 HOLD=5000
S=$ktap_slow
BFD_A="bfd interval $((20 * S)) min-rx $((30 * S)) multiplier 3"
DIR=$RUN/$NS/other

session() { rg_ctl A --json show bfd neighbors | gojq -r ".bfd[0].$1"; }
session_is() { [ "$(session "$1")" = "$2" ]; }
await() { wait_for 10 session_is "$1" "$2" || { diag "$1 is '$(session "$1")'"; return 1; }; }
# lost: how often A lost its peer, and of these by BFD
lost() {
	rg_ctl A --json show redundancy application counters group 1 |
		gojq -r '.groups[0].counters | "\(.["election-peer-lost"]) \(.["election-peer-lost-by-bfd"])"'
}
lost_is() { [ "$(lost)" = "$1" ]; }
change() {
	sed -i "s/^ *\\(no \\)\\?bfd.*/   $1/" "$(rg_dir A)/conf"
	succeeds rg_ctl A reload
}

# timers: interval and detection time, as A reckons them, in ms
timers() { echo "$(($(session interval_us) / 1000)) $(($(session detection_us) / 1000))"; }
timers_are() { wait_for 5 eval "[ \"\$(timers)\" = '$1' ]" || { diag "they are $(timers)"; return 1; }; }

# mute: A's packets of BFD are lost from now on; unmute
mute() {
	ns A nft -f - <<-'NFT'
	table ip mute {
		chain output {
			type filter hook output priority 0
			udp dport 3784 drop
		}
	}
	NFT
}
unmute() { ns A nft delete table ip mute; }

frr_start() {
	local d

	printf '%s\n' bfd ' peer 172.16.0.1 interface sync0' "  detect-multiplier 5" \
		"  receive-interval $((50 * S))" "  transmit-interval $((60 * S))" >"$DIR/bfdd.conf"
	: >"$DIR/zebra.conf"
	for d in zebra bfdd; do
		ns B /usr/lib/frr/$d -u frr -g frr -A 127.0.0.1 -P 0 -z "$DIR/zserv" -i "$DIR/$d.pid" \
			--vty_socket "$DIR" -f "$DIR/$d.conf" --log "file:$DIR/$d.log" \
			$([ $d = zebra ] || echo "--bfdctl $DIR/bfdd.sock") >"$DIR/$d.out" 2>&1 8>&- </dev/null &
		disown $!
		wait_for 10 test -S "$DIR/$d.vty" || { diag "$d: $(cat "$DIR/$d".{out,log})"; return 1; }
	done
}
frr() {
	local args=() l

	for l; do
		args+=(-c "$l")
	done
	ns B vtysh --vty_socket "$DIR" "${args[@]}" 8>&- 2>>"$DIR/vtysh.err"
}
frr_peer() { succeeds frr "configure terminal" bfd "peer 172.16.0.1 interface sync0" "$@"; }
frr_says() { frr "show bfd peers json" | gojq -r ".[0][\"$1\"]"; }
frr_is() { wait_for 5 eval "[ \"\$(frr_says $1)\" = '$2' ]" || { diag "$1: $(frr_says "$1")"; return 1; }; }

# bird_conf MIN-TX MIN-RX MULTIPLIER
bird_conf() {
	cat >"$DIR/bird.conf" <<-CONF
		router id 192.0.2.2;
		log "$DIR/bird.log" all;
		protocol device { }
		protocol bfd {
			interface "sync0" {
				min tx interval $(($1 * S)) ms;
				min rx interval $(($2 * S)) ms;
				multiplier $3;
			};
			neighbor 172.16.0.1 dev "sync0";
		}
	CONF
}
bird_start() {
	bird_conf "$@"
	ns B bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pid" >"$DIR/bird.out" 2>&1 8>&- </dev/null &
	disown $!
	wait_for 10 test -S "$DIR/bird.ctl" || { diag "bird: $(cat "$DIR/bird.out")"; return 1; }
}
bird_change() { bird_conf "$@" && succeeds ns B birdc -s "$DIR/bird.ctl" configure; }
bird_says() { ns B birdc -s "$DIR/bird.ctl" show bfd sessions | awk '$1 == "172.16.0.1" { print $3 }'; }
bird_is() { wait_for 5 eval "[ \"\$(bird_says)\" = $1 ]" || { diag "it says $(bird_says)"; return 1; }; }

killed() { kill -9 "$(cat "$DIR/$1.pid")"; }

# holds: nothing ends for a while, and it is heard all the time
holds() {
	local ups rx secs

	ups=$(session ups)
	rx=$(session rx)
	secs=$(soak 600 10)
	ktap_pause "$secs"
	diag "$secs s, $(($(session rx) - rx)) packets heard"
	is "$(session ups) $(session state)" "$ups Up" &&
		at_least $(($(session rx) - rx)) $((secs * 1000 / (120 * S)))
}

# pcap_start: what goes both ways on the cable, with checksums that are meant
pcap_start() {
	local r

	for r in A B; do
		must ns "$r" ethtool -K sync0 tx off >/dev/null
	done
	ip netns exec "${NS}A" tcpdump -Z root --immediate-mode -s0 -w "$DIR/pcap" -i sync0 'udp port 3784' >"$DIR/tcpdump" 2>&1 8>&- &
	echo $! >"$DIR/tcpdump.pid"
	disown $!
	must wait_for 5 grep -q listening "$DIR/tcpdump"
}
tshark_says() { tshark -nr "$DIR/pcap" -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE "$@" 2>"$DIR/tshark.err"; }

# decoded: each is BFD, whole, and without a remark, of the kind "note" or above
decoded() {
	local all

	all=$(tcpdump -nr "$DIR/pcap" 2>/dev/null | wc -l)
	diag "$all packets"
	at_least "$all" 500 &&
		is "$(tshark_says -Y 'bfd && udp.checksum.status == 1 && ip.checksum.status == 1 && ip.ttl == 255' | wc -l)" "$all" &&
		is "$(tshark_says -Y '_ws.malformed || _ws.expert.severity >= 0x400000' | head -n 3)" ""
}

# answered ROUTER N: it has sent so many packets with the final bit, each for a poll
answered() { at_least "$(tshark_says -Y "bfd.flags.f == 1 && ip.src == 172.16.0.$([ "$1" = A ] && echo 1 || echo 2)" | wc -l)" "$2"; }

[ -x /usr/lib/frr/bfdd ] && type -p bird tshark >/dev/null ||
	ktap_skip_all "no FRR, BIRD or tshark here: scripts/vm-run --with frr,bird2,tshark"
ktap_plan 37
must modprobe nf_rg
topo_up
must pair_up
must install -d -o frr -g frr "$DIR"
pcap_start

must frr_start
ok_if "a session with bfdd" await state Up
ok_if "bfdd says so" frr_is status up
# we send at max(20, 50); it sends at max(60, 30), and 5 of those are silence
ok_if "the timers of both count" timers_are "$((50 * S)) $((300 * S))"
ok_if "bfdd hears ours" is "$(frr_says remote-transmit-interval) $(frr_says remote-detect-multiplier)" "$((20 * S)) 3"
ok_if "it holds" holds
ups=$(session ups)
polls=$(session polls)
must change "bfd interval $((90 * S)) min-rx $((120 * S)) multiplier 7"
ok_if "a change here is in force" timers_are "$((90 * S)) $((600 * S))"
ok_if "it was polled" at_least "$(session polls)" $((polls + 1))
ok_if "bfdd follows" frr_is remote-transmit-interval $((90 * S))
must frr_peer "receive-interval $((110 * S))" "transmit-interval $((25 * S))" "detect-multiplier 4"
ok_if "a change there is answered" timers_are "$((110 * S)) $((480 * S))"
ktap_pause 2
ok_if "no session ended by it" is "$(session ups) $(session state)" "$ups Up"
must frr_peer shutdown
ok_if "AdminDown of bfdd" await last_end "peer says admin down"
must frr_peer "no shutdown"
ok_if "and back" await state Up
must change "no bfd"
ok_if "bfdd hears our AdminDown" frr_is status down
ok_if "and takes it for no silence" is "$(frr_says diagnostic)" "neighbor signaled session down"
must change "$BFD_A"
ok_if "and back" await state Up
must mute
ok_if "bfdd misses us" frr_is diagnostic "control detection time expired"
ok_if "and we hear that it does" await last_end "peer says down"
must unmute
ok_if "and back" await state Up
ok_if "nobody was lost by all that" is "$(lost)" "0 0"
must killed bfdd
ok_if "bfdd fails" await last_end silence
ok_if "this one counts" wait_for 5 lost_is "1 1"
must killed zebra

must bird_start 70 40 4
ok_if "a session with BIRD" await state Up
ok_if "BIRD says so" bird_is Up
ok_if "the timers of both count" timers_are "$((40 * S)) $((280 * S))"
ok_if "it holds" holds
ups=$(session ups)
must change "bfd interval $((90 * S)) min-rx $((120 * S)) multiplier 7"
ok_if "a change here is in force" timers_are "$((90 * S)) $((480 * S))"
must bird_change 25 110 6
ok_if "a change there is answered" timers_are "$((110 * S)) $((720 * S))"
ktap_pause 2
ok_if "no session ended by it" is "$(session ups) $(session state)" "$ups Up"
must change "no bfd"
ok_if "BIRD hears our AdminDown" bird_is Down
must change "$BFD_A"
ok_if "and back" await state Up
ok_if "nobody was lost by all that" is "$(lost)" "1 1"
must killed bird
ok_if "BIRD fails" await last_end silence
ok_if "this one counts" wait_for 5 lost_is "2 2"

kill -TERM "$(cat "$DIR/tcpdump.pid")"
must wait_for 5 rg_gone "$(cat "$DIR/tcpdump.pid")"
ok_if "tshark decodes each without a complaint" decoded
ok_if "A answered the polls of both" answered A 2
ok_if "and they answered those of A" answered B 2
# those of bfdd come from port 49152, which it takes for another protocol
ok_if "nor does tcpdump find fault with ours" \
	is "$(tcpdump -vvnr "$DIR/pcap" src host 172.16.0.1 2>/dev/null | grep -E '\[\||bad|nvalid|truncated|unknown' | head -n 3)" ""
ktap_end
