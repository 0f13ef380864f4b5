#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=240
# SIP through NAT, with sipp: calls that were set up over A go on at B, their voice (RTP) as well as
# what is said in the dialogue, over UDP, TCP and IPv6. What was announced at A comes at B, and a
# telephone that registered there is called. What the helper keeps of a connection is at work at B
# (topology: lib/topo.sh, lib/kmod.sh).
#
# B drops what its connection tracking calls new: it forwards what is known or expected.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

dir=$RUN/$NS/sip

# Of a scenario of sipp's. request METHOD CSEQ [TO-TAG]: its head
request() {
	cat <<-SIP
	$1 sip:callee@[remote_ip]:[remote_port] SIP/2.0
	Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
	From: <sip:caller@[local_ip]:[local_port]>;tag=caller
	To: <sip:callee@[remote_ip]:[remote_port]>${3:-}
	Call-ID: [call_id]
	CSeq: $2 $1
	Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>
	Max-Forwards: 70
	SIP
}
answer() {
	cat <<-SIP
	SIP/2.0 200 OK
	[last_Via:]
	[last_From:]
	[last_To:]${1:-}
	[last_Call-ID:]
	[last_CSeq:]
	Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>
	SIP
}
voice() {
	cat <<-SDP
	Content-Type: application/sdp
	Content-Length: [len]

	v=0
	o=- 1 1 IN IP[media_ip_type] [media_ip]
	s=-
	c=IN IP[media_ip_type] [media_ip]
	t=0 0
	m=audio [media_port] RTP/AVP 0
	a=rtpmap:0 PCMU/8000
	SDP
}
send() { printf '<send%s><![CDATA[\n\n%s\n\n]]></send>\n' "${1:+ $1}" "$(cat)"; }
recv() { echo "<recv $*/>"; }
talk() { echo "<nop><action><exec rtp_stream=\"$dir/voice,-1,0,PCMU/8000\"/></action></nop>"; }
empty() { printf 'Content-Length: 0\n'; }
invite() {
	{ request INVITE "$1" "${2:-}"; voice; } | send 'retrans="500"'
	recv 'response="100" optional="true"'
	recv 'response="200"'
	{ request ACK "$1" '[peer_tag_param]'; empty; } | send
}
# A message to the caller by the test (go) makes it go on.
caller() {
	echo '<?xml version="1.0"?><scenario name="caller">'
	invite 1
	[ "$1" != early ] || talk
	recv 'request="INFO"'
	[ "$1" != late ] || talk
	invite 2 '[peer_tag_param]'
	recv 'request="INFO"'
	{ request BYE 3 '[peer_tag_param]'; empty; } | send 'retrans="500"'
	recv 'response="200"'
	echo '</scenario>'
}
callee() {
	echo '<?xml version="1.0"?><scenario name="callee">'
	recv 'request="INVITE"'
	echo '<label id="1"/>'
	{ answer ';tag=callee'; voice; } | send 'retrans="500"'
	recv 'request="ACK"'
	recv 'request="INVITE" optional="true" next="1"'
	recv 'request="BYE"'
	{ answer; empty; } | send
	echo '</scenario>'
}
# Twice, as telephones do again and again: only a first answer makes an event.
registers() {
	local n

	echo '<?xml version="1.0"?><scenario name="registers">'
	for n in 5 6; do
		{ request REGISTER $n; echo 'Expires: 600'; empty; } | send 'retrans="500"'
		recv 'response="200"'
	done
	echo '</scenario>'
}
registrar() {
	echo '<?xml version="1.0"?><scenario name="registrar">'
	for _ in 1 2; do
		recv 'request="REGISTER"'
		# What the request changed is sent before the answer comes.
		echo '<pause milliseconds="200"/>'
		{ answer ';tag=registrar' | sed 's/^Contact:.*/[last_Contact:]/'; echo 'Expires: 600'
			empty; } | send
	done
	echo '</scenario>'
}

# sipp_start NAME NAMESPACE SIPP-ARGUMENT...: a scenario of that name
sipp_start() {
	local name=$1 n=$2

	shift 2
	must mkdir -p "$dir/$name"
	{ (cd "$dir/$name" && ns "$n" sipp -nostdin -trace_msg -message_file "$dir/$name/messages" \
		-trace_err -error_file "$dir/$name/errors" "$@" >out 2>&1 8>&-
		echo $? >rc); } &
	disown $!
}
# call_start NAME NAMESPACE SCENARIO ADDRESS PORT MEDIA-PORT TO: a call of that name, once it stands
call_start() {
	sipp_start "$1" "$2" -sf "$dir/$3.xml" -i "$4" -p "$5" -mi "$4" -mp "$6" -m 1 -cid_str "$1" "$7"
	wait_for 20 grep -q '^ACK ' "$dir/$1/messages" || { call_diag "$1"; return 1; }
}
call_diag() { diag "$1:" "$(cat "$dir/$1"/{out,errors} 2>/dev/null | tail -n 20)"; }
callee_start() {
	sipp_start "$1" "$2" -sf "$dir/callee.xml" -i "$3" -p "$4" -mi "$3" -mp "$5" -rtp_echo "${@:6}"
	must wait_for 10 listens "$2" "$3" "$4"
}
listens() { ns "$1" ss -Hlntu "sport = :$3" | grep -qF "$2"; }
call_runs() { [ ! -e "$dir/$1/rc" ]; }
# go NAME NAMESPACE ADDRESS PORT: the call goes on
go() {
	local to=udp4-sendto:$3:$4

	[[ $3 != *:* ]] || to="udp6-sendto:[$3]:$4"
	printf '%s\r\n' 'INFO sip:x@x SIP/2.0' 'Via: SIP/2.0/UDP x:9;branch=x' 'From: <sip:t@t>;tag=1' \
		'To: <sip:x@x>' "Call-ID: $1" 'CSeq: 1 INFO' 'Content-Length: 0' '' |
		ns "$2" socat -u - "$to"
}
# called_again NAME CALLEE: its second INVITE was answered
called_again() {
	wait_for 20 grep -q '^CSeq: 2 ACK' "$dir/$1/messages" || { call_diag "$1"; return 1; }
}
call_ends() {
	wait_for 20 test -s "$dir/$1/rc" || { call_diag "$1"; return 1; }
	is "$(cat "$dir/$1/rc")" 0 || { call_diag "$1"; return 1; }
}

# rtp_count NAMESPACE PORT: counts what comes there; rtp NAMESPACE PORT: how much
rtp_count() { must ns "$1" nft "add counter inet rtp p$2; add rule inet rtp in udp dport $2 counter name p$2"; }
rtp() { ns "$1" nft list counter inet rtp "p$2" | sed -nE 's/.*packets ([0-9]+) .*/\1/p'; }
rtp_over() { [ "$(rtp "$1" "$2")" -gt "$3" ]; }
# rtp_flows NAMESPACE PORT: twenty more
rtp_flows() { wait_for 10 rtp_over "$1" "$2" $(($(rtp "$1" "$2") + 20)); }

# By hand, UDP. say NAMESPACE SPORT ADDRESS PORT: a datagram
say() { sed 's/$/\r/' | ns "$1" socat -u - "udp4-sendto:$3:$4,sourceport=$2,reuseaddr"; }
# hand METHOD SPORT PORT [VIA-PORT]: a request of c, its first, to s
hand() {
	local body=

	[ "$1" != INVITE ] || body="Content-Type: application/sdp
Content-Length: 85

v=0
o=- 1 1 IN IP4 10.0.0.9
s=-
c=IN IP4 10.0.0.9
t=0 0
m=audio $(($2 + 2000)) RTP/AVP 0
"
	say c "$2" 192.0.2.9 "$3" <<-SIP
	$1 sip:192.0.2.9:$3 SIP/2.0
	Via: SIP/2.0/UDP 10.0.0.9:${4:-$2};branch=z9hG4bK$2
	From: <sip:c@10.0.0.9>;tag=1
	To: <sip:c@10.0.0.9>
	Call-ID: hand$2
	CSeq: 71 $1
	Contact: <sip:c@10.0.0.9:$2>;expires=600
	${body:-Content-Length: 0
	}
	SIP
}
# outside SPORT: address and port that a flow of c has there
outside() {
	ct A -p udp --orig-port-src "$1" | sed -nE 's/.* dst=([0-9.]+) sport=[0-9]+ dport=([0-9]+) .*/\1 \2/p'
}
# reply METHOD SPORT PORT STATUS TO-ADDRESS TO-PORT: the answer of s
reply() {
	say s "$3" "$5" "$6" <<-SIP
	SIP/2.0 $4
	Via: SIP/2.0/UDP $5:$6;branch=z9hG4bK$2
	From: <sip:c@10.0.0.9>;tag=1
	To: <sip:c@10.0.0.9>;tag=2
	Call-ID: hand$2
	CSeq: 71 $1
	Contact: <sip:c@$5:$6>;expires=600
	Content-Length: 0

	SIP
}
# expected ROUTER PATTERN: lines about what is expected; older kernels' /proc shows all namespaces
expected() { expects "$1" | grep -E "$2"; }
active_there() { expected "$1" " dport=$2 " | grep PERMANENT | grep -qv INACTIVE; }
gone_there() { ! expected "$1" " dport=$2 " >/dev/null; }

# By hand, TCP. tcp_request METHOD CSEQ [TO-TAG]
tcp_open() {
	local in=$dir/tcp.in

	must mkfifo "$in"
	exec {tcp_fd}<>"$in"
	ns c socat - "TCP4:192.0.2.9:5064,sourceport=5075,bind=10.0.0.9" <"$in" >"$dir/tcp.out" 2>&1 8>&- &
	disown $!
}
# The helper wants a message in one segment.
tcp_request() {
	local body= type= text

	if [ "$1" = INVITE ]; then
		body=$(printf '%s\r\n' v=0 'o=- 1 1 IN IP4 10.0.0.9' s=- 'c=IN IP4 10.0.0.9' 't=0 0' \
			'm=audio 7075 RTP/AVP 0' .)
		body=${body%.?}
		type='Content-Type: application/sdp'
	fi
	text=$(printf '%s\r\n' "$1 sip:callee@192.0.2.9:5064 SIP/2.0" \
		"Via: SIP/2.0/TCP 10.0.0.9:5075;branch=z9hG4bK$1$2" \
		'From: <sip:c@10.0.0.9:5075>;tag=1' "To: <sip:callee@192.0.2.9>${3:-}" 'Call-ID: tcp' \
		"CSeq: $2 $1" 'Contact: <sip:c@10.0.0.9:5075;transport=TCP>' 'Max-Forwards: 70' \
		${type:+"$type"} "Content-Length: ${#body}" '' "$body.")
	printf %s "${text%.?}" >&"$tcp_fd"
}
# tcp_answers CSEQ
tcp_answers() { wait_for 10 tcp_answered "$1" || { diag "$(cat "$dir/tcp.out")"; return 1; }; }
tcp_answered() { grep -q "^CSeq: $1" "$dir/tcp.out"; }
adjusted() { ns "$1" "$PROGS/ctmore" | grep '^6 5075 5064 .* adjusted$' | sort; }

# untranslated NAME: messages to or from s with an address that it must not see
untranslated() { grep -aE '10\.0\.0\.9|fd00:a::9' "$dir/$1/messages"; }

# sip_record SPORT REST [SECTIONS]: a new connection with SIP's helper, by hand
sip_record() { record 17 "$1" "$(hname sip)$2" 60 "${3:-$((16 + 128))}"; }
kept=$(h32 1)$(h32 2)$(h16 5060)

ktap_plan 45
kmod_up
must mkdir -p "$dir"
head -c 16000 /dev/zero | tr '\0' '\177' >"$dir/voice"
for s in early late; do
	caller $s >"$dir/$s.xml"
done
for s in callee registers registrar; do
	$s >"$dir/$s.xml"
done
must modprobe nf_nat_sip
for r in A B; do
	must ns $r nft 'add table inet help
		add ct helper inet help usip { type "sip" protocol udp; }
		add ct helper inet help tsip { type "sip" protocol tcp; }
		add chain inet help pre { type filter hook prerouting priority 0; }
		add rule inet help pre udp dport 5060-5064 ct helper set "usip"
		add rule inet help pre tcp dport 5064 ct helper set "tsip"'
done
for n in c s; do
	must ns $n nft 'add table inet rtp
		add chain inet rtp in { type filter hook input priority 0; }'
done
for p in 5072 7000 7010 7011 7020 7040; do
	rtp_count c $p
done
for p in 6020 6100; do
	rtp_count s $p
done
kmod_no_new B

# what B is not to take
ok_if "B refuses SIP without what its helper keeps, and others with it" is \
	"$(give "$(sip_record 11 '' 16)" "$(record 17 12 "$(hname tftp)$kept" 60 $((16 + 128)))" \
		"$(sip_record 13 "$kept")")" "refusal 0 9;refusal 1 9;"
ok_if "and what its helpers could not expect" is \
	"$(give "$(sip_record 14 "$(hexpect 1 32 2)$kept" $((16 + 32 + 128)))" \
		"$(sip_record 15 "$(hexpect 0 32 2 6)$kept" $((16 + 32 + 128)))" \
		"$(record 17 16 "$(hname tftp)$(hexpect 0 0 2)" 60 $((16 + 32)))" \
		"$(record 17 17 "$(hname tftp)$(hexpect 0 32 0)" 60 $((16 + 32)))" \
		"$(sip_record 18 "$(hexpect 0 32 2)$kept" $((16 + 32 + 128)))")" \
	"refusal 0 10;refusal 1 10;refusal 2 10;refusal 3 10;"
must relay_up A B
ok_if "none of it is left" is "$(expected B .)" ""

# calls
callee_start s4 s 192.0.2.9 5060 6000
# The kernel takes no second call of one host to one port for voice.
callee_start few s 192.0.2.9 5061 6030
callee_start s6 s 2001:db8:b::9 5060 6010
callee_start tcp s 192.0.2.9 5064 6020 -t t1
sipp_start registrar s -sf "$dir/registrar.xml" -i 192.0.2.9 -p 5062
must wait_for 10 listens s 192.0.2.9 5062
ok_if "a call through A" call_start early c early 10.0.0.9 5060 7000 192.0.2.9:5060
ok_if "its voice comes back" rtp_flows c 7000
ok_if "another call, of few words" call_start late c late 10.0.0.9 5065 7010 192.0.2.9:5061
ok_if "one over IPv6" call_start six c early fd00:a::9 5060 7020 "[2001:db8:b::9]:5060"
ok_if "has a voice, too" rtp_flows c 7020
must tcp_open
must tcp_request INVITE 1
ok_if "one over TCP" tcp_answers '1 INVITE'
tcp_request ACK 1 ';tag=callee'
sipp_start telephone c -sf "$dir/registers.xml" -i 10.0.0.9 -p 5066 -m 1 -cid_str telephone \
	192.0.2.9:5062
ok_if "a telephone registers" call_ends telephone
read -r there at <<<"$(outside 5066)"
ok_if "and may be called" active_there A "$at"
must settled A
ok_if "at B as well" active_there B "$at"
ok_if "what is expected is alike" expects_alike

# questions whose answers come at B
hand REGISTER 5070 5063
hand INVITE 5071 5063
hand OPTIONS 40000 5063 5072
read -r addr reg <<<"$(outside 5070)"
must settled A
ok_if "one that asks to be registered is not yet" has "$(expected B " dport=$reg ")" INACTIVE
ok_if "what an INVITE announced is expected" has "$(expected B ' dport=7071 ')" .
ok_if "all that is expected is alike" expects_alike
read -r invited from <<<"$(outside 5071)"
read -r cisco phone <<<"$(outside 40000)"
read -r late _ <<<"$(outside 5065)"
ok_if "sequence numbers are adjusted" has "$(adjusted A)" .
ok_if "by the same on B" is "$(adjusted B)" "$(adjusted A)"
ok_if "both tables are alike" equal_soon 10
for call in early late six; do
	must call_runs $call
done
ok_if "nothing was left out" is \
	"$(kstat A not-replicated-helper) $(kstat A expectations-left-out) $(kget A refused)" "0 0 0"
kmod_takeover

ok_if "the voice goes on at B" rtp_flows c 7000
ok_if "over IPv6, too" rtp_flows c 7020
must has "$(expected B ' dport=7011 ')" .
printf x | ns s socat -u - "udp4-sendto:$late:7011,sourceport=6031"
ok_if "what was announced at A comes from outside" wait_for 10 rtp_over c 7011 0
go late c 10.0.0.9 5065
ok_if "and from inside" rtp_flows c 7010
ok_if "in that call, another INVITE is answered" called_again late
go early c 10.0.0.9 5060
ok_if "in the others, too" called_again early
go six c fd00:a::9 5060
ok_if "over IPv6" called_again six
tcp_request INVITE 2 ';tag=callee'
ok_if "and TCP" tcp_answers '2 INVITE'
tcp_request ACK 2 ';tag=callee'
printf x | ns c socat -u - udp4-sendto:192.0.2.9:6020,sourceport=7075
ok_if "whose voice begins" wait_for 10 rtp_over s 6020 0
ok_if "the others still talk" rtp_flows c 7000

go late c 10.0.0.9 5065
go early c 10.0.0.9 5060
go six c fd00:a::9 5060
tcp_request BYE 3 ';tag=callee'
ok_if "a call ends" call_ends late
ok_if "and another" call_ends early
ok_if "over IPv6" call_ends six
ok_if "over TCP" tcp_answers '3 BYE'
for n in s4 few s6 tcp registrar; do
	ok_if "$n saw no address of the inside" not untranslated $n
done

# what the helper keeps
reply REGISTER 5070 5063 '200 OK' "$addr" "$reg"
ok_if "an answer that comes at B registers" wait_for 5 active_there B "$reg"
reply INVITE 5071 5063 '486 Busy Here' "$invited" "$from"
ok_if "one that refuses a call ends what it expected" wait_for 5 gone_there B 7071
reply OPTIONS 40000 5063 '200 OK' "$cisco" "$phone"
ok_if "one goes to the port that was asked for" wait_for 5 rtp_over c 5072 0

callee_start desk c 10.0.0.9 5066 7040
ok_if "the telephone is called" call_start in s early 192.0.2.9 5080 6100 "$there:$at"
ok_if "and speaks" rtp_flows s 6100
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
