#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=240
# All ways of translation, with curl, lftp and busybox's httpd: to a server behind destination NAT,
# from behind masquerade, back in by the outside address (hairpin: source and destination at once),
# and through SYNPROXY. Each is cut in the middle of a transfer and ends whole at B (topology:
# lib/topo.sh, lib/kmod.sh).
#
# s has another address, 198.51.100.9; who is active has 198.51.100.100 there, which is masqueraded
# as. B drops what its connection tracking calls new.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/programs.sh"

SYNS="syn1 syn2 syn3 syn4 syn6"

rules() {
	must ns "$1" nft -f - <<-'NFT'
	table inet more {
		ct helper ftp {
			type "ftp" protocol tcp
		}
		chain raw {
			type filter hook prerouting priority raw
			iifname "lan0" tcp dport 8081 tcp flags syn notrack
		}
		chain pre {
			type filter hook prerouting priority 0
			tcp dport 21 ct helper set "ftp"
		}
		chain forward {
			type filter hook forward priority -10
			iifname "lan0" tcp dport 8081 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
		}
		chain post {
			type nat hook postrouting priority srcnat - 1
			oifname "wan0" ip daddr 198.51.100.9 masquerade fully-random
			oifname "lan0" ip saddr 10.0.0.0/24 ct status dnat snat to 10.0.0.254
			oifname "lan0" ip6 saddr fd00:a::/64 ct status dnat snat to fd00:a::254
		}
	}
	NFT
	must rgk "$1" mapping 155 1 4 198.51.100.100-198.51.100.100
	topo_sysctl "$1" net.ipv4.tcp_syncookies=1
	ns "$1" ip route replace 198.51.100.0/24 dev wan0
}

get() { fetch_start "$1" "$2" "$FILES/big" curl -sS --limit-rate $RATE -o OUT "$3"; }
lines() { grep -cE -- "$2" <<<"$(rg_marked "$1")"; }
# seen PATTERN COUNT: that many connections of A match, and they are alike on B
seen() {
	local a b

	a=$(rg_marked A | grep -E "$1")
	b=$(rg_marked B | grep -E "$1")
	is "$(grep -c . <<<"$a")" "$2" && is "$b" "$a"
}
proxied() { ns "$1" "$PROGS/ctmore" | grep ' 8081 .*synproxy=' | sort; }

ktap_plan 19
kmod_up
must modprobe -a nf_nat_ftp nft_synproxy
files_make
limited
for r in A B; do
	rules $r
done
ipn s addr add 198.51.100.9/24 dev wan0
ipn A addr add 198.51.100.100/24 dev wan0
httpd_start s
httpd_start c
ftpd_start c
serve proxied s busybox httpd -f -p 8081 -h "$FILES"
must wait_for 10 listens s t 8081
kmod_no_new B
must relay_up A B

get in4 s http://192.0.2.110:8080/big
get in6 s "http://[2001:db8:b::110]:8080/big"
get out4 c http://192.0.2.9:8080/big
get masq c http://198.51.100.9:8080/big
get hair4 c http://192.0.2.110:8080/big
get hair6 c "http://[2001:db8:b::110]:8080/big"
for f in $SYNS; do
	get $f c http://$([ $f = syn6 ] && echo "[2001:db8:b::9]" || echo 192.0.2.9):8081/big
done
cat >"$RUN/$NS/lftp" <<-LFTP
	set ftp:ssl-allow false
	set ftp:prefer-epsv false
	set net:max-retries 1
	set cmd:fail-exit true
	open ftp://192.0.2.110
	get small -o ${PROG}ftp/one
	get big -o ${PROG}ftp/copy
	get small -o ${PROG}ftp/two
LFTP
fetch_start ftp s "$FILES/big" lftp -f "$RUN/$NS/lftp"
must fetches_await 20 in4 in6 out4 masq hair4 hair6 ftp $SYNS
must settled A
ok_if "masquerade" seen ' src=10.0.0.9 dst=198.51.100.9 .* dst=198.51.100.100 ' 1
ok_if "hairpin" seen ' src=10.0.0.9 dst=192.0.2.110 .* src=10.0.0.9 dst=10.0.0.254 ' 1
ok_if "hairpin over IPv6" seen ' src=fd00:a::9 dst=2001:db8:b::110 .* src=fd00:a::9 dst=fd00:a::254 ' 1
ok_if "SYNPROXY has done handshakes" is "$(proxied A | grep -c .)" 5
ok_if "B knows what it gave the clients" is "$(proxied B)" "$(proxied A)"
ok_if "nothing was refused" is "$(kget A refused)" 0
must fetches_under_way in4 in6 out4 masq hair4 hair6 ftp $SYNS
kmod_takeover
ipn B addr add 198.51.100.100/24 dev wan0
ipn s neigh flush all

ok_if "behind destination NAT" fetch_ends in4 60
ok_if "over IPv6" fetch_ends in6 60
ok_if "behind source NAT" fetch_ends out4 60
ok_if "behind masquerade" fetch_ends masq 60
ok_if "hairpin" fetch_ends hair4 60
ok_if "hairpin over IPv6" fetch_ends hair6 60
ok_if "passive FTP to behind destination NAT, and the next file" fetch_ends ftp 60
for f in $SYNS; do
	ok_if "through SYNPROXY, $f" fetch_ends $f 60
done
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
