#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=240
# The configuration of a pair that runs is changed with rgctl, under flows that go on: group 1
# moves by a change of priority and preempt, group 2, on an interface of its own, feels nothing
# (topology: lib/topo.sh, and dmy0 in each router). What was changed is written to the file; the
# event trace outlives the agent; the translations are shown. First a third router is configured as
# the guide that this project follows says, command by command (lib/seed.sh): early, for it waits 20
# seconds from the start of the machine.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/seed.sh"

EXTRA='redundancy
 application redundancy
  group 2
   priority 110 failover threshold 50
   timers delay 0 reload 0
   control sync0 protocol 1
   data sync0 trusted
interface dmy0
 redundancy rii 300
 redundancy group 2 ip 10.9.0.254 exclusive decrement 20
 exit'

IN_APP=(redundancy "application redundancy")
IN_GROUP=("${IN_APP[@]}" "group 1")
out=$RUN/$NS/out

# trace ROUTER FILTER: how many of its events gojq's FILTER takes
trace() {
	rg_ctl "$1" --json show monitor event-trace rg_infra all |
		gojq "[.events[] | select($2)] | length"
}
# lost: hellos that either router missed, by their numbers
lost() {
	local r

	for r in A B; do
		rg_ctl "$r" --json show redundancy application protocol group 2 |
			gojq '.groups[0].protocol.rx_lost'
	done
}
# peer_priority ROUTER: that of the other one in group 1, as heard
peer_priority() { rg_ctl "$1" --json show redundancy application group 1 | gojq '.groups[0].peer_priority'; }
peer_has() { [ "$(peer_priority "$1")" = "$2" ]; }
peer_gets() { wait_for 5 peer_has "$1" "$2" || { diag "$(rg_ctl "$1" --json show redundancy application group 1 2>&1)"; return 1; }; }
# A session that does nothing holds the configuration.
hold_session() {
	mkfifo "$RUN/$NS/session"
	rg_ctl A configure <"$RUN/$NS/session" >/dev/null 2>&1 &
	exec 7>"$RUN/$NS/session"
	echo "redundancy" >&7
}
locked() { rg_ctl A configure "${IN_APP[@]}" 2>&1 | grep -q "another session"; }
# typed ROUTER FILE: the keys in FILE at a terminal
typed() {
	ns "$1" socat -t 10 - "EXEC:$BIN/rgctl -r $(rg_dir "$1"),pty,setsid,ctty,stderr" <"$2" 2>&1 8>&- |
		tr -d '\r'
}
# Pool, mapping, and every one of them: as the kernel's own table has it
translations_right() {
	"$BIN/rgctl" -r "$(rg_dir B)" --json show ip nat translations mapping-id 152 >"$out" &&
		is "$(gojq '.translations | length' "$out")" "$(rg_marked B | grep -c 'src=10.0.0.9 ')" &&
		is "$(gojq -r '.translations[] | "\(.inside_local) \(.outside_global):\(.outside_global_port) \(.mapping_id) \(.group) \(.inside_global | startswith("192.0.2.10"))"' \
			"$out" | sort -u)" "10.0.0.9 192.0.2.9:5000 152 1 true" &&
		is "$(gojq '.translations[].inside_local_port' "$out" | sort)" \
			"$(rg_marked B | sed -nE 's/.*src=10.0.0.9 [^=]*=192.0.2.9 sport=([0-9]+) .*/\1/p' | sort)"
}
# flows ROUTER ADDRESS: its connections from there; cleared ARG...: how many B says it has cleared
flows() { rg_marked "$1" | grep -c "src=$2 .* dst="; }
no_flows() { [ "$(flows "$@")" = 0 ]; }
cleared() { rg_ctl B --json clear ip nat translation "$@" | gojq .cleared; }
clear_wrong() {
	has "$(rg_ctl B clear ip nat translation inside 192.0.2.100 10.0.0.256 2>&1)" \
		'^% Invalid input detected'
}
saved() { diff <(rg_ctl B show running-config) <(rg_ctl B show startup-config | grep -v '^! '); }

ktap_plan 55
must modprobe nf_rg
topo_up
seed_up
ok_if "no bfd" seed_typed seed_no_bfd
ok_if "the protocol says so" seed_shows "protocol 4" '^BFD: DISABLE$'
ok_if "the commands of the guide are taken" seed_typed seed_lines
ok_if "also what they leave undefined" seed_typed seed_more
ok_if "bfd is on again" seed_shows "protocol 4" '^BFD: ENABLE$'
ok_if "timers hellotime 3 holdtime 10: so it sends, with the text" is "$(seed_hellos)" 3
ok_if "timers delay 10 reload 20: active 20 seconds after the start of the machine" \
	eval 'wait_state 30 X ACTIVE && at_least "$(seed_active_at)" 20'
ok_if "every show has something" seed_all_shows
ok_if "and is refused with a wrong word" seed_all_refused
ok_if "priority 120" seed_priority_is 120
ok_if "ip address 10.1.1.2 255.0.0.0" seed_has_address wan0 10.1.1.2/8
ok_if "redundancy group 1 ip 10.10.1.1 exclusive" seed_has_address lan0 10.10.1.1/32
must ipn X link set up0 down
ok_if "track 44 decrement 20" wait_for 5 seed_priority_is 100
must ipn X link set lan0 down
ok_if "exclusive decrement 20" wait_for 5 seed_priority_is 80
ok_if "80 is not below failover-threshold 80" not quiet seed_fault DEGRADED
must ipn X link set wan0 down
ok_if "70 is" wait_for 5 seed_fault DEGRADED
ok_if "redundancy rii 40" seed_shows "if-mgr group 1" '^ RII +40$'
must rg_kill X KILL

for r in A B; do
	must ipn $r link add dmy0 type dummy
	must ipn $r addr add "10.9.0.$([ $r = A ] && echo 1 || echo 2)/24" dev dmy0
	must ipn $r link set dmy0 up
done
must pair_up
must flowd_start 5000
must hold_start tcp c -n 10 192.0.2.9 5000
must hold_start six c -n 10 2001:db8:b::9 5000
must settled A
for r in A B; do
	ip netns exec "$NS$r" ip monitor address dev dmy0 >"$RUN/$NS/monitor.$r" 2>&1 8>&- &
	disown $!
done
before=$(trace A '.group == 2'),$(trace B '.group == 2'),$(lost | xargs)
gap_start tcp -p 5000 192.0.2.9 5000 8

rg_ctl A show running-config >"$RUN/$NS/conf.A"
ok_if "wrong lines are refused" fails rg_ctl A configure "${IN_GROUP[@]}" \
	"priority 90 failover threshold 80" prempt "timers delay 1 reload x"
rg_ctl A configure "${IN_GROUP[@]}" "priority 90" prempt "timers delay 1 reload x" >"$out" 2>&1
ok_if "each with its place" has "$(cat "$out")" '^configure:5:1: error: .*read "prempt", expected'
ok_if "the next one as well" has "$(cat "$out")" '^configure:6:23: error: .*read "x", expected a number'
rg_ctl A configure "${IN_GROUP[@]}" "priority 70 failover threshold 80" >"$out" 2>&1
ok_if "what only the whole shows is refused" has "$(cat "$out")" '^configure:3: error: .*threshold 80'
ok_if "nothing has changed" succeeds diff "$RUN/$NS/conf.A" <(rg_ctl A show running-config)

rg_ctl A configure "${IN_APP[@]}" "protocol 1" "authentication text other" >"$out" 2>&1
ok_if "what would part the routers is said before" has "$(cat "$out")" 'group 1: .*does not hear'
ok_if "and not done" succeeds diff "$RUN/$NS/conf.A" <(rg_ctl A show running-config)
hold_session
ok_if "a second session is refused" wait_for 5 locked
exec 7>&-
wait $!

must rg_ctl A configure "${IN_GROUP[@]}" "priority 90 failover threshold 80"
ok_if "another priority reaches the peer" peer_gets B 90
ok_if "and moves nothing" state_is A ACTIVE
printf '%s\n' "${IN_GROUP[@]}" preempt end >"$RUN/$NS/lines"
must rg_ctl B configure -f "$RUN/$NS/lines"
ok_if "with preempt B takes over" wait_state 10 B ACTIVE
ok_if "A stands by" wait_state 20 A "STANDBY HOT"
ok_if "no TCP question without an answer" gap_loses tcp 0
ok_if "all flows go on" hold_alive tcp 10
ok_if "also in IPv6" hold_alive six 10
diag "events of group 2 on A and B, hellos lost: $before"
ok_if "group 2 felt nothing, no hello was lost" \
	is "$(trace A '.group == 2'),$(trace B '.group == 2'),$(lost | xargs)" "$before"
ok_if "nor was an address of it touched" is "$(cat "$RUN/$NS"/monitor.[AB])" ""

ok_if "the translations are those of the kernel, with their mapping" translations_right
ok_if "as a table" has "$(rg_ctl B show ip nat tr redundancy test)" \
	'^tcp   192\.0\.2\.10[0-3]:[0-9]+ +10\.0\.0\.9:[0-9]+ +192\.0\.2\.9:5000 +192\.0\.2\.9:5000$'
ok_if "the statistics count them" has "$(rg_ctl B show ip nat statistics)" \
	'^\[Id: 153\] access-list L6 pool P6 redundancy 1 mapping-id 153 refcount 10$'

ok_if "clear: what is no address is refused" clear_wrong
ok_if "clear: copies are not cleared on the standby" fails rg_ctl A clear ip nat translation '*'
ok_if "nor are they" is "$(flows A fd00:a::9)" 10
ok_if "clear: those of a mapping" is "$(cleared mapping-id 153)" 10
ok_if "they have gone, and on the standby" eval 'no_flows B fd00:a::9 && wait_for 5 no_flows A fd00:a::9'
n=$(flows B 10.0.0.9)
ok_if "and no others" at_least "$n" 10
ok_if "clear inside: with these addresses only" eval \
	'is "$(cleared inside 192.0.2.99 10.0.0.9)" 0 && is "$(cleared inside 192.0.2.100 10.0.0.9 outside 192.0.2.8 192.0.2.8)" 0'
ok_if "clear outside: all to a server" is "$(cleared outside 192.0.2.9 192.0.2.9)" "$n"
ok_if "they have gone, and on the standby" eval 'no_flows B 10.0.0.9 && wait_for 5 no_flows A 10.0.0.9'
must ns c ping -q -c 1 -W 2 192.0.2.9
ok_if "clear *: what is new as well" at_least "$(cleared '*')" 1
ok_if "both tables are empty" wait_for 5 eval '[ -z "$(rg_marked A)$(rg_marked B)" ]'

printf '%s\n' "conf t" red "app red" "gr 1" "pri 300" "no preempt" "name typed" end exit >"$RUN/$NS/keys"
typed B "$RUN/$NS/keys" >"$out"
rg_ctl B show running-config >"$RUN/$NS/conf.B"
ok_if "a terminal has the prompts of the modes" has "$(cat "$out")" '\(config-red-app-grp\)#'
ok_if "and its lines are applied but for the wrong one" \
	grep -q '^   name typed$' "$RUN/$NS/conf.B"
ok_if "write memory writes what runs" succeeds rg_ctl B write memory
ok_if "and the file is that" succeeds saved
rg_kill B KILL
must rg_start B
ok_if "a new agent has the change" succeeds diff "$RUN/$NS/conf.B" <(rg_ctl B show running-config)
ok_if "and the trace of the old one" \
	at_least "$(trace B '.text | startswith("RG id 1 role change from Standby to Active")')" 1
echo "! by hand" >>"$(rg_dir B)/conf"
ok_if "a file changed by hand is not overwritten" fails rg_ctl B write memory
ktap_end
