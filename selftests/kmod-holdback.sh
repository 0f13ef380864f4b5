#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# What the policy of a mapping holds back until it is assured, or old enough, is sent then and not
# before; what ends before is never sent. Both tables are known to be equal meanwhile. A new policy
# counts at once, and before a hand-over nothing is held back (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# rule L4[:PORT] not|always|assured|MS: for mapping
rule() {
	local words=(not always assured) when=3 i port=${1#"${1%%:*}"}

	for i in 0 1 2; do
		[ "$2" != "${words[i]}" ] || when=$i
	done
	echo "rule={ rule-proto=${1%%:*} ${port:+rule-port-from=${port#:}} rule-when=$when"
	[ $when != 3 ] || echo "rule-age=$2"
	echo "}"
}
# mapping [RULE...]: that of IPv4 on A, replaced as a whole
mapping() {
	must rgk A raw mapping-new mapping=152 group=1 slot=1 \
		"ranges={" "range={" range-from=x:c0000264 range-to=x:c0000267 "}" "}" \
		"policy={" "$@" "}"
}
# there L4 PORT: its connections on A, those of A with a slot in their mark, those on B
there() {
	echo "$(ct A -p "$1" --orig-port-dst "$2" | grep -c 'src=10.0.0.9 ')" \
		"$(rg_marked A | grep -c "^$1 .* dst=192.0.2.9 .*dport=$2 ")" \
		"$(rg_marked B | grep -c "^$1 .* dst=192.0.2.9 .*dport=$2 ")"
}
there_are() { is "$(there "$1" "$2")" "$3"; }
# counts: held back since the start, sent of these, ended before
counts() { echo "$(kstat A held-back) $(kstat A held-sent) $(kstat A held-short)"; }
now() { date +%s%N; }
ms_since() { echo $((($(now) - $1) / 1000000)); }
no_held() { kget_is A held 0; }
# verified_since NS: both tables were found to be equal after that moment
verified_since() { at_most "$(kget A verified)" "$(ms_since "$1")" && [ "$(kget A sync)" = 3 ]; }
verified() {
	local t

	must settled A
	t=$(now)
	quiet wait_for 20 verified_since "$t"
}

ktap_plan 45
must modprobe nf_rg scrub_interval=2
kmod_up
flowd_start 5000 10
# as if a replicated connection had expected them: its mark is theirs
must ns A nft 'add rule inet rgtest mine ct state new tcp dport { 5002, 5005 } ct mark set 0x01000005'
must relay_up A B
mapping $(rule 17:5001 assured) $(rule 6:5001 assured) $(rule 6:5002 3000) $(rule 17:5002 3000) \
	$(rule 6:5003 10000) \
	$(rule 6:5004 600000) $(rule 6:5005 not) $(rule 6:5006 always) $(rule 0 1000)
ok_if "the kernel tells every rule" has "$(rgk A mappings)" \
	'^152 1 1 .* assured 17:5001-5001 assured 6:5001-5001 old 6:5002-5002@3000 old 17:5002-5002@3000 old 6:5003-5003@10000 old 6:5004-5004@600000 not 6:5005-5005 always 6:5006-5006 old 0@1000$'

# by state
must hold_start tcp c -n 5 192.0.2.9 5001
must settled A
ok_if "an assured TCP connection is sent" there_are tcp 5001 "5 5 5"
ok_if "it was held back for a moment" is "$(counts)" "5 5 0"
must hold_start udp c -u -n 4 192.0.2.9 5001
must settled A
ok_if "UDP that is not assured is not sent" there_are udp 5001 "4 0 0"
ok_if "what is held back is told" is "$(kget A held) $(counts)" "4 9 5 0"
ok_if "it is no entry of the group's" is "$(kget A entries)" "$(kget B entries)"
ok_if "both tables are known to be equal" verified
ok_if "it works" hold_alive udp 4
# a stream begins when two seconds have passed
udp_assured() { hold_alive udp 4 && there_are udp 5001 "4 4 4"; }
ok_if "and once it is assured, it is sent" quiet wait_for 10 udp_assured
ok_if "and counted" is "$(kget A held) $(counts)" "0 9 9 0"
ok_if "alike" equal_soon

# by age
t=$(now)
must hold_start old c -n 5 192.0.2.9 5002
must hold_start older c -n 5 192.0.2.9 5003
must settled A
ok_if "what is young is not sent" is "$(there tcp 5002), $(there tcp 5003)" "5 0 0, 5 0 0"
ok_if "it is held back" is "$(kget A held) $(counts)" "10 19 9 0"
old_sent() { there_are tcp 5002 "5 5 5"; }
ok_if "it is sent when it is old enough" quiet wait_for 10 old_sent
ms=$(ms_since "$t")
ok_if "not before that" at_least "$ms" 2900
ok_if "and not long after it" at_most "$ms" $((4000 * ktap_slow))
ok_if "what is to be older is not" there_are tcp 5003 "5 0 0"
older_sent() { there_are tcp 5003 "5 5 5"; }
ok_if "until it is" quiet wait_for 20 older_sent
ms=$(ms_since "$t")
ok_if "not before that" at_least "$ms" 9900
ok_if "and not long after it" at_most "$ms" $((11500 * ktap_slow))

# by ports and protocols: the first rule that matches
must hold_start never c -n 2 192.0.2.9 5005
must hold_start always c -n 2 192.0.2.9 5006
must hold_start other c -u -n 2 192.0.2.9 5006
must settled A
ok_if "the first rule decides" is "$(there tcp 5005), $(there tcp 5006), $(there udp 5006)" \
	"2 0 0, 2 2 2, 2 0 0"
ok_if "what is never sent is not held back" is "$(kget A held) $(kstat A not-replicated-policy)" "2 2"
other_sent() { there_are udp 5006 "2 2 2"; }
ok_if "the rule for all protocols" quiet wait_for 5 other_sent

# what ends before
before=$(counts)
must ns c "$PROGS/flowgen" churn -c 4 -n 20 192.0.2.9 5002
ok_if "short connections are held back" is "$(kget A held) $(counts)" \
	"20 $((${before%% *} + 20)) ${before#* }"
# long over when their time comes, and there as long as nobody looks
topo_sysctl A net.netfilter.nf_conntrack_udp_timeout=1 net.netfilter.nf_conntrack_udp_timeout_stream=1
must hold_start brief c -u -n 5 192.0.2.9 5002
topo_sysctl A net.netfilter.nf_conntrack_udp_timeout=600 net.netfilter.nf_conntrack_udp_timeout_stream=600
must hold_start mark c -n 1 192.0.2.9 5002
mark_sent() { is "$(rg_marked B | grep -c 'dport=5002 ')" 6; }
ok_if "what is closed when its time has come is not sent" quiet wait_for 10 mark_sent
ok_if "nor what has timed out" is "$(rg_marked B | grep -c '^udp .*dport=5002 ')" 0
ok_if "it is known to be equal without them" verified
ns A conntrack -D -p tcp --state TIME_WAIT >/dev/null 2>&1
ok_if "and counted when it ends" is "$(kget A held) $(counts)" \
	"0 $((${before%% *} + 26)) $(kstat A held-sent) 25"

# another policy
must hold_start long c -n 3 192.0.2.9 5004
must hold_start long2 c -n 3 192.0.2.9 5007
mapping $(rule 6:5004 600000) $(rule 6:5007 600000)
must settled A
ok_if "another policy does not send what waits for it" there_are tcp 5004 "3 0 0"
mapping $(rule 6:5004 100) $(rule 6:5007 not)
long_sent() { there_are tcp 5004 "3 3 3"; }
ok_if "a shorter age counts at once" quiet wait_for 5 long_sent
ok_if "what is not to be sent any more stays held back" is "$(there tcp 5007), $(kget A held)" "3 0 0, 3"
mapping $(rule 6:5007 assured)
long2_sent() { there_are tcp 5007 "3 3 3"; }
ok_if "and is sent when it may be" quiet wait_for 5 long2_sent
mapping $(rule 6 not)
must settled A
ok_if "what was sent stays so" is "$(there tcp 5004), $(there tcp 5007)" "3 3 3, 3 3 3"

# a hand-over
mapping $(rule 6 600000) $(rule 17 600000)
must hold_start late c -n 5 192.0.2.9 5008
must hold_start late2 c -u -n 5 192.0.2.9 5008
must ns c "$PROGS/flowgen" churn -n 5 192.0.2.9 5009
must settled A
ok_if "before a hand-over" is "$(there tcp 5008), $(there udp 5008), $(kget A held)" "5 0 0, 5 0 0, 15"
must rgk A raw set-role group=1 epoch=1 epoch-system=1 role=3 flags=1
must settled A
ok_if "what lives is sent" is "$(there tcp 5008), $(there udp 5008), $(kget A held)" "5 5 5, 5 5 5, 5"
must rgk A raw set-role group=1 epoch=1 epoch-system=1 role=3
must hold_start cut c -n 5 192.0.2.9 5008
must settled A
ok_if "after a failed one it is held back again" there_are tcp 5008 "10 5 5"

ok_if "both tables never differed" is "$(kstat A verify-different)" 0
kmod_takeover
ok_if "a takeover ends what was held back" hold_dead cut 5
for h in tcp:5 old:5 older:5 long:3 late:5; do
	ok_if "and nothing else: ${h%:*}" hold_alive "${h%:*}" "${h#*:}"
done
# the former active comes back, with what it had
must krole A standby 2
must relay_up B A
gone() { is "$(ct A -p tcp --orig-port-dst 5008 | grep -c 'src=10.0.0.9 ')" 5; }
ok_if "the former active gives up what it had held back" quiet wait_for 20 gone
ok_if "and has all else" equal_soon
ktap_end
