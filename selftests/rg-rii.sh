#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=200
# Twins: the traffic interfaces of both routers probe each other. A switch that is dead behind a
# carrier that stays up moves the role to the router whose neighbours answer; two routers that only
# do not hear each other, or that are both alone, keep it (topology: lib/topo.sh, the ports of the
# bridge lan are the switch).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

AUTH="hmac-sha-256 key-string 0 Xyzzy-of-the-twins"
EXTRA="track 9 rii 40 reachability
track 10 rii 4711 reachability"
FRAMES="$(dirname "$0")/lib/frames.pl"

# lan ROUTER FIELD: of its interface lan0
lan() {
	rg_ctl "$1" --json show redundancy application if-mgr group 1 |
		gojq -r "[.. | .interfaces? // empty] | .[0][] | select(.name == \"${3:-lan0}\") | .$2"
}
lan_at_least() { at_least "$(lan "$1" "$2")" "$3"; }
lan_is() { is "$(lan "$1" "$2" "${4:-lan0}")" "$3"; }
twins() { is "$(lan A twin "$2") $(lan B twin "$2")" "$1"; }
faults() { rg_ctl "$1" show redundancy application faults group 1; }
faulty() { faults "$1" | grep -q 'Fault RII: rii 40'; }
both_faulty() { faulty A && faulty B; }
none_faulty() { ! faulty A && ! faulty B; }
both_asked() { is "$(lan A neighbours),$(lan B neighbours)" "$1"; }
priority() { faults "$1" | sed -nE 's/.*Runtime priority: \[([0-9]+)\]/\1/p'; }
priority_is() { is "$(priority "$1")" "$2"; }
counter() {
	rg_ctl "$1" --json show redundancy application counters group 1 |
		gojq ".groups[0].counters.\"$2\" // .groups[0].\"$2\" // 0"
}
counts() { at_least "$(counter "$1" "$2")" "$3"; }
sent() { [ "$(counter A twin-sent)" -ge $((before + $1)) ]; }
track_is() { is "$(rg_ctl A --json show track "$1" | gojq -r '.tracks[0].state')" "$2"; }
log_has() { grep -q -F -- "$2" "$(rg_dir "$1")/log"; }
roles() { is "$(rg_state A),$(rg_state B)" "$1"; }
soon() { quiet wait_for "$1" "${@:2}" || "${@:2}"; }

# port ROUTER STATE: of the switch; 0: nothing gets through, 3: everything, the carrier is up all the time
port() { bridge -n "${NS}sw" link set dev "${1}lan0" state "$2"; }
carrier() { is "$(ns A cat /sys/class/net/lan0/carrier)" 1; }
# deaf: nothing of the twins gets from one router to the other, all else does; again: it does
deaf() {
	ns sw nft -f - <<-'NFT'
	table bridge twins {
		chain forward {
			type filter hook forward priority 0
			ether type 0x88b5 iifname { "Alan0", "Blan0" } oifname { "Alan0", "Blan0" } drop
		}
	}
	NFT
}
again() { ns sw nft delete table bridge twins; }
calls() { ns c ping -q -c 1 -W 2 10.0.0.254 >/dev/null; }
back_to_a() {
	must wait_state 20 A "STANDBY HOT"
	must rg_ctl B redundancy application reload group 1 self >/dev/null
	must wait_state 20 B "STANDBY HOT"
	must state_is A ACTIVE
}

ktap_plan 43
must modprobe nf_rg
topo_up
modprobe -q nf_tables_bridge || true
must pair_up
must calls

ok_if "twins hear each other" soon 5 twins "heard heard" lan0
ok_if "those on the other side, too" soon 5 twins "heard heard" wan0
ok_if "there is no fault" none_faulty
ok_if "show says so" has "$(rg_ctl A show redundancy application if-mgr group 1)" '^ Twin           heard$'
ok_if "the tracked RII is up" soon 5 track_is 9 up
ok_if "one that is not there is unknown" track_is 10 unknown
ok_if "which show says" has "$(rg_ctl A show track 10)" 'Reachability is Unknown, counts as Up'
ok_if "A knows a neighbour" soon 30 lan_at_least A neighbours_known 1
ok_if "and tells B of it" soon 30 lan_at_least B neighbours_told 1

# the switch of A is dead
must port A 0
ok_if "a switch dies: a fault on both" soon 10 both_faulty
ok_if "though the carrier is up" carrier
ok_if "no neighbour answers A, one answers B" soon 20 both_asked "do not answer,answer"
ok_if "A takes its decrement" soon 5 priority_is A 70
ok_if "the log says why" log_has A "priority change from 120 to 70: interface lan0 cut off"
ok_if "B does not" priority_is B 100
ok_if "B takes over" wait_state 10 B ACTIVE
ok_if "a host finds its gateway" soon 5 calls
ok_if "show says that A is cut off" has "$(faults A)" \
	'Fault RII: rii 40: the routers do not hear each other on lan0; neighbours do not answer: cut off, decrement 50'
ok_if "the tracked RII is down" track_is 9 down
ok_if "the other interface feels nothing" twins "heard heard" wan0
ipn sw link set Alan0 down
ok_if "when the carrier goes, too, that is the fault" soon 5 log_has A "the interface is down"
ok_if "it is counted once" priority_is A 70
ipn sw link set Alan0 up	# and forwards again
ok_if "healed: the decrement ends" soon 10 priority_is A 120
ok_if "and the fault, on both" soon 10 none_faulty
ok_if "the tracked RII is up again" soon 5 track_is 9 up
back_to_a

# only the twins do not hear each other
must ns c timeout 60 "$FRAMES" record lan0 "$RUN/tape" 3 "$(topo_mac A lan0)"
must soon 10 twins "heard heard" lan0
must deaf
ok_if "without a probe there is a fault" soon 10 both_faulty
ok_if "neighbours answer both" soon 20 both_asked "answer,answer"
ok_if "so nobody takes a decrement" is "$(priority A) $(priority B)" "120 100"
ok_if "and the role stays" roles "ACTIVE,STANDBY HOT"

# whoever repeats a probe, or changes one, is not a twin
replays=$(counter B twin-replay)
must ns c "$FRAMES" send lan0 "$RUN/tape"
ok_if "a probe that is sent again is counted" soon 5 counts B twin-replay $((replays + 3))
ok_if "and is not heard" lan_is B twin lost
macs=$(counter B twin-bad-mac)
must ns c "$FRAMES" flip lan0 "$RUN/tape"
ok_if "so is one that was changed" soon 5 counts B twin-bad-mac $((macs + 3))
ok_if "which is not heard, either" lan_is B twin lost
must again
ok_if "healed: no fault" soon 10 none_faulty

# both are alone
must port A 0
must port B 0
ok_if "both switches die: a fault on both" soon 10 both_faulty
ok_if "nobody answers either" soon 30 both_asked "do not answer,do not answer"
ok_if "so nobody takes a decrement, and the role stays" \
	is "$(priority A) $(priority B) $(rg_state A)" "120 100 ACTIVE"
must port A 3
must port B 3
ok_if "healed: no fault, again" soon 10 none_faulty

# an interface that goes and comes back
ipn sw link del Blan0
must wait_for 10 fails ipn B link show lan0
must soon 10 lan_is A twin lost
ok_if "an interface that has gone is not a twin that is lost" none_faulty
must topo_attach B lan0 lan 10.0.0.2/24 fd00:a::2/64
ok_if "one that has come back is heard" soon 10 twins "heard heard" lan0

# the peer dies
must wait_for 20 pair_whole
before=$(counter A twin-sent)
rg_kill B KILL
ok_if "A misses its peer" wait_for 10 log_has A "peer lost"
must wait_for 20 sent 20	# longer than a twin is waited for
ok_if "which is no fault of the twins" not faulty A
ok_if "and takes no tracked RII down" track_is 9 up
ktap_end
