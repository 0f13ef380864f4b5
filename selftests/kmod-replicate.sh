#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# What happens to a connection of A happens to its copy on B: it appears with both
# tuples, state, assured bit and mark, follows, and goes; its timeout is held while
# B stands by and released by the takeover (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# same PATTERN: the entries that match are on both routers and alike, and there are some
same() {
	local a b

	a=$(rg_marked A | grep -E "$1") || { diag "A has none of '$1'"; return 1; }
	b=$(rg_marked B | grep -E "$1")
	is "$b" "$a"
}
timeouts() { ct "$1" | grep -E "$2" | sed -E 's/^[a-z0-9]+ +[0-9]+ ([0-9]+) .*/\1/' | sort -n; }
smallest() { timeouts "$@" | head -n1; }
largest() { timeouts "$@" | tail -n1; }

HELD=$((30 * 86400))
ktap_plan 29
kmod_up
flowd_start 5000
ns c "$PROGS/flowd" 6000 >"$RUN/$NS/flowd.c" 2>&1 8>&- &
must wait_for 10 grep -q '^ready' "$RUN/$NS/flowd.c"
must hold_start before c -n 10 192.0.2.9 5000
must relay_up A B
ok_if "what was there before the session has come" same 'dport=5000 '

must hold_start tcp4 c -n 5 192.0.2.9 5000
must hold_start tcp6 c -n 5 2001:db8:b::9 5000
must hold_start udp4 c -u -n 5 192.0.2.9 5000
must hold_start udp6 c -u -n 5 2001:db8:b::9 5000
must hold_start dtcp4 s -n 5 192.0.2.110 6000
must hold_start dtcp6 s -n 5 2001:db8:b::110 6000
must ns c ping -c1 -W2 192.0.2.9 >/dev/null
must ns c ping -c1 -W2 2001:db8:b::9 >/dev/null
must ns s ping -c1 -W2 192.0.2.110 >/dev/null
must settled A
for p in 'tcp .*src=10.0.0.9 ' 'tcp .*src=fd00:a::9 ' 'udp .*src=10.0.0.9 ' 'udp .*src=fd00:a::9 ' \
	 'tcp .*dst=192.0.2.110 ' 'tcp .*dst=2001:db8:b::110 ' 'icmp .*src=10.0.0.9 ' \
	 'icmpv6 .*src=fd00:a::9 ' 'icmp .*dst=192.0.2.110 '; do
	ok_if "alike: $p" same "$p"
done
ok_if "all is alike" tables_equal
ok_if "TCP is established and assured" is "$(rg_marked B | grep -c 'tcp .*ESTABLISHED.*ASSURED')" 30
ok_if "nothing was refused" is "$(kget A refused)" 0

# follows
must hold_verify udp4 >/dev/null
must wait_for 10 ct A -p udp
must settled A
ok_if "an assured UDP flow is assured there too" same 'udp .*src=10.0.0.9 '
port=$(rg_marked A | sed -nE 's/^tcp .* src=10.0.0.9 dst=192.0.2.9 sport=([0-9]+) .*/\1/p' | head -n1)
must ns A conntrack -U -p tcp -s 10.0.0.9 --sport "$port" -m 0x9 >/dev/null 2>&1
must settled A
ok_if "a mark that changed has changed there too" has "$(rg_marked B | grep "sport=$port ")" "mark=$((1 << 24 | 9))( |$)"
hold_stop dtcp4
must settled A
ok_if "an end begins there too" same 'tcp .*dst=192.0.2.110 '
ok_if "and is none of ESTABLISHED" lacks "$(rg_marked B | grep 'dst=192.0.2.110 ' | grep tcp)" ESTABLISHED

# goes
must ns A conntrack -D -p tcp -s fd00:a::9 -f ipv6 >/dev/null 2>&1
must settled A
ok_if "what was deleted is gone there" lacks "$(rg_marked B)" '^tcp 6 [A-Z_]+ src=fd00:a::9 '
ok_if "by a deletion that was told" at_least "$(kstat B install-deleted)" 5

# held: the 30 days, or 2^30 ticks if those are less
ok_if "timeouts on B are held" at_least "$(smallest B 'mark=1677')" $((12 * 86400 - 60))
ok_if "for no more than 30 days" at_most "$(largest B 'mark=1677')" $HELD
ok_if "those on A are not" at_most "$(largest A 'mark=1677')" 432000

# Under load: of many connections that are over at once, few are told twice.
must settled A
before=$(kstat A push-records)
must ns c "$PROGS/flowgen" churn -c 64 -n 2000 192.0.2.9 5000 >/dev/null
must settled A
records=$(($(kstat A push-records) - before))
ok_if "a short connection is told" at_least $records 2000
ok_if "and once as a rule" at_most $records 2600
ok_if "all is alike after that" tables_equal

# lost: somebody deletes on the standby
rgk B watch >"$RUN/$NS/watch" 2>&1 8>&- &
must wait_for 5 grep -q watching "$RUN/$NS/watch"
must ns B conntrack -D -p udp -f ipv6 >/dev/null 2>&1
ok_if "a deletion on the standby is counted as a loss" is "$(kstat B entries-lost-on-standby)" 5
ok_if "and told" wait_for 5 grep -q 'event 3' "$RUN/$NS/watch"
ok_if "and comes back to nobody: A has them" is "$(rg_marked A | grep -c 'udp .*src=fd00:a::9 ')" 5

# released
kmod_takeover
released() { at_most "$(largest B 'mark=1677')" 432000; }
ok_if "after the takeover timeouts are the protocol's" wait_for 5 released
ktap_end
