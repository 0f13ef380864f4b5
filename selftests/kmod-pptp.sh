#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# PPTP through NAT, with pptp, pptpd and pppd: a tunnel that was set up over A, and a transfer in it,
# go on at B, and it is taken down there by the right number. Records of PPTP and of its GRE that
# cannot be are refused, those that can may change and end in any order (topology: lib/topo.sh,
# lib/kmod.sh).
#
# B drops what its connection tracking calls new.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

dir=$RUN/$NS/pptp
THERE=10.99.0.1

pptpd_start() {
	cat >"$dir/options" <<-CONF
		noauth
		noccp
		nobsdcomp
		nodeflate
		nodefaultroute
		logfile $dir/pppd.s
		debug
	CONF
	cat >"$dir/conf" <<-CONF
		ppp /usr/sbin/pppd
		option $dir/options
		localip $THERE
		remoteip 10.99.0.2-9
	CONF
	ns s pptpd -f -c "$dir/conf" -p "$dir/pid" >"$dir/pptpd" 2>&1 8>&- &
	disown $!
	must wait_for 10 listens s 1723
}
listens() { [ -n "$(ns "$1" ss -Hlnt "sport = :$2")" ]; }
call_start() {
	ip netns exec "${NS}c" pppd pty 'pptp 192.0.2.9 --nolaunchpppd' nodetach noauth noccp \
		nobsdcomp nodeflate nodefaultroute logfile "$dir/pppd.c" debug >"$dir/call" 2>&1 8>&- &
	echo $! >"$dir/call.pid"
	disown $!
	wait_for 20 ns c ping -c1 -W1 $THERE || { diag "$(cat "$dir"/{call,pppd.c,pppd.s,pptpd})"; return 1; }
}
serve() {
	ns s "$PROGS/flowd" 5000 >"$dir/flowd" 2>&1 8>&- &
	disown $!
	must wait_for 10 grep -q '^ready' "$dir/flowd"
}
gre() { ct "$1" -p gre | grep -c "key="; }
# The port of the control connection outside, in hex, which is the number of the call there.
outside() {
	ct A -p tcp --orig-port-dst 1723 | sed -nE 's/.* dport=([0-9]+) .*/\1/p' | xargs printf '%04x'
}
# The number of c itself.
inside() {
	ct A -p gre | sed -nE 's/.*src=10\.0\.0\.9 dst=192\.0\.2\.9 srckey=(0x[0-9a-f]+).*/\1/p' |
		xargs printf '%04x'
}
# The number of the call that s was asked to end.
cleared() {
	tr -d ' \t\n' <"$dir/wire" | sed 's/0x00.0://g' | grep -oE '1a2b3c4d000c0000[0-9a-f]{4}' |
		grep -oE '[0-9a-f]{4}$'
}

# pptp_record SPORT SESSION CALL [KEY]: a control connection, by hand; with a call to that number
pptp_record() {
	local keys=0000000000000000

	[ -z "${4:-}" ] || keys=$(h16 "$1")$(h16 "$4")$(h16 "$4")$(h16 "$1")
	record 6 "$1" "$htcp$(hname pptp)$(h8 "$2")$(h8 "$3")$(h8 ${4:+1})00$(h16 "$1")$(h16 "${4:-0}")$(
		)$(h16 "$1")$(h16 "${4:-0}")$keys" 60 $((16 + 256))
}
# deletion SPORT: the end of that connection
deletion() {
	printf '%s' "$(h8 2)$(h8 0)$(h16 32)$(h32 152)$(h64 "$1")$(h8 4)$(h8 6)$(h16 0)" \
		"$(h4 10.0.0.9)$(h4 192.0.2.9)$(h16 "$1")$(h16 80)"
}
# gre_record N SPORT: a GRE connection whose master is that
gre_record() {
	record 47 "$1" "$(h32 30)$(h32 180)$(h8 6)$(h4 10.0.0.9)$(h4 192.0.2.9)$(h16 "$2")$(h16 80)" 60 64
}

tunnel() {
	must relay_up A B
	pptpd_start
	serve
	ok_if "a tunnel through A" call_start
	must ping_start tunnel c $THERE
	must transfer_start inside c down -i 50 -r 100000 $THERE 5000 1000000
	must settled A
	ok_if "is GRE" is "$(gre A) $(gre B)" "1 1"
	ok_if "both tables are alike" equal_soon 10
	ok_if "nothing was refused or left out" is "$(kget A refused) $(kstat A not-replicated-helper)" "0 0"
	number=$(outside)
	own=$(inside)
	must transfer_runs inside
	kmod_takeover

	ok_if "it goes on at B" ping_alive tunnel
	ok_if "the transfer in it ends" transfer_ends inside 60
	ns s tcpdump --immediate-mode -xlnni wan0 tcp dst port 1723 >"$dir/wire" 2>"$dir/wire.err" 8>&- &
	disown $!
	must wait_for 10 grep -q listening "$dir/wire.err"
	kill "$(cat "$dir/call.pid")"
	ok_if "the tunnel is taken down" wait_for 20 cleared
	ok_if "by the number that s knows" is "$(cleared)" "$number"
	ok_if "which is not that of c" not is "$own" "$number" 8>/dev/null
}

ktap_plan 24
kmod_up
must mkdir -p "$dir"
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help pptp { type "pptp" protocol tcp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre tcp dport 1723 ct helper set "pptp"'
done
kmod_no_new B

# by hand
ok_if "B refuses PPTP in a state that is none, without its state, and others with one" is \
	"$(give "$(pptp_record 11 5 0)" "$(pptp_record 12 0 8)" \
		"$(record 6 13 "$htcp$(hname pptp)" 60 16)" \
		"$(pptp_record 14 4 3 | sed "s/$(hname pptp)/$(hname ftp)/")" \
		"$(pptp_record 15 4 0)")" "refusal 0 9;refusal 1 9;refusal 2 9;refusal 3 9;"
ok_if "it has loaded the part that translates" grep -q '^nf_nat_pptp ' /proc/modules
ok_if "a call is taken, and its GRE" is \
	"$(give "$(pptp_record 16 4 3 9)" "$(gre_record 20 16)" "$(gre_record 21 16)")" ""
ok_if "which has found its master" is "$(kstat B install-without-master)" 0
replaced=$(kstat B install-replaced)
ok_if "the same again" is "$(give "$(pptp_record 16 4 3 9)")" ""
ok_if "changes nothing" is "$(kstat B install-replaced)" "$replaced"
ok_if "another number" is "$(give "$(pptp_record 16 4 3 10)" "$(gre_record 22 16)")" ""
ok_if "makes it anew" is "$(kstat B install-replaced)" $((replaced + 1))
ok_if "its GRE ends" succeeds ns B conntrack -D -p gre
ok_if "and the call" succeeds ns B conntrack -D -p tcp

lost=$(kstat B entries-lost-on-standby)
ok_if "the end of a control connection" is \
	"$(give "$(pptp_record 30 4 3 80)" "$(gre_record 30 30)" "$(gre_record 31 30)" "$(deletion 30)")" ""
ok_if "takes its call along, and no other" is "$(gre B)" 1
ok_if "which is no loss" is "$(kstat B entries-lost-on-standby)" "$lost"
ok_if "the other one outlives it" succeeds ns B conntrack -D -p gre

if modprobe -qa ppp_generic ppp_async; then
	tunnel
else
	for ((i = 0; i < 9; i++)); do
		ktap_skip "a tunnel" "this kernel has no PPP"
	done
fi
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
