#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# Operations of `ip sla`, against servers that run: an echo, a TCP port, a page, a name. Each fails in
# its own way and comes back, slow answers are late, and what is tracked moves the priority and the
# role (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

DIR=$RUN/$NS/servers
SLA="ip sla 1
 icmp-echo 192.0.2.9 source-ip 192.0.2.1
 timeout $((300 * ktap_slow))
 threshold $((100 * ktap_slow))
 frequency $ktap_slow
ip sla schedule 1 life forever start-time now
ip sla 2
 tcp-connect 192.0.2.9 5000
 timeout $((300 * ktap_slow))
 frequency $ktap_slow
ip sla schedule 2 life forever start-time now
ip sla 3
 http get http://192.0.2.9:8080/health
 timeout $((300 * ktap_slow))
 frequency $ktap_slow
ip sla schedule 3 life forever start-time now
ip sla 4
 dns www.example.com name-server 192.0.2.9
 timeout $((300 * ktap_slow))
 frequency $ktap_slow
ip sla schedule 4 life forever start-time now
ip sla 5
 icmp-echo 2001:db8:b::9
 timeout $((300 * ktap_slow))
 frequency $ktap_slow
ip sla schedule 5 life forever start-time now
ip sla 6
 tcp-connect 2001:db8:b::9 5000
 frequency 1
track 1 ip sla 1 reachability
track 2 ip sla 2
track 3 ip sla 3
track 4 ip sla 4
track 5 ip sla 5
track 6 ip sla 1 state
redundancy
 application redundancy
  group 1
   track 1 decrement 50
   track 3 decrement 10"

# sla NUMBER FIELD
sla() { rg_ctl A --json show ip sla statistics "$1" | gojq -r ".operations[0].$2"; }
code_is() { [ "$(sla "$1" return_code)" = "$2" ]; }
comes() { wait_for 5 code_is "$1" "$2" || { diag "$(rg_ctl A show ip sla statistics "$1")"; return 1; }; }
track_is() { [ "$(rg_ctl A --json show track "$1" | gojq -r '.tracks[0].state')" = "$2" ]; }
tracked() { wait_for 5 track_is "$1" "$2" || { diag "$(rg_ctl A show track "$1")"; return 1; }; }
priority() {
	rg_ctl A show redundancy application faults group 1 | sed -nE 's/.*Runtime priority: \[([0-9]+)\]/\1/p'
}
priority_is() { [ "$(priority)" = "$1" ]; }

# web STATUS: a server that says so to everybody, and has what it was asked for in $DIR/asked
web() {
	[ ! -e "$DIR/web.pid" ] || kill "$(cat "$DIR/web.pid")" 2>/dev/null
	cat >"$DIR/web" <<-SH
		#!/bin/sh
		read -r line
		echo "\$line" >>$DIR/asked
		printf 'HTTP/1.0 $1\r\nContent-Length: 0\r\n\r\n'
	SH
	chmod +x "$DIR/web"
	ns s socat TCP-LISTEN:8080,fork,reuseaddr EXEC:"$DIR/web" >"$DIR/web.out" 2>&1 8>&- &
	echo $! >"$DIR/web.pid"
	disown $!
}

# names CODE RECORDS: a name server that answers each question with this; it repeats the question
names() {
	[ ! -e "$DIR/names.pid" ] || kill "$(cat "$DIR/names.pid")" 2>/dev/null
	cat >"$DIR/names.pl" <<-PERL
		\$/ = undef;
		sysread(STDIN, my \$q, 512) or exit;
		my \$id = substr(\$q, 0, 2);
		my \$end = index(\$q, "\\0", 12) + 5;
		my \$r = \$id . pack("nnnnn", 0x8180 | $1, 1, $2, 0, 0) . substr(\$q, 12, \$end - 12);
		\$r .= pack("nnnNnC4", 0xc00c, 1, 1, 60, 4, 192, 0, 2, 7) for 1 .. $2;
		syswrite(STDOUT, \$r);
	PERL
	ns s socat UDP-RECVFROM:53,fork,reuseaddr EXEC:"perl $DIR/names.pl" >"$DIR/names.out" 2>&1 8>&- &
	echo $! >"$DIR/names.pid"
	disown $!
}

# quiet_server WHAT: s drops this; loud_server
quiet_server() {
	ns s nft -f - <<-NFT
		table inet deaf {
			chain input {
				type filter hook input priority 0
				$1 drop
			}
		}
	NFT
}
loud_server() { ns s nft delete table inet deaf; }

EXTRA_A=$SLA
PREEMPT_B=
ktap_plan 35
must modprobe nf_rg
topo_up
must mkdir -p "$DIR"
must web "200 OK"
must names 0 1
must flowd_start 5000
must pair_up

for n in 1 2 3 4 5; do
	ok_if "operation $n has an answer" comes "$n" OK
	ok_if "and its object is up" tracked "$n" up
done
ok_if "the echo comes in less than 100 ms" at_most "$(sla 1 rtt_us)" $((100000 * ktap_slow))
ok_if "the page was asked for" has "$(head -n 1 "$DIR/asked")" '^GET /health HTTP/1\.0'
ok_if "what is not scheduled does not run" is "$(sla 6 scheduled) $(sla 6 asked)" "false 0"
ok_if "IOS's words" has "$(rg_ctl A show ip sla statistics 1)" '^Latest operation return code: OK$'
ok_if "one that does not exist" fails rg_ctl A show ip sla statistics 7

must web "503 Busy"
ok_if "the server is busy" comes 3 "Bad answer"
ok_if "down" tracked 3 down
ok_if "the priority falls" wait_for 5 priority_is 110
must web "200 OK"
ok_if "and is back with it" wait_for 5 priority_is 120
must names 3 0
ok_if "no such name" comes 4 "Bad answer"
must names 0 1
ok_if "the name is there again" comes 4 OK
ns s fuser -s -k -n tcp 5000
ok_if "nobody listens" comes 2 "No connection"
ok_if "by the system's words" is "$(sla 2 error)" "Connection refused"
must quiet_server "tcp dport 5000"
ok_if "and then nobody answers" comes 2 Timeout
must loud_server
must flowd_start 5000
ok_if "until one does" comes 2 OK

must ns s tc qdisc add dev wan0 root netem delay $((150 * ktap_slow))ms
ok_if "a slow answer is late" comes 1 "Over threshold"
ok_if "state is down" tracked 6 down
ok_if "reachability is up" tracked 1 up
must ns s tc qdisc del dev wan0 root
ok_if "and up again" tracked 6 up

answered=$(sla 2 successes)
must sed -i 's/^ tcp-connect 192.0.2.9 5000/&\n threshold 700/' "$(rg_dir A)/conf"
must rg_ctl A reload >/dev/null
ok_if "another threshold loses no count" at_least "$(sla 2 successes)" "$answered"
must quiet_server "icmp type echo-request"
ok_if "no echo" comes 1 Timeout
ok_if "its group goes to the peer, who has preempt" wait_state 10 B ACTIVE
ok_if "the log says why" wait_for 5 grep -q 'priority change from 120 to 70: track 1 down' "$(rg_dir A)/log"
must loud_server
ok_if "the echo is back" tracked 1 up
must sed -i '/^ip sla schedule 1 /d' "$(rg_dir A)/conf"
must rg_ctl A reload >/dev/null
ok_if "no longer scheduled: nothing is known" is "$(sla 1 return_code)" Unknown
ktap_end
