#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# FTP through NAT, with curl and vsftpd: connections that a helper reads and changes,
# so that sequence numbers are adjusted, are cut in the middle of a transfer, finish at
# B, and go on from there to the next file (topology: lib/topo.sh, lib/kmod.sh).
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
	must mkdir -p /run/vsftpd/empty /srv/ftp	# its user's home
	cat >"$dir/conf" <<-CONF
		background=NO
		listen=NO
		listen_ipv6=YES
		anonymous_enable=YES
		no_anon_password=YES
		anon_root=$dir/files
		anon_max_rate=$RATE
		ftp_username=ftp
		seccomp_sandbox=NO
		isolate=NO
		isolate_network=NO
	CONF
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
adjusted() { ns "$1" "$PROGS/ctmore" | grep '^6 [0-9]* 21 .* adjusted$' | sort; }
helped() { rg_marked "$1" | grep -c 'helper=ftp'; }

# record HELPER SPORT: a new connection with a helper, by hand
record() {
	local name

	name=$(printf %s "$1" | od -An -tx1 | tr -d ' \n')
	printf '%s' "$(h8 1)$(h8 1)$(h16 92)$(h32 152)$(h64 "$2")" \
		"$(h32 1)$(h8 4)$(h8 6)$(h16 0)$(h16 16)$(h16 7)$(h32 60)$(h32 0)" \
		"$(h4 10.0.0.9)$(h4 192.0.2.9)$(h4 192.0.2.9)$(h4 192.0.2.100)" \
		"$(h16 "$2")$(h16 6667)$(h16 6667)$(h16 "$2")" \
		"03070700000000000000000000000000" "$name" "$(printf "%$((32 - ${#name}))s" | tr ' ' 0)"
}
# give RECORD...: one batch for B; prints what it refuses
give() {
	local all

	printf -v all '%s' "$@"
	rgk B raw install attach group=1 epoch=1 epoch-system=1 seq=1 batch=0 \
		generation="$(rgk B get 1 | awk '$1 == "generation" { print $2 }')" \
		records="x:$all" | grep '^refusal' | tr '\n' ';'
}
loaded() { grep -q "^$1 " /proc/modules; }

ktap_plan 16
kmod_up
must modprobe nf_nat_ftp
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help ftp { type "ftp" protocol tcp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre tcp dport 21 ct helper set "ftp"'
done
ftpd_start s
ftpd_start c
kmod_no_new B

# what B cannot have, and what it has to look for
ok_if "no module of a helper is there yet" not loaded nf_conntrack_irc
ok_if "B refuses an unknown helper, and one that is not carried" is \
	"$(give "$(record nosuch 1001)" "$(record irc 1002)" "$(record pptp 1003)")" \
	"refusal 0 9;refusal 2 9;"
ok_if "each is counted" is "$(kstat B refused-helper)" 2
ok_if "it loads what it needs" loaded nf_conntrack_irc
ok_if "with the part that translates" loaded nf_nat_irc
ok_if "the connection has it" has "$(ct B -p tcp --orig-port-dst 6667)" 'helper=irc'

must relay_up A B
must get_start port4 c -P - --disable-eprt 192.0.2.9
must get_start eprt6 c -P - "[2001:db8:b::9]"
must get_start pasv4 s --disable-epsv 192.0.2.110
must get_start epsv6 s "[2001:db8:b::110]"
must settled A
ok_if "sequence numbers are adjusted" at_least "$(adjusted A | wc -l)" 3
ok_if "by the same on B" is "$(adjusted B)" "$(adjusted A)"
ok_if "every control connection has its helper" is "$(helped A) $(helped B)" "4 4"
ok_if "both tables are alike" tables_equal
for g in port4 eprt6 pasv4 epsv6; do
	must get_runs $g
done
kmod_takeover

ok_if "an active transfer ends, and the next one, at B" get_ends port4 s
ok_if "with EPRT and IPv6" get_ends eprt6 s
ok_if "passive, behind destination NAT" get_ends pasv4 c
ok_if "with EPSV and IPv6" get_ends epsv6 c
ok_if "nothing was refused" is "$(kget A refused) $(kstat A peer-refused)" "0 0"
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
