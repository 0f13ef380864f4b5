#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Flows of SCTP, UDP-Lite, GRE and DCCP, over IPv4 and IPv6, are on B as they are on A
# and go on there; an SCTP association is restarted and ends (topology: lib/topo.sh,
# lib/kmod.sh). Protocols that this kernel has no sockets for are left out.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

PORT=5100
GRE_TIMEOUTS='timeout=577, stream_timeout=699 '

# sockets NAME: as the kernel calls the protocol
sockets() { awk -v p="$1" '$1 == p { n++ } END { exit !n }' /proc/net/protocols; }

# kind_start NAME KIND-ARGUMENT...: a flow of c that is held (hold_alive NAME 1 and so on)
kind_start() {
	local out=$RUN/$NS/hold.$1

	shift
	ip netns exec "${NS}c" "$PROGS/kind" hold "$@" >"$out" 2>&1 8>&- &
	echo $! >"$out.pid"
	disown $!
	wait_for 30 grep -q '^held=' "$out" || { diag "$*: $(cat "$out")"; return 1; }
}
server_start() {
	local out=$RUN/$NS/kind.$1

	ns s "$PROGS/kind" serve "$1" $PORT >"$out" 2>&1 8>&- &
	disown $!
	must wait_for 10 grep -q '^ready' "$out"
}

# same PATTERN COUNT: so many entries match, on both routers and alike
same() {
	local a b

	a=$(rg_marked A | grep -E "$1")
	b=$(rg_marked B | grep -E "$1")
	is "$(grep -c . <<<"$a")" "$2" && is "$b" "$a"
}
# what conntrack does not show
more_alike() { is "$(ns B "$PROGS/ctmore" | sort)" "$(ns A "$PROGS/ctmore" | sort)"; }
vtags() { ns "$1" "$PROGS/ctmore" | sed -nE "s/^132 $2 $PORT vtags=//p"; }
gre_on() { grep -E '^ipv. +[0-9]+ gre ' <<<"$(ns "$1" cat /proc/net/nf_conntrack)"; }

# of KIND CMD...: one result, skipped where there is no such protocol
of() {
	if [[ " $kinds " = *" $1 "* ]]; then
		ok_if "$1: $2" "${@:3}"
	else
		ktap_skip "$1: $2" "this kernel has no sockets for it"
	fi
}
both() { "$1" "$2"4 "${@:3}" && "$1" "$2"6 "${@:3}"; }
begin() { kind_start "$1"4 "$1" 192.0.2.9 $PORT && kind_start "$1"6 "$1" 2001:db8:b::9 $PORT; }

ktap_plan 25
kmod_up
must modprobe sctp
modprobe dccp_ipv6 && modprobe dccp_ipv4
kinds="sctp gre"
sockets UDP-Lite && kinds+=" udplite"
sockets DCCP && kinds+=" dccp"
for k in $kinds; do
	server_start "$k"
done
topo_sysctl A net.netfilter.nf_conntrack_gre_timeout=577 \
	net.netfilter.nf_conntrack_gre_timeout_stream=699
# The kernel takes the checksum of UDP-Lite for that of UDP, and every packet for invalid.
for r in A B; do
	topo_sysctl $r net.netfilter.nf_conntrack_checksum=0
done
[[ $kinds != *dccp* ]] || topo_sysctl B net.netfilter.nf_conntrack_dccp_loose=0

for k in sctp udplite gre; do
	of $k "flows go through A" begin $k
done
of dccp "flows go through A" begin dccp
must relay_up A B
must settled A
of sctp "alike on B" same '^sctp .* ESTABLISHED ' 2
of udplite "alike on B" same '^udplite ' 2
of gre "alike on B" same '^gre ' 2
of dccp "alike on B" same '^dccp .* OPEN ' 2
ok_if "all is alike" tables_equal
ok_if "and what conntrack does not show" more_alike
ok_if "GRE has the timeouts that it had on A" is "$(gre_on B | grep -c "$GRE_TIMEOUTS")" 2
ok_if "nothing was refused" is "$(kget A refused)" 0
ok_if "nor left out" is "$(kstat A not-replicated-protocol)" 0

# restarted: the kernel tells nobody that the tags of an established association change
must kind_start again -p 7777 sctp 192.0.2.9 $PORT
must settled A
old=$(vtags A 7777)
must ns c nft 'add table inet mute
	add chain inet mute out { type filter hook output priority 0; }
	add rule inet mute out meta l4proto sctp drop'
hold_stop again
must ns c nft delete table inet mute
ok_if "an association is restarted" kind_start again -p 7777 sctp 192.0.2.9 $PORT
must settled A
ok_if "with other tags" not is "$(vtags A 7777)" "$old" 8>/dev/null
ok_if "which B has, too" is "$(vtags B 7777)" "$(vtags A 7777)"

# ends
must kind_start short sctp 192.0.2.9 $PORT
hold_stop short
must settled A
ok_if "the end of an association begins on B, too" same '^sctp .* (SHUTDOWN_|CLOSED)' 1

kmod_takeover
kmod_no_new B
for k in sctp udplite gre dccp; do
	of $k "goes on at B" both hold_alive $k 1
done
ok_if "so does the restarted association" hold_alive again 1
ok_if "B has made none of them" is "$(kstat B drop-new-not-active)" 0
ok_if "nothing was invalid there" has "$(ns B nft list chain inet rgtest forward)" \
	'ct state invalid counter packets 0 '
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
