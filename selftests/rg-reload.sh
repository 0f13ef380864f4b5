#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# The files of both routers change what is said of group 2, again and again, by command and by signal,
# while connections of group 1 come and go. Each change has its effect, and group 1 feels nothing:
# no event, no hello lost, no address touched, nothing sent anew (topology: lib/topo.sh, and dmy0 in
# each router).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

TIMES=$(soak 100 8)
RATE=20				# connections a second and address family

# second N: the lines of group 2 in the Nth file; every third has no second address
second() {
	cat <<-CONF
	redundancy
	 application redundancy
	  group 2
	   name second$1
	   priority $((100 + $1 % 50)) failover threshold $((50 + $1 % 7))
	   timers delay $(($1 % 5)) reload $(($1 % 9))
	   control sync0 protocol 1
	   data sync0 trusted
	interface dmy0
	 redundancy rii 300
	 redundancy group 2 ip 10.9.0.254 exclusive decrement $((20 + $1 % 3))
	 $([ $(($1 % 3)) = 0 ] || echo "redundancy group 2 ipv6 fd00:9::254/64 exclusive decrement $((20 + $1 % 3))")
	 exit
	CONF
}

# events_of GROUP: in the traces of both routers
events_of() {
	local r

	for r in A B; do
		rg_ctl "$r" --json show monitor event-trace rg_infra all |
			gojq "[.events[] | select(.group == $1)] | length"
	done
}
# what group 1 has felt so far
felt() {
	local r

	events_of 1
	for r in A B; do
		rg_ctl "$r" --json show redundancy application protocol group 1 |
			gojq '.groups[0].protocol.rx_lost'
		rgk "$r" stats | grep -E '^(sync-bulks|sync-deltas|digest-|verify-.*differ|repair)'
		rgk "$r" get 1 | grep -E '^(role|session|sync|generation|epoch) '
	done
}

second_of() { rg_ctl "$1" --json show redundancy application group 2 | gojq -r '.groups[0].name'; }
second_is() { [ "$(second_of "$1")" = "$2" ]; }
address_follows() {
	local want=1

	[ $(($1 % 3)) != 0 ] || want=0
	is "$(ipn A -6 -j addr show dev dmy0 | grep -c '"fd00:9::254"')" $want
}

changes() {
	local n r

	for ((n = 1; n <= TIMES; n++)); do
		for r in A B; do
			EXTRA=$(second "$n") rg_write "$r"
		done
		if ((n % 2)); then
			rg_ctl A reload >"$RUN/$NS/said" && rg_ctl B reload >>"$RUN/$NS/said" ||
				{ diag "$(cat "$RUN/$NS/said")"; return 1; }
		else
			kill -HUP "$(rg_pid A)" "$(rg_pid B)"
		fi
		wait_for 5 second_is A "second$n" && wait_for 5 second_is B "second$n" &&
			wait_for 5 address_follows "$n" || { diag "at change $n"; return 1; }
	done
}

ktap_plan 7
must modprobe nf_rg
topo_up
for r in A B; do
	must ipn $r link add dmy0 type dummy
	must ipn $r addr add "10.9.0.$([ $r = A ] && echo 1 || echo 2)/24" dev dmy0
	must ipn $r link set dmy0 up
done
EXTRA=$(second 0)
must pair_up
must flowd_start 5000
must settled A
churn_start $RATE
must more A entries-created 10
for r in A B; do
	for d in lan0 wan0; do
		ip netns exec "$NS$r" ip monitor address link dev $d >"$RUN/$NS/monitor.$r.$d" 2>&1 8>&- &
		disown $!
	done
done
before=$(felt)
second_before=$(events_of 2)
ok_if "$TIMES changes have their effect" changes
churn_stop
ok_if "group 1 felt nothing, no hello was lost, nothing was sent anew" is "$(felt)" "$before"
ok_if "no address or interface of it was touched" is "$(cat "$RUN/$NS"/monitor.* | head -n 5)" ""
ok_if "group 2 did" test "$(events_of 2)" != "$second_before"
ok_if "no connection was lost" churn_well
ok_if "one is active, the other has everything" pair_whole
ok_if "both tables are equal" equal_soon
ktap_end
