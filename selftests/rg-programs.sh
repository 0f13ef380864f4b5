#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=300
# The active router loses power under programs that people use: each goes on at the peer and ends
# well, with every byte, and conntrack calls no more packets invalid there than in a run of the
# same programs in which nothing fails (topology: lib/topo.sh).
#
# B drops what its connection tracking calls new, and NAT chooses ports at random: it can only go
# by what it got from A.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/programs.sh"

servers() {
	files_make
	limited
	httpd_start s
	ftpd_start s
	tftpd_start s
	sshd_start s
	serve sctp s socat SCTP6-LISTEN:5201,fork,reuseaddr EXEC:cat
	serve udp s socat UDP6-LISTEN:5202,fork,reuseaddr EXEC:cat
	serve iperf s iperf3 -s -p 5203
	must wait_for 10 listens s t 5203
	must wait_for 10 listens s u 5202
}

# lftp_start NAME HOST PASSIVE: four files, over one control connection; two addresses have been
# changed by the time of the cut
lftp_start() {
	local script=$RUN/$NS/lftp.$1 out=$PROG$1

	cat >"$script" <<-LFTP
		set ftp:ssl-allow false
		set ftp:passive-mode $3
		set net:max-retries 1
		set net:timeout 60
		set net:reconnect-interval-base 1
		set cmd:fail-exit true
		open ftp://$2
		get small -o $out/one
		get small -o $out/two
		get big -o $out/copy
		get small -o $out/three
		bye
	LFTP
	fetch_start "$1" c "$FILES/big" lftp -f "$script"
}
lftp_ends() {
	local f

	fetch_ends "$1" 60 || return 1
	for f in one two three; do
		succeeds cmp "$PROG$1/$f" "$FILES/small" || return 1
	done
}

fetches="get4 get6 scp active active6 passive tftp"
begin() {
	must talk_start ssh c ssh -F "$RUN/$NS/ssh/client" 2001:db8:b::9 cat
	must talk_start sctp c socat -t 5 - SCTP:192.0.2.9:5201
	must talk_start sctp6 c socat -t 5 - "SCTP6:[2001:db8:b::9]:5201"
	must talk_start udp c socat -t 5 - UDP4:192.0.2.9:5202
	must talk_start udp6 c socat -t 5 - "UDP6:[2001:db8:b::9]:5202"
	must ping_start icmp4 c 192.0.2.9
	must ping_start icmp6 c 2001:db8:b::9
	lftp_start active 192.0.2.9 off
	lftp_start active6 "[2001:db8:b::9]" off
	lftp_start passive 192.0.2.9 on
	fetch_start scp c "$FILES/big" scp -F "$RUN/$NS/ssh/client" -l $((RATE / 125)) "$FILES/big" \
		192.0.2.9:OUT
	fetch_start get4 c "$FILES/big" curl -sS --limit-rate $RATE -o OUT http://192.0.2.9:8080/big
	fetch_start get6 c "$FILES/big" curl -sS --limit-rate $RATE -o OUT "http://[2001:db8:b::9]:8080/big"
	job_start iperf c iperf3 -c 192.0.2.9 -p 5203 --sctp -b $((RATE * 8)) -n $BIG -J
	fetch_start tftp c "$FILES/medium" tftp -m binary 192.0.2.9 -c get medium OUT
	must fetches_await 20 $fetches
}

# ends WHERE: all of them
ends() {
	local f t

	for f in get4 get6 scp tftp; do
		ok_if "$f ends whole, $1" fetch_ends $f 60
	done
	for f in active active6 passive; do
		ok_if "$f FTP ends whole, and the next file, $1" lftp_ends $f
	done
	ok_if "iperf3 over SCTP ends, $1" job_ended iperf 60
	for t in ssh sctp sctp6; do
		ok_if "$t has every line and ends, $1" talk_ends $t
	done
	for t in udp udp6; do
		ok_if "$t goes on, $1" talk_goes_on $t
		talk_stop $t
	done
	for t in icmp4 icmp6; do
		ok_if "$t goes on, $1" ping_alive $t
		kill "$(cat "$RUN/$NS/ping.$t.pid")"
	done
	for t in udp udp6; do
		must job_ended $t 20
	done
}

ktap_plan 33
must modprobe -a nf_rg nf_nat_ftp nf_nat_tftp sctp
topo_up
for r in A B; do
	helpers_ask $r
	topo_sysctl $r net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
	# as long as nothing has failed no packet comes through B
	must ns $r nft 'add table inet nonew
		add chain inet nonew forward { type filter hook forward priority 0; }'
done
must ns B nft 'add rule inet nonew forward ct state new counter drop'
must pair_up
servers

before=$(kmod_invalid A)
begin
ends "undisturbed"
control=$(($(kmod_invalid A) - before))

begin
must settled A
must fetches_under_way $fetches
must job_runs iperf
ok_if "nothing was refused" is "$(kget A refused) $(kstat A not-replicated-protocol) $(kstat A not-replicated-helper)" "0 0 0"
power_cut A
before=$(kmod_invalid B)
must wait_state 5 B ACTIVE
ends "at B"
invalid=$(($(kmod_invalid B) - before))
diag "invalid: undisturbed $control, at B $invalid"
ok_if "no more is invalid than undisturbed" at_most $invalid $control
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
