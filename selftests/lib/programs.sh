# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the tests after kmod.sh: programs that people use, clients and servers, in the
# namespaces of topo.sh, with something to check when they end.
#
#	job_start NAME NAMESPACE CMD...		in the background; its folder is ${PROG}NAME
#	job_runs NAME; job_ends NAME SECONDS	it ends in time, well, and says nothing
#	talk_start NAME NAMESPACE CMD...	numbered lines go to CMD, which echoes them
#	talk_goes_on NAME			more of them come back
#	talk_ends NAME				all came back, in order, and CMD ends well
#	fetch_start NAME NAMESPACE FILE CMD...	CMD writes a copy of FILE to OUT
#	fetches_await SECONDS NAME...		all of them are under way
#	fetch_ends NAME SECONDS			it ends, and every byte has come
#	httpd_start NAMESPACE; ftpd_start NAMESPACE; sshd_start NAMESPACE; tftpd_start NAMESPACE
#
# What servers give away is in $FILES: big (BIG bytes), small (20000 bytes) and medium.

: "${RATE:=150000}"		# bytes a second, what a transfer of big is held down to
: "${BIG:=900000}"
FILES=$RUN/$NS/files
declare -A fetch_of fetch_size

PROG=$RUN/$NS/prog.

files_make() {
	must mkdir -p "$FILES"
	head -c "$BIG" /dev/urandom >"$FILES/big"
	head -c 20000 /dev/urandom >"$FILES/small"
	head -c 120000 /dev/urandom >"$FILES/medium"
}

# limited: no socket of c or s takes much that the other side has not asked for, and a way has its
# length, without which a reader that is quick never finds that there is nothing more to read
limited() {
	local n

	for n in c s; do
		topo_sysctl $n net.ipv4.tcp_rmem="4096 32768 65536" net.ipv4.tcp_wmem="4096 16384 65536"
	done
	must ns c tc qdisc add dev lan0 root netem delay 10ms
	must ns s tc qdisc add dev wan0 root netem delay 10ms
}

job_start() {
	local dir=$PROG$1 n=$2

	rm -rf "$dir"
	must mkdir -p "$dir"
	shift 2
	{ ns "$n" "$@" </dev/null >"$dir/out" 2>&1 8>&-; echo $? >"$dir/rc"; } &
	disown $!
}
job_runs() { [ ! -s "$PROG$1/rc" ] || { diag "$1: $(cat "$PROG$1"/{rc,out})"; return 1; }; }
job_ended() {
	local dir=$PROG$1

	wait_for "$2" test -s "$dir/rc" || { diag "$1: no end" "$(ls -l "$dir"; tail -n 5 "$dir/out")"; return 1; }
	is "$(cat "$dir/rc")" 0 || { diag "$1: $(tail -n 20 "$dir/out")"; return 1; }
}
job_ends() { job_ended "$1" "$2" && is "$(cat "$PROG$1/out")" ""; }

fetch_start() {
	local name=$1 n=$2 out

	out=$PROG$name/copy
	fetch_of[$name]=$3
	fetch_size[$name]=$(stat -c %s "$3")
	shift 3
	job_start "$name" "$n" "${@//OUT/$out}"
}
# fetches_under_way NAME...: of each some is there, and a third is still to come
fetches_under_way() {
	local copies=("${@/#/$PROG}") sizes size

	mapfile -t sizes < <(stat -c %s "${copies[@]/%//copy}" 2>/dev/null)
	[ ${#sizes[@]} = $# ] || return 1
	for size in "${sizes[@]}"; do
		[ "$size" -gt 0 ] && [ "$size" -lt $((fetch_size[$1] * 2 / 3)) ] || return 1
		shift
	done
}
# fetches_await SECONDS NAME...
fetches_await() {
	wait_for "$1" fetches_under_way "${@:2}" || { diag "$(ls -l "${@/#/$PROG}" 2>&1)"; return 1; }
}
# fetch_ends NAME SECONDS: it ends, and every byte has come
fetch_ends() {
	job_ended "$1" "$2" && succeeds cmp "$PROG$1/copy" "${fetch_of[$1]}"
}

talk_lines() {
	local i=0 line

	until [ -e "$1/enough" ]; do
		printf -v line "line %d %0150d" $((i++)) 0
		echo "$line"
		echo "$line" >>"$1/said"
		ktap_pause 0.2
	done
}
talk_heard() {
	local lines

	mapfile -t lines <"$PROG$1/heard" && [ ${#lines[@]} -ge "$2" ]
}
talk_start() {
	local dir=$PROG$1 name=$1 n=$2

	rm -rf "$dir"
	must mkdir -p "$dir"
	shift 2
	{ talk_lines "$dir" | ns "$n" "$@" >"$dir/heard" 2>"$dir/out" 8>&-; echo $? >"$dir/rc"; } &
	disown $!
	wait_for 30 talk_heard "$name" 3 || { diag "$name: $(cat "$dir/out")"; return 1; }
}
talk_goes_on() {
	wait_for "${2:-20}" talk_heard "$1" $(($(wc -l <"$PROG$1/heard") + 3)) ||
		{ diag "$1: $(cat "$PROG$1/out")"; return 1; }
}
talk_stop() { touch "$PROG$1/enough"; }
talk_ends() {
	local dir=$PROG$1

	talk_goes_on "$1" && talk_stop "$1" && job_ended "$1" 20 &&
		succeeds cmp "$dir/said" "$dir/heard"
}

# serve NAME NAMESPACE CMD...: a server, for as long as the test lasts
serve() {
	local dir=$PROG$1.server n=$2

	must mkdir -p "$dir"
	shift 2
	ns "$n" "$@" </dev/null >"$dir/out" 2>&1 8>&- &
	disown $!
}
# listens NAMESPACE SS-OPTION PORT
listens() { [ -n "$(ns "$1" ss -Hln"$2" "sport = :$3")" ]; }

httpd_start() {
	serve "httpd.$1" "$1" busybox httpd -f -p 8080 -h "$FILES"
	must wait_for 10 listens "$1" t 8080
}

ftpd_start() {
	local conf=$RUN/$NS/vsftpd.$1

	topo_vsftpd "$FILES" "$RATE" >"$conf"
	serve "ftpd.$1" "$1" vsftpd "$conf"
	must wait_for 10 listens "$1" t 21
}

sshd_start() {
	local dir=$RUN/$NS/ssh

	must mkdir -p "$dir" /run/sshd
	must ssh-keygen -q -t ed25519 -N '' -f "$dir/host" 8>&-
	must ssh-keygen -q -t ed25519 -N '' -f "$dir/key" 8>&-
	cat >"$dir/conf" <<-CONF
		HostKey $dir/host
		AuthorizedKeysFile $dir/key.pub
		StrictModes no
		UsePAM no
		PermitRootLogin yes
		PidFile none
		Subsystem sftp /usr/lib/openssh/sftp-server
	CONF
	# the usual exchange costs 1 s of an emulated machine
	cat >"$dir/client" <<-CONF
		KexAlgorithms curve25519-sha256
		IdentityFile $dir/key
		StrictHostKeyChecking no
		UserKnownHostsFile /dev/null
		BatchMode yes
		LogLevel ERROR
		User root
	CONF
	serve sshd "$1" /usr/sbin/sshd -D -e -f "$dir/conf"
	must wait_for 10 listens "$1" t 22
}

tftpd_start() {
	serve "tftpd.$1" "$1" in.tftpd -L -4 -a :69 -s "$FILES"
	must wait_for 10 listens "$1" u 69
}

# helpers_ask ROUTER: it reads FTP and TFTP
helpers_ask() {
	must ns "$1" nft 'add table inet help
		add ct helper inet help ftp { type "ftp" protocol tcp; }
		add ct helper inet help tftp { type "tftp" protocol udp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre tcp dport 21 ct helper set "ftp"
		add rule inet help pre udp dport 69 ct helper set "tftp"'
}

# counted ROUTER FILTER: bytes, of both directions, of a connection that conntrack lists by FILTER
counted() {
	ns "$1" conntrack -L ${@:2} 2>/dev/null | head -n1 | grep -oE ' bytes=[0-9]+' |
		awk -F= '{ n += $2 } END { print n + 0 }'
}
