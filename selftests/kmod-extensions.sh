#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Labels, counters and the start of a connection, its zone of one direction, and the
# offsets that an FTP helper put between two sequence spaces are on B as of the last
# record, although B itself would give a connection none of them; and they work there
# after a takeover (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# told ROUTER: as rg_marked, with labels, counters and start, without timeouts
told() {
	local f

	for f in ipv4 ipv6; do
		ns "$1" conntrack -L -f "$f" -o labels,ktimestamp 2>/dev/null
	done | perl -pe 's/^(\S+ +\d+) \d+ /$1 /; s/ use=\d+//; s/ delta-time=\d+//; s/ +/ /g' |
		grep -E "mark=($MARK4|$MARK6|$MARKD)( |$)" | sort
}
same() {
	local a b

	a=$(told A | grep -E "$1") || { diag "A has none of '$1'"; return 1; }
	b=$(told B | grep -E "$1")
	is "$b" "$a"
}
# packets ROUTER PATTERN: of the original direction, all flows that match
packets() { told "$1" | grep -E "$2" | sed -nE 's/^[^=]*src=.* packets=([0-9]+) bytes=.*src=.*/\1/p' | awk '{ n += $1 } END { print n + 0 }'; }
# label NUMBER: the next packet of every flow to port 5000 gets it, on A
label() { must ns A nft add rule inet rgtest mine th dport 5000 ct label set "$1"; }
# touch PATTERN-OF-ADDRESS...: a record of each of c's flows is due
touch_flows() {
	must ns A conntrack -U -p tcp -s 10.0.0.9 --orig-port-dst 5000 -m 5 >/dev/null 2>&1
}
more_alike() { is "$(ns B "$PROGS/ctmore" | sort)" "$(ns A "$PROGS/ctmore" | sort)"; }
adjusted() { ns "$1" "$PROGS/ctmore" | grep '^6 [0-9]* 21 '; }

# say LINE: to the FTP server and back; prints what came
said() { [ "$(wc -l <"$RUN/$NS/ftp.out")" -gt "$1" ]; }
say() {
	local n

	n=$(wc -l <"$RUN/$NS/ftp.out")
	printf '%s\r\n' "$1" >&7
	wait_for 20 said "$n" || return 1
	tail -n1 "$RUN/$NS/ftp.out" | tr -d '\r'
}

# bytes ROUTER PATTERN: of both directions, of its flows that match
bytes() {
	told "$1" | grep -E "$2" | grep -oE ' bytes=[0-9]+' | awk -F= '{ n += $2 } END { print n + 0 }'
}
bytes_at_least() { at_least "$(bytes "$1" "$2")" "$3"; }
# counts NUMBER...: a connection with these packets and bytes of both directions, by hand
counts() { record 17 4001 "$(printf '%016x' "$@")" 60 2; }
slow_for() { [ "$(tail -n1 "$RUN/$NS/transfer.slow" | sed -nE 's/^t=([0-9]+).*/\1/p')" -ge "$1" ]; }
start_of() { told "$1" | grep -E "$2" | grep -oE 'start=[^]]*'; }
SLOW='^tcp .*src=10.0.0.9 .*dport=5003 '

ktap_plan 34
kmod_up
mkdir -p /etc/xtables
printf '67 sixty-seven\n127 last\n' >/etc/xtables/connlabel.conf
on_exit rm -f /etc/xtables/connlabel.conf
must modprobe nf_nat_ftp
topo_sysctl A net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
topo_sysctl B net.netfilter.nf_conntrack_acct=0 net.netfilter.nf_conntrack_timestamp=0
label 67
for r in A B; do
	must ns $r nft 'add table inet zones
		add chain inet zones raw { type filter hook prerouting priority raw; }
		add rule inet zones raw iifname lan0 th dport 5001 ct original zone set 7'
done
must ns A nft 'add table inet ftp
	add ct helper inet ftp std { type "ftp" protocol tcp; }
	add chain inet ftp pre { type filter hook prerouting priority 0; }
	add rule inet ftp pre tcp dport 21 ct helper set "std"'
flowd_start 5000 4
flowd_start 21

must hold_start tcp4 c -n 3 192.0.2.9 5000
must hold_start tcp6 c -n 3 2001:db8:b::9 5000
must hold_start udp4 c -u -n 3 192.0.2.9 5000
must hold_start zone4 c -n 2 192.0.2.9 5001
must hold_start zoneu c -u -n 1 192.0.2.9 5001
must hold_start zone6 c -u -n 2 2001:db8:b::9 5001
# so that a start that B made up is another
second=$(($(date +%s) + 2))
later() { [ "$(date +%s)" -ge $second ]; }
must wait_for 10 later
must relay_up A B
must settled A
ok_if "labels have come" has "$(told B)" 'dport=5000 .* labels=sixty-seven'
ok_if "counters have come" at_least "$(packets B '^tcp .*src=10.0.0.9 .*dport=5000 ')" 9
ok_if "and the start" has "$(told B)" 'dport=5000 .*start='
for p in '^tcp .*src=10.0.0.9 .*dport=5000 ' '^tcp .*src=fd00:a::9 .*dport=5000 ' \
	 '^udp .*src=10.0.0.9 .*dport=5000 '; do
	ok_if "alike: $p" same "$p"
done
ok_if "a zone belongs to one direction" is "$(grep -c 'zone-orig=7 ' <<<"$(told B)")" 5
ok_if "as on A" same 'dport=5001 '

# follow
before=$(packets B '^tcp .*src=10.0.0.9 .*dport=5000 ')
label 127
must hold_alive tcp4 3
must settled A
ok_if "a new label has come" is "$(told B | grep -cE 'tcp .*src=10.0.0.9 .*dport=5000 .*labels=sixty-seven,last')" 3
must hold_alive tcp4 3
touch_flows
must settled A
ok_if "counters are those of the last record" same '^tcp .*src=10.0.0.9 .*dport=5000 '
ok_if "and more than before" at_least "$(packets B '^tcp .*src=10.0.0.9 .*dport=5000 ')" $((before + 6))

# move: nothing but the counters changes, and no event tells. The transfer runs evenly for 25 s,
# longer than three walks of 5 s each.
told=$(kstat A counters-told)
must ping_start icmp4 c 192.0.2.9
must transfer_start slow c down -i 500 -r 20000 192.0.2.9 5003 1000000
must wait_for 40 slow_for 25
ok_if "counters of an ICMP echo are told" bytes_at_least B '^icmp .*src=10.0.0.9 ' 5000
must transfer_runs slow
ok_if "few records were needed" at_most $(($(kstat A counters-told) - told)) 12

# end
must ns A conntrack -D -f ipv6 -p udp --orig-port-dst 5001 >/dev/null 2>&1
must settled A
ok_if "what ends in a zone is gone there" is "$(told B | grep -c '^udp .*src=fd00:a::9 .*dport=5001 ')" 0
ok_if "because it was told" is "$(kstat B install-delete-unknown) $(kstat B install-deleted)" "0 2"

# adjusted: PORT becomes longer on its way through A
mkfifo "$RUN/$NS/ftp.in"
exec 7<>"$RUN/$NS/ftp.in"
ns c socat - TCP:192.0.2.9:21 <"$RUN/$NS/ftp.in" >"$RUN/$NS/ftp.out" 2>&1 7>&- 8>&- &
ok_if "FTP begins" is "$(say NOOP)" NOOP
ok_if "the helper changes a PORT" has "$(say 'PORT 10,0,0,9,200,10')" '^PORT 192,0,2,10[0-3],200,10$'
must settled A
ok_if "A adds what it has grown by" has "$(adjusted A)" 'seqadj=[1-9][0-9]*,0,[1-9],0,0,0 adjusted$'
ok_if "so would B" more_alike
ok_if "with nothing refused" is "$(kget A refused)" 0

# the gate of a standby knows zones
router_of B
before=$(kstat B drop-gate-flow)
must hold_verify zoneu >/dev/null
ok_if "a standby drops a packet of a flow of a zone" at_least "$(kstat B drop-gate-flow)" $((before + 1))

had=$(bytes A "$SLOW")
started=$(start_of A "$SLOW")

# somebody has told more before
relay_down A B
must wait_for 5 kget_is B session 0
ok_if "counters by hand are taken" is \
	"$(give "$(counts 500 70000 20 1000)")$(give "$(counts 400 80000 21 999)")" ""
ok_if "nothing counts backwards" is "$(ct B -p udp --orig-port-src 4001 | grep -oE '(packets|bytes)=[0-9]+' | xargs)" \
	"packets=500 bytes=80000 packets=21 bytes=1000"

kmod_takeover
kmod_no_new B
ok_if "B knows of a transfer what it was 17 s ago, of 25" \
	bytes_at_least B "$SLOW" $((had * 8 / 25))
ok_if "it is as old as it is" is "$(start_of B "$SLOW")" "$started"
carried=$(bytes B "$SLOW")
before=$(packets B '^tcp .*src=10.0.0.9 .*dport=5000 ')
ok_if "FTP goes on at B" is "$(say 'NOOP at B')" 'NOOP at B'
ok_if "with its offsets" is "$(say 'NOOP once more')" 'NOOP once more'
ok_if "flows of a zone go on" hold_alive zone4 2
ok_if "and the others" hold_alive tcp4 3
ok_if "their counters, too" at_least "$(packets B '^tcp .*src=10.0.0.9 .*dport=5000 ')" $((before + 6))
ok_if "and IPv6" hold_alive tcp6 3
exec 7>&-
ok_if "the transfer ends" transfer_ends slow 60
ok_if "and has counted on" bytes_at_least B "$SLOW" $((carried + 100000))
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
