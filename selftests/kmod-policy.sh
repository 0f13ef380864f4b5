#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# What the policy of a mapping holds back is translated and works, but has no slot in its mark, no
# entry and no copy; a policy that is lifted lets it be adopted, and one that comes later takes
# nothing away; on a standby it is dropped like anything new (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# mapping ROUTER [POLICY...]: that of IPv4, replaced as a whole
mapping() {
	local r=$1

	shift
	must rgk "$r" raw mapping-new mapping=152 group=1 slot=1 \
		"ranges={" "range={" range-from=x:c0000264 range-to=x:c0000267 "}" "}" "$@"
}
# policy L4[:FROM[-TO]]...: a rule for each, for mapping
policy() {
	local r ports

	echo "policy={"
	for r; do
		echo "rule={ rule-proto=${r%%:*}"
		ports=${r#"${r%%:*}"}
		ports=${ports#:}
		[ -z "$ports" ] || echo "rule-port-from=${ports%-*}"
		[[ $ports != *-* ]] || echo "rule-port-to=${ports#*-}"
		echo "}"
	done
	echo "}"
}
marked() { rg_marked "$1" | grep -c "^$2 .* dst=192.0.2.9 .*dport=$3 "; }
# held ROUTER L4 PORT: its connections to that port, marked or not
held() { ct "$1" -p "$2" --orig-port-dst "$3" | grep -c 'src=10.0.0.9 '; }

ktap_plan 22
kmod_up
mapping A $(policy 6:80)
ok_if "the kernel tells the policy" has "$(rgk A mappings)" '^152 1 1 .* not 6:80-80$'
flowd_start 5000
flowd_start 80
must relay_up A B
must hold_start web c -n 5 192.0.2.9 80
must hold_start other c -n 5 192.0.2.9 5000
must hold_start udp c -u -n 5 192.0.2.9 80
must settled A
ok_if "what is held back is translated" is "$(held A tcp 80)" 5
ok_if "and counted" is "$(kstat A not-replicated-policy)" 5
ok_if "but not marked" is "$(marked A tcp 80)" 0
ok_if "and not on B" is "$(held B tcp 80)" 0
ok_if "another port is" is "$(marked A tcp 5000) $(marked B tcp 5000)" "5 5"
ok_if "so is another protocol" is "$(marked A udp 80) $(marked B udp 80)" "5 5"
ok_if "it works" hold_alive web 5
ok_if "which makes no entry" is "$(marked A tcp 80) $(kstat A not-replicated-policy)" "0 5"

mapping A
adopted() { is "$(marked A tcp 80) $(marked B tcp 80)" "5 5"; }
ok_if "without the policy what is there is adopted" quiet wait_for 10 adopted
ok_if "and alike" equal_soon
mapping A $(policy 6:80)
# from now on every connection tells its events, these too
topo_sysctl A net.netfilter.nf_conntrack_events=1
must hold_start web2 c -n 3 192.0.2.9 80
must settled A
ok_if "a policy that comes later takes nothing away" is "$(marked A tcp 80) $(held B tcp 80)" "5 5"
ok_if "and holds back what begins then" is "$(held A tcp 80) $(kstat A not-replicated-policy)" "8 8"
mapping A $(policy 6:80 17:4990-5000 1)
ok_if "the kernel tells every rule" has "$(rgk A mappings)" '^152 1 1 .* not 6:80-80 not 17:4990-5000 not 1$'
must hold_start udp2 c -u -n 2 192.0.2.9 5000
must ns c ping -c1 -W2 192.0.2.9 >/dev/null
must settled A
ok_if "ranges and protocols without ports are held back, too" is "$(kstat A not-replicated-policy)" 11

# as many rules as there may be, in an answer that is long without them
ranges() {
	local i

	echo "ranges={"
	for i in {1..64}; do
		printf 'range={ range-from=x:fd%030d range-to=x:fd%030d }\n' "$i" "$i"
	done
	echo "}"
}
aged() { policy $(yes 6:7-9 | head -n 64) | sed 's/rule-port-to=9/& rule-when=3 rule-age=1000/'; }
must rgk A raw mapping-new mapping=155 group=1 slot=4 $(ranges) $(aged)
ok_if "it tells 64 rules of one mapping" succeeds rgk A raw mapping-get mapping=155
ok_if "and of all" is "$(rgk A mappings | grep -o ' old 6:7-9@1000' | wc -l)" 64
must rgk A raw mapping-del mapping=155

mapping B $(policy 6:80)
router_of B
news=$(kstat B drop-new-not-active)
ok_if "a standby drops what would be held back" fails ns c nc -z -w2 192.0.2.9 80
ok_if "as something new" at_least "$(kstat B drop-new-not-active)" $((news + 1))
ok_if "and not as held back" is "$(kstat B not-replicated-policy)" 0

kmod_takeover
ok_if "a takeover ends what was held back" hold_dead web2 3
ok_if "and nothing else" hold_alive web 5
ktap_end
