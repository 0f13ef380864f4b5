#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Policies of timeouts: a rule on A gives connections times of their own (nftables: ct timeout). B
# has no such rule, and its connections have the same times: the next packet after a takeover shows
# it. B makes as many sets of times as it may, and no more; and the module can go while connections
# use them (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

UNREPLIED=600	# kmod_router
TIMES=1024	# the section

# left ROUTER CONNTRACK-ARGUMENT...: seconds that each of those connections has
left() { ct "$@" | awk '{ print $3 }'; }
# all_between LOW HIGH COUNT SECONDS...: so many they are, and all in that range
all_between() {
	local s low=$1 high=$2

	is $(($# - 3)) "$3" || return 1
	for s in "${@:4}"; do
		at_least "$s" "$low" && at_most "$s" "$high" || return 1
	done
}
# what becomes of them without the module: connections hold them, or in older kernels lose them
own_or_usual() { all_between 60 77 3 "$@" || all_between 431900 432000 3 "$@"; }
left_out() { kstat "$1" timeout-policies-left-out; }
# given SPORT UNREPLIED REPLIED: a UDP connection with these times, by hand
given() { record 17 "$1" "$(h32 "$2")$(h32 "$3")" 60 $TIMES; }
# speak SPORT: a packet of it
speak() { echo | ns c socat -u - UDP4-SENDTO:192.0.2.9:80,bind=:"$1"; }
# udp_have SPORT SECONDS: it has so many on B, or had a moment ago
udp_have() { all_between $(($2 - 30)) "$2" 1 $(left B -p udp --orig-port-src "$1"); }

ktap_plan 25
kmod_up
must ns A nft -f - <<'NFT'
table inet times {
	ct timeout tcp4 { protocol tcp; l3proto ip; policy = { established : 77 }; }
	ct timeout tcp6 { protocol tcp; l3proto ip6; policy = { established : 177 }; }
	ct timeout udp4 { protocol udp; l3proto ip; policy = { unreplied : 1000, replied : 2000 }; }
	ct timeout brief { protocol udp; l3proto ip; policy = { unreplied : 5000, replied : 5000 }; }
	chain pre {
		type filter hook prerouting priority 0
		meta nfproto ipv4 tcp dport 5000 ct timeout set "tcp4"
		meta nfproto ipv6 tcp dport 5000 ct timeout set "tcp6"
		meta nfproto ipv4 udp dport 5000 ct timeout set "udp4"
	}
	chain more {
		type filter hook prerouting priority 1
		meta nfproto ipv4 udp dport 5001 ct timeout set "brief"
	}
}
NFT
flowd_start 5000 2
must hold_start tcp4 c -n 3 192.0.2.9 5000
must hold_start tcp6 c -n 3 2001:db8:b::9 5000
must hold_start udp4 c -u -n 3 192.0.2.9 5000
must hold_start brief c -u -n 2 192.0.2.9 5001
must hold_start plain c -n 2 192.0.2.9 5001
must relay_up A B
must settled A
ok_if "the rule is in force on A" all_between 60 77 3 $(left A -p tcp -f ipv4 --orig-port-dst 5000)
ok_if "nothing is left out" is "$(left_out A) $(left_out B) $(kget A refused)" "0 0 0"
# what rules take away is gone there, too, as soon as the connection changes
must ns A nft flush chain inet times more
must ns A nft delete ct timeout inet times brief
must ns A nft add rule inet rgtest mine udp dport 5001 ct mark set ct mark or 0x10
must hold_alive brief 2
must settled A

# by hand: the same connection again, with other times, and with none; long and short ones
relay_down A B
must wait_for 5 kget_is B session 0
ok_if "times by hand are taken" is "$(give "$(given 1001 1 3600)" "$(given 1002 1 3600)" \
	"$(given 1003 1 3600)" "$(given 1004 1 4294967295)" "$(given 1005 1000 2000)")" ""
ok_if "and change" is "$(give "$(given 1001 1 7200)" "$(given 1002 0 0)")" ""
ok_if "still nothing is left out" is "$(left_out B)" 0
give "$(record 255 1006 "" 60 $TIMES)" >/dev/null 2>&1
ok_if "a protocol without states has none" is "$(kstat B install-malformed)" 1

# those of tcp4, tcp6, udp4, brief, 1-3600, 1-7200 and 1-for ever, 1000-2000 are udp4's
many=()
for ((i = 1; i <= 58; i++)); do
	many+=("$(given $((2000 + i)) 1 $((8000 + i)))")
done
ok_if "so many as there may be" is "$(give "${many[@]}")" ""
ok_if "one is more, and the connection is there" is "$(left_out B) $(ct B -p udp | grep -cE 'src=10.0.0.9 dst=[0-9.]+ sport=20[0-9][0-9] dport=80 ')" "1 58"
ok_if "what is known is still taken" is "$(give "$(given 3001 1 3600)") $(left_out B)" " 1"

must kmod_takeover
kmod_no_new B
ok_if "TCP goes on" hold_alive tcp4 3
ok_if "with the times of A's rule" all_between 60 77 3 $(left B -p tcp -f ipv4 --orig-port-dst 5000)
ok_if "over IPv6" hold_alive tcp6 3
ok_if "with those of another" all_between 160 177 3 $(left B -p tcp -f ipv6 --orig-port-dst 5000)
ok_if "UDP" hold_alive udp4 3
ok_if "with its own" all_between 1900 2000 3 $(left B -p udp --orig-port-dst 5000)
must hold_alive brief 2
ok_if "where the rule was taken away, those of all" all_between 500 $UNREPLIED 2 $(left B -p udp --orig-port-dst 5001)
for p in 1001 1002 1003 1004 2057 2058; do
	must speak $p
done
ok_if "the last that was told counts" udp_have 1001 7200
ok_if "also if that was none" udp_have 1002 $UNREPLIED
ok_if "for others it is as it was" udp_have 1003 3600
ok_if "for ever is as long as can be" at_least "$(left B -p udp --orig-port-src 1004)" 2147460
ok_if "the last for which there was room" udp_have 2057 8057
ok_if "and the one for which there was none" udp_have 2058 $UNREPLIED

must rmmod nf_rg
ok_if "connections go on without it" hold_alive tcp4 3
must hold_alive udp4 3
ok_if "with those times or with those of all" own_or_usual $(left B -p tcp -f ipv4 --orig-port-dst 5000)
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
