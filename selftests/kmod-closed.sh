#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# What a mapping is there for does not leave untranslated, whatever rules there are:
# packets of new connections, of such as began without a translation, of none at all, and
# answers. What is not permitted, has another family, another interface, or is translated
# leaves (topology: lib/topo.sh; A routes without any rules).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

name() { printf 'ifname=x:%s00' "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')"; }
# source4 PERMIT LENGTH A B C D: of a list, in hex
source4() { printf '%02x%02x%02x%02x%024d%02x%02x0000' "$3" "$4" "$5" "$6" 0 "$2" "$1"; }
list() { echo "closed={ mapping=$1 family=${3:-2} sources=x:$2 }"; }
# closed LIST...: between the two usual interfaces
# shellcheck disable=SC2048,SC2086 # a list is several words
closed() { must rgk A raw closed-set inside={ $(name lan0) } outside={ $(name wan0) } $*; }
all4=$(source4 1 0 0 0 0 0)
net4=$(source4 1 24 10 0 0 0)
net6=fd00000a00000000000000000000000040010000

# of MAPPING, what the kernel says
dropped() {
	rgk A raw closed-get dump | awk -v m="$1" '
		$1 == "mapping" { its = $2 == m }
		its && $1 == "packets" { n = $2 }
		END { print n + 0 }'
}
send() { ns c ping -c1 -W1 "${1:-192.0.2.9}" >/dev/null 2>&1; }
# leaves COMMAND...: s gets something by it; stays MAPPING COMMAND...: nothing, and that is counted
leaves() {
	local before

	before=$(private_came)
	"$@" || { diag "it failed"; return 1; }
	at_least "$(private_came)" $((before + 1))
}
stays() {
	local mapping=$1 before counted

	shift
	before=$(private_came)
	counted=$(dropped "$mapping")
	"$@" && { diag "it went through"; return 1; }
	is "$(private_came)" "$before" && at_least "$(dropped "$mapping")" $((counted + 1))
}

ktap_plan 24
topo_up
must modprobe nf_rg
must ipn A addr add 10.0.0.254/24 dev lan0
must ipn A addr add fd00:a::254/64 dev lan0 nodad
count_private
flowd_start 5000
must wait_for 10 send
must wait_for 10 send 2001:db8:b::9

ok_if "without lists all leaves" leaves send
closed "$(list 152 "$net4")"
ok_if "what a list permits stays" stays 152 send
ok_if "the other family leaves" leaves send 2001:db8:b::9
ok_if "the counter of all counts it, too" at_least "$(kstat A drop-not-translated)" 1
ok_if "the router's own packets leave" ns A ping -c1 -W1 192.0.2.9
before=$(dropped 152)
closed "$(list 152 "$(source4 0 32 10 0 0 9)$net4")" "$(list 153 "$net6" 10)"
ok_if "what the first entry denies leaves" leaves send
ok_if "what was counted stays counted" is "$(dropped 152)" "$before"
ok_if "a list of IPv6" stays 153 send 2001:db8:b::9
closed "$(list 152 "$(source4 1 24 10 0 1 0)")" "$(list 7 "$all4")"
ok_if "a later list permits what an earlier one does not" stays 7 send
ok_if "that one has counted nothing" is "$(dropped 152)" "$before"
closed "$(list 152 "$net4")"

# no connection at all, and one that begins without a translation
must ns A nft add table ip raw
must ns A nft "add chain ip raw pre { type filter hook prerouting priority raw; }"
must ns A nft add rule ip raw pre ip saddr 10.0.0.9 notrack
ok_if "what is not tracked stays" stays 152 send
must ns A nft delete table ip raw
closed
must hold_start old c -n 3 192.0.2.9 5000
closed "$(list 152 "$net4")"
ok_if "a connection that began before the list stays" stays 152 hold_alive old 3

# translated: the source of a connection, or the destination of one from outside
must ns A nft -f - <<-'NFT'
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat
		oifname "wan0" ip saddr 10.0.0.9 icmp type echo-request snat to 192.0.2.1
	}
	chain pre {
		type nat hook prerouting priority dstnat
		ip daddr 192.0.2.1 tcp dport 5001 dnat to 10.0.0.9:5001
	}
}
NFT
ok_if "what is translated leaves" send
ok_if "what is not stays" stays 152 ns c nc -z -w1 192.0.2.9 5000
ok_if "and nothing was sent back for it" is "$(ns s conntrack -C 2>/dev/null || echo 0)" 0
flowd_start_at() { ns c "$PROGS/flowd" "$1" 1 >/dev/null 2>&1 8>&- & disown $!; }
flowd_start_at 5001
must wait_for 10 ns c nc -z 127.0.0.1 5001
ok_if "answers of a translated destination leave" wait_for 10 ns s nc -z -w1 192.0.2.1 5001
ok_if "answers to what was not translated stay" stays 152 ns s nc -z -w1 10.0.0.9 5001

# names of interfaces
must ns A nft delete table ip nat
must ns A ip link set lan0 down
must ns A ip link set lan0 name lan7
must ns A ip link set lan7 up
must ipn A addr add fd00:a::254/64 dev lan7 nodad
ok_if "an interface of another name is another one" wait_for 5 leaves send
closed "$(list 152 "$net4")"
must hold_start meanwhile c -n 3 192.0.2.9 5000
must ns A ip link set lan7 down
must ns A ip link set lan7 name lan0
must ns A ip link set lan0 up
ok_if "of the same name the same" wait_for 5 stays 152 send
ok_if "for a connection that began meanwhile, too" stays 152 hold_alive meanwhile 3
closed "$(list 152 "$net4")"
ok_if "also after it was said again" stays 152 send
must rgk A raw closed-set
ok_if "without a list all leaves again" leaves send
closed "$(list 152 "$net4")"
must ip netns del "${NS}A"
ok_if "the namespace goes" wait_for 5 sh -c "! ip netns list | grep -q '^${NS}A\b'"
ok_if "the module goes" wait_for 10 rmmod nf_rg
ktap_end
