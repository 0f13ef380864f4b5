#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# H.323 through NAT, by hand (lib/h323.pl; Debian has no program that makes such calls): the voice of
# a call that was set up over A goes on at B, and so does what is said in it; a control channel that
# was announced at A is opened at B; who registered over A is called over B (topology: lib/topo.sh,
# lib/kmod.sh).
#
# c calls s, which is its gatekeeper as well. B drops what its connection tracking calls new: it
# forwards what is known or expected.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

H323="$(dirname "$0")/lib/h323.pl"
dir=$RUN/$NS/h323
POOL='^192\.0\.2\.10[0-3] '

# end NAME NAMESPACE SOCAT-ADDRESS: one end of a connection; says what comes into NAME.in, hears into
# NAME.out
end() {
	local in

	must mkfifo "$dir/$1.in"
	exec {in}<>"$dir/$1.in"
	: >"$dir/$1.out"
	ns "$2" socat - "$3" <"$dir/$1.in" >"$dir/$1.out" 2>"$dir/$1.err" 8>&- &
	disown $!
}
listens() { [ -n "$(ns "$1" ss -Hln"$2" "sport = :$3")" ]; }
# waits NAME NAMESPACE PORT: the end that is connected to
waits() { end "$1" "$2" "TCP4-LISTEN:$3,reuseaddr"; must wait_for 10 listens "$2" t "$3"; }
connected() { [ -n "$(ns "$1" ss -Htn state established "sport = :$2")" ]; }
# reaches NAME ADDRESS PORT OF-C: s connects there, which is that port of c
reaches() {
	end "$1" s "TCP4:$2:$3"
	wait_for 10 connected c "$4" || { diag "$1: $(cat "$dir/$1.err")"; return 1; }
}
# says NAME MESSAGE...: an end says it
says() { "$H323" "${@:2}" >"$dir/$1.in"; }
# heard NAME KIND [MESSAGES]: the address in the last message of that kind that an end heard
heard() {
	wait_for 10 hears "$1" "$2" "${3:-1}" || { diag "$1 heard: $(od -An -tx1 "$dir/$1.out")"; return 1; }
	"$H323" find "$2" <"$dir/$1.out"
}
hears() { [ "$(wc -c <"$dir/$1.out")" = $((${3} * $("$H323" "$2" 0.0.0.0 0 1 | wc -c))) ]; }

# datagram NAMESPACE PORT ADDRESS PORT MESSAGE...: one, from a port that listens
datagram() { "$H323" "${@:5}" | ns "$1" socat -u - "udp4-sendto:$3:$4,sourceport=$2,reuseaddr"; }

# rtp_count PORT: counts what comes to c there; rtp PORT: how much
rtp_count() { must ns c nft "add counter inet rtp p$1; add rule inet rtp in udp dport $1 counter name p$1"; }
rtp() { ns c nft list counter inet rtp "p$1" | sed -nE 's/.*packets ([0-9]+) .*/\1/p'; }
rtp_over() { [ "$(rtp "$1")" -gt "$2" ]; }
# rtp_flows PORT: twenty more
rtp_flows() { wait_for 10 rtp_over "$1" $(($(rtp "$1") + 20)); }
# voice NAME ADDRESS PORT: s speaks to there, 20 ms a packet
voice() {
	ns s perl -MSocket -e '
		socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
		my $to = sockaddr_in($ARGV[1], inet_aton($ARGV[0]));
		for (my $n = 0;; $n++) {
			send($s, pack("CCnNN", 0x80, 0, $n, 160 * $n, 1) . "\xff" x 160, 0, $to);
			select(undef, undef, undef, 0.02);
		}' "$2" "$3" >"$dir/voice.$1" 2>&1 8>&- &
	disown $!
}
# channel NAME PORT: c takes voice there: the address for it that s was told over that control channel
channel() {
	local at port n

	n=$(($(cat "$dir/said.$1" 2>/dev/null || echo 0) + 1))
	echo $n >"$dir/said.$1"
	says "c$1" olc 10.0.0.9 $(($2 + 1)) 1
	read -r at port <<<"$(heard "s$1" olc $n)"
	# RTCP is next to RTP
	echo "$at $((port - 1))"
}

ktap_plan 26
kmod_up
must mkdir -p "$dir"
must modprobe nf_nat_h323
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help q931 { type "Q.931" protocol tcp; }
		add ct helper inet help ras { type "RAS" protocol udp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre tcp dport 1720 ct helper set "q931"
		add rule inet help pre udp dport 1719 ct helper set "ras"'
done
must ns c nft 'add table inet rtp; add chain inet rtp in { type filter hook input priority 0; }'
for p in 5002 5004 5006; do
	rtp_count $p
	ns c socat -u "UDP4-RECV:$p" OPEN:/dev/null 2>/dev/null 8>&- &
	disown $!
done
kmod_no_new B

# what B is not to take
kept=$(printf '%056x' 0)
ok_if "B refuses such helpers without what they keep, for other protocols, and others with it" is \
	"$(give "$(record 17 11 "$(hname RAS)" 60 16)" \
		"$(record 17 12 "$(hname H.245)$kept" 60 $((16 + 2048)))" \
		"$(record 6 13 "$htcp$(hname RAS)$kept" 60 $((16 + 2048)))" \
		"$(record 6 14 "$htcp$(hname ftp)$kept" 60 $((16 + 2048)))" \
		"$(record 6 15 "$htcp$(hname H.245)$kept" 60 $((16 + 2048)))")" \
	"refusal 0 9;refusal 1 9;refusal 2 9;refusal 3 9;"
ok_if "and what they could not expect" is \
	"$(give "$(record 17 16 "$(hname tftp)$(hexpect 0 64 0)" 60 48)" \
		"$(record 17 17 "$(hname tftp)$(hexpect 0 0 4 6)" 60 48)" \
		"$(record 17 18 "$(hname RAS)$(hexpect 0 128 3)$kept" 60 $((48 + 2048)))" \
		"$(record 17 19 "$(hname RAS)$(hexpect 0 0 3)$kept" 60 $((48 + 2048)))" \
		"$(record 17 20 "$(hname RAS)$(hexpect 0 128 3 6)$kept" 60 $((48 + 2048)))")" \
	"refusal 0 10;refusal 1 10;refusal 2 10;refusal 3 10;"

# A peer of an older version has no place for what the helpers keep, and says so.
must relay_up A B version 6
waits scall1 s 1720
end ccall1 c TCP4:192.0.2.9:1720
must wait_for 10 connected s 1720
waits c1 c 5551
says ccall1 setup 10.0.0.9 5551
ok_if "none of it is left" is "$(expects B)" ""
ok_if "an older peer refuses a call" wait_for 10 kget_is A refused 1
relay_down A B
must relay_up A B
ok_if "one that can takes it" wait_for 10 kget_is A refused 0

# a call whose media channel is open
read -r at port <<<"$(heard scall1 setup)"
ok_if "the control channel is announced from the pool" has "$at " "$POOL"
ok_if "and can be reached" reaches s1 "$at" "$port" 5551
read -r at port <<<"$(channel 1 5002)"
ok_if "the media channel is announced from the pool" has "$at " "$POOL"
voice 1 "$at" "$port"
ok_if "and can be used" rtp_flows 5002

# one whose control channel was announced
waits scall2 s 1720
end ccall2 c TCP4:192.0.2.9:1720
waits c2 c 5552
says ccall2 setup 10.0.0.9 5552
read -r at2 port2 <<<"$(heard scall2 setup)"

# a registration
ns s socat -u UDP4-RECV:1719,reuseaddr "OPEN:$dir/ras.out,creat,append" 2>/dev/null 8>&- &
disown $!
must wait_for 10 listens s u 1719
datagram c 1719 192.0.2.9 1719 rrq 10.0.0.9 1720
read -r at3 port3 <<<"$(heard ras rrq)"
ok_if "a registration is from the pool" has "$at3 " "$POOL"
read -r ras rasport <<<"$(ct A -p udp --orig-port-dst 1719 |
	sed -nE 's/.* dst=([0-9.]+) sport=1719 dport=([0-9]+) .*/\1 \2/p')"
datagram s 1719 "$ras" "$rasport" rcf 192.0.2.9 1720
must settled A
ok_if "what is expected is so at B" expects_alike
ok_if "RTCP, a control channel and a call" is "$(expects B | wc -l)" 3
ok_if "connections have their helpers there" is \
	"$(ct B | grep -oE 'helper=[^ ]*' | sort | uniq -c | tr -s '\n ' ' ')" \
	" 1 helper=H.245 2 helper=Q.931 1 helper=RAS "
ok_if "both tables are alike" equal_soon 10
kmod_takeover

ok_if "the voice goes on" rtp_flows 5002
read -r at port <<<"$(channel 1 5004)"
ok_if "another channel is announced at B" has "$at " "$POOL"
voice 2 "$at" "$port"
ok_if "and can be used" rtp_flows 5004
ok_if "a control channel announced at A can be reached" reaches s2 "$at2" "$port2" 5552
read -r at port <<<"$(channel 2 5006)"
ok_if "B reads what is said there" has "$at " "$POOL"
voice 3 "$at" "$port"
ok_if "and expects what it announces" rtp_flows 5006

waits called c 1720
ok_if "who registered is called" reaches calls "$at3" "$port3" 1720
says called connect 10.0.0.9 5553
read -r at port <<<"$(heard calls connect)"
ok_if "and B reads the answer" has "$at " "$POOL"
waits c3 c 5553
ok_if "whose control channel can be reached" reaches s3 "$at" "$port" 5553

: >"$dir/ras.out"
datagram c 1719 192.0.2.9 1719 urq 10.0.0.9 1720
ok_if "B knows what was registered" is "$(heard ras urq)" "$at3 $port3"
ok_if "nothing else was refused or left out" is \
	"$(kget A refused) $(kstat A expectations-left-out) $(kstat A not-replicated-helper)" "0 0 0"
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
