#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# FTP through NAT, with curl and vsftpd: connections that a helper reads and changes,
# so that sequence numbers are adjusted, are cut in the middle of a transfer, finish at
# B, and go on from there to the next file. A data connection that was announced at A
# comes at B. A transfer of TFTP goes on (topology: lib/topo.sh, lib/kmod.sh).
#
# Servers are s, and c behind destination NAT. B drops what its connection tracking
# calls new: data connections pass there only if they are known or expected.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

RATE=300000	# bytes a second
BIG=3000000
declare -A ftp_fd

files() {
	must mkdir -p "$1"
	head -c $BIG /dev/urandom >"$1/big"
	head -c 20000 /dev/urandom >"$1/small"
}
ftpd_start() {
	local n=$1 dir=$RUN/$NS/ftpd.$1

	files "$dir/files"
	topo_vsftpd "$dir/files" "$RATE" >"$dir/conf"
	ns "$n" vsftpd "$dir/conf" >"$dir/out" 2>&1 8>&- &
	disown $!
	must wait_for 10 ns "$n" nc -z ::1 21
}

# get_start NAME NAMESPACE CURL-ARGUMENT... HOST: two files, over one control connection
get_start() {
	local dir=$RUN/$NS/get.$1 n=$2 host=${*: -1}

	must mkdir -p "$dir"
	set -- "${@:3:$#-3}" -o "$dir/big" "ftp://$host/big" -o "$dir/small" "ftp://$host/small"
	{ ns "$n" curl -sS -m 120 "$@" >"$dir/out" 2>&1 8>&-; echo $? >"$dir/rc"; } &
	disown $!
	wait_for 10 test -s "$dir/big" ||
		{ diag "$(cat "$dir/out" "$RUN/$NS"/ftpd.*/out)"; return 1; }
}
get_runs() { [ ! -e "$RUN/$NS/get.$1/rc" ]; }
get_ends() {
	local dir=$RUN/$NS/get.$1 from=$RUN/$NS/ftpd.$2/files

	wait_for 60 test -s "$dir/rc" || { diag "$1: no end; $(stat -c %s "$dir/big") bytes"; return 1; }
	is "$(cat "$dir/rc" "$dir/out")" 0 &&
		succeeds cmp "$dir/big" "$from/big" && succeeds cmp "$dir/small" "$from/small"
}
# Every block waits for the answer to the one before it: a delay makes it last.
tftp_start() {
	local dir=$RUN/$NS/get.tftp

	must mkdir -p "$dir"
	head -c 200000 "$RUN/$NS/ftpd.s/files/big" >"$RUN/$NS/ftpd.s/files/medium"
	ns s tc qdisc add dev wan0 root netem delay 10ms
	ns s in.tftpd -L -4 -a 192.0.2.9:69 -s "$RUN/$NS/ftpd.s/files" >"$dir/server" 2>&1 8>&- &
	disown $!
	must wait_for 10 udp_listens s 69
	{ ns c curl -sS -m 60 -o "$dir/medium" tftp://192.0.2.9/medium >"$dir/out" 2>&1 8>&-
		echo $? >"$dir/rc"; } &
	disown $!
	must wait_for 10 test -s "$dir/medium"
}
udp_listens() { [ -n "$(ns "$1" ss -Huln "sport = :$2")" ]; }
tftp_ends() {
	local dir=$RUN/$NS/get.tftp

	wait_for 60 test -s "$dir/rc" || { diag "no end; $(stat -c %s "$dir/medium") bytes"; return 1; }
	is "$(cat "$dir/rc" "$dir/out")" 0 &&
		succeeds cmp "$dir/medium" "$RUN/$NS/ftpd.s/files/medium"
}
adjusted() { ns "$1" "$PROGS/ctmore" | grep '^6 [0-9]* 21 .* adjusted$' | sort; }
# control connections; some kernels give data connections the helper, too
helped() { rg_marked "$1" | grep 'helper=ftp' | grep -c ' dport=21 '; }

# ftp_open NAME NAMESPACE HOST: a session by hand
ftp_open() {
	local in=$RUN/$NS/ftp.$1.in out=$RUN/$NS/ftp.$1 fd

	must mkfifo "$in"
	exec {fd}<>"$in"
	ftp_fd[$1]=$fd
	ns "$2" socat - "TCP:$3:21" <"$in" >"$out" 2>&1 8>&- &
	disown $!
	wait_for 10 grep -q '^220' "$out" && has "$(ftp_say "$1" 'USER anonymous')" ^230
}
ftp_said() { [ "$(grep -c '^[0-9]* ' "$1")" -gt "$2" ]; }
# ftp_say NAME COMMAND: the server's next answer; ftp_next NAME NUMBER: the one behind so many
ftp_say() {
	local n

	n=$(grep -c '^[0-9]* ' "$RUN/$NS/ftp.$1")
	printf '%s\r\n' "$2" >&"${ftp_fd[$1]}"
	ftp_next "$1" "$n"
}
ftp_next() {
	wait_for 20 ftp_said "$RUN/$NS/ftp.$1" "$2" || { cat "$RUN/$NS/ftp.$1"; return 1; }
	grep '^[0-9]* ' "$RUN/$NS/ftp.$1" | sed -n "$(($2 + 1))p" | tr -d '\r'
}
# ftp_fetched NAME FROM: what came over a data connection
ftp_fetched() { cmp -s "$RUN/$NS/data.$1" "$RUN/$NS/ftpd.$2/files/small"; }

# expect_time ROUTER PORT: seconds that are left
expect_time() { ns "$1" conntrack -L expect 2>/dev/null | grep " dport=$2 " | awk '{ print $1 }'; }

# kin ROUTER: packets of connections that an FTP connection expected
kin() { ns "$1" nft list counter inet rgtest kin | sed -nE 's/.*packets ([0-9]+) .*/\1/p'; }

kin_at_least() { [ "$(kin "$1")" -ge "$2" ]; }

# helper_record HELPER SPORT: a new connection with a helper, by hand
helper_record() {
	local name

	name=$(printf %s "$1" | od -An -tx1 | tr -d ' \n')
	printf '%s' "$(h8 1)$(h8 1)$(h16 92)$(h32 152)$(h64 "$2")" \
		"$(h32 1)$(h8 4)$(h8 6)$(h16 0)$(h16 16)$(h16 7)$(h32 60)$(h32 0)" \
		"$(h4 10.0.0.9)$(h4 192.0.2.9)$(h4 192.0.2.9)$(h4 192.0.2.100)" \
		"$(h16 "$2")$(h16 6667)$(h16 6667)$(h16 "$2")" \
		"03070700000000000000000000000000" "$name" "$(printf "%$((32 - ${#name}))s" | tr ' ' 0)"
}
loaded() { grep -q "^$1 " /proc/modules; }

ktap_plan 30
kmod_up
must modprobe -a nf_nat_ftp nf_nat_tftp
# Before destination NAT: Linux 5.10 gives a connection that NAT has changed already no place for
# offsets when nft gives it a helper, and complains itself of the first one.
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help ftp { type "ftp" protocol tcp; }
		add ct helper inet help tftp { type "tftp" protocol udp; }
		add chain inet help pre { type filter hook prerouting priority -150; }
		add rule inet help pre tcp dport 21 ct helper set "ftp"
		add rule inet help pre udp dport 69 ct helper set "tftp"'
done
ftpd_start s
ftpd_start c
kmod_no_new B

# what B cannot have, and what it has to look for
ok_if "no module of a helper is there yet" not loaded nf_conntrack_irc
ok_if "B refuses an unknown helper, and one without what it keeps" is \
	"$(give "$(helper_record nosuch 1001)" "$(helper_record irc 1002)" "$(helper_record Q.931 1003)")" \
	"refusal 0 9;refusal 2 9;"
ok_if "each is counted" is "$(kstat B refused-helper)" 2
ok_if "it loads what it needs" loaded nf_conntrack_irc
ok_if "with the part that translates" loaded nf_nat_irc
ok_if "the connection has it" has "$(ct B -p tcp --orig-port-dst 6667)" 'helper=irc'

must relay_up A B

# what is expected
must ftp_open act c 192.0.2.9
must ftp_open pas s 192.0.2.110
must ftp_open six c "[2001:db8:b::9]"
ok_if "nothing is expected yet" is "$(expects A)" ""
must has "$(ftp_say act 'PORT 10,0,0,9,200,10')" ^200
must settled A
ok_if "what a PORT announces is expected by both" expects_alike
ok_if "for as long" at_most "$(($(expect_time A 51210) - $(expect_time B 51210)))" 1
ok_if "or rather longer by a second" at_least "$(($(expect_time A 51210) - $(expect_time B 51210)))" -1
must has "$(ftp_say act 'PORT 10,0,0,9,200,11')" ^200
must has "$(ftp_say six 'EPRT |2|fd00:a::9|51212|')" ^200
pasv=$(ftp_say pas PASV)
must has "$pasv" '^227 .*192,0,2,110,'
IFS=,\( read -r _ _ _ _ _ hi lo <<<"${pasv%)*}"
must settled A
ok_if "a new one replaces it; PASV and EPRT, too" is "$(expects A | wc -l)" 3
ok_if "on B as well" expects_alike
must ns B conntrack -F expect
ok_if "those that B loses come again" wait_for 10 expects_alike
ok_if "which is counted" at_least "$(kstat B expectations-lost-on-standby)" 3

# what is under way
must get_start port4 c -P - --disable-eprt 192.0.2.9
must get_start eprt6 c -P - "[2001:db8:b::9]"
must get_start pasv4 s --disable-epsv 192.0.2.110
must get_start epsv6 s "[2001:db8:b::110]"
tftp_start
must settled A
ok_if "sequence numbers are adjusted" at_least "$(adjusted A | wc -l)" 3
ok_if "by the same on B" is "$(adjusted B)" "$(adjusted A)"
ok_if "every control connection has its helper" is "$(helped A) $(helped B)" "7 7"
ok_if "both tables are alike" tables_equal
for g in port4 eprt6 pasv4 epsv6 tftp; do
	must get_runs $g
done
# one of the data connections, as long as it knows whose; the next ones come into being at B
data=$(ct B -p tcp | sed -nE 's/.* src=192\.0\.2\.9 dst=192\.0\.2\.10[0-3] .* src=10\.0\.0\.9 .* sport=([0-9]+) dport=.*/\1/p')
must has "$data" '^[0-9]+$'
must ns B nft "add counter inet rgtest kin; add rule inet rgtest forward tcp dport $data ct helper ftp counter name kin"
ok_if "every data connection has found its master" is \
	"$(kstat B install-without-master) $(kin B)" "0 0"
kmod_takeover

ok_if "and is known as its relative there" wait_for 10 kin_at_least B 20
ok_if "an active transfer ends, and the next one, at B" get_ends port4 s
ok_if "with EPRT and IPv6" get_ends eprt6 s
ok_if "passive, behind destination NAT" get_ends pasv4 c
ok_if "with EPSV and IPv6" get_ends epsv6 c
ok_if "and by TFTP" tftp_ends

ns c nc -l 10.0.0.9 51211 >"$RUN/$NS/data.act" 8>&- &
ns c nc -l fd00:a::9 51212 >"$RUN/$NS/data.six" 8>&- &
must wait_for 5 ns c nc -z ::1 21
must has "$(ftp_say act 'RETR small')" ^150
ok_if "what was announced at A comes at B" wait_for 10 ftp_fetched act s
must has "$(ftp_say six 'RETR small')" ^150
ok_if "over IPv6, too" wait_for 10 ftp_fetched six s
ns s nc -d 192.0.2.110 $((hi * 256 + lo)) >"$RUN/$NS/data.pas" 2>&1 8>&- &
must has "$(ftp_say pas 'RETR small')" ^150
ok_if "and what was to come from outside" wait_for 10 ftp_fetched pas c
for i in "${!ftp_fd[@]}"; do
	eval "exec ${ftp_fd[$i]}>&-"
done
ok_if "nothing was refused" is "$(kget A refused) $(kstat A peer-refused)" "0 0"
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
