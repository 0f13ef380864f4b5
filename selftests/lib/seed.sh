# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced after topo.sh: a router X of its own, configured as the guide that this project follows
# says, command by command, with Linux interface names (Documentation/seed-coverage.rst).
#
#	seed_up			its namespace and agent, with a configuration that has nothing
#	seed_typed LINES	what the function LINES prints, through rgctl: it is taken
#	seed_lines, seed_more	the commands; and what they leave undefined
#	seed_all_shows		every `show` of the guide has something to show
#	seed_all_refused	each with a wrong word is refused, with a mark below it

seed_down() {
	rg_kill X KILL
	ip netns del "${NS}X" 2>/dev/null
}

seed_up() {
	local d n=1

	on_exit seed_down
	must ip netns add "${NS}X"
	ipn X link set lo up
	topo_sysctl X net.ipv4.ip_forward=1
	for d in sync0 sync1 lan0 wan0 up0; do
		must ipn X link add $d type dummy
		must ipn X link set $d up
	done
	for d in sync0 sync1; do
		must ipn X addr add 172.16.$((n++)).1/24 dev $d
	done
	must ipn X addr add 10.10.1.2/16 dev lan0
	mkdir -p "$(rg_dir X)"
	echo '! nothing' >"$(rg_dir X)/conf"
	seed_agent
}

seed_agent() {
	local dir

	dir=$(rg_dir X)
	ip netns exec "${NS}X" "$BIN/rgd" -f "$dir/conf" -r "$dir" -d >>"$dir/log" 2>&1 8>&- &
	echo $! >"$dir/test.pid"
	disown $!
	must wait_for 10 rg_ctl X show version
}

# BFD is on already; without it first, `bfd` of the guide has something to do.
seed_no_bfd() { printf '%s\n' "configure terminal" redundancy "application redundancy" "protocol 4" "no bfd" end; }

# One command is not yet as there: the rule has `overload` (see the table in Documentation). Group 2,
# which the rule names, is on protocol 4.
seed_lines() {
	cat <<-'LINES'
	enable
	configure terminal
	redundancy
	mode none
	application redundancy
	protocol 4
	name rg1
	timers hellotime 3 holdtime 10
	authentication text password
	bfd
	end
	configure terminal
	redundancy
	application redundancy
	group 1
	name rg1
	preempt
	priority 120 failover-threshold 80
	track 44 decrement 20
	timers delay 10 reload 20
	control sync0 protocol 1
	data sync1
	end
	configure terminal
	interface lan0
	redundancy rii 40
	redundancy group 1 ip 10.10.1.1 exclusive decrement 20
	end
	configure terminal
	interface wan0
	ip address 10.1.1.2 255.0.0.0
	ip nat outside
	ip virtual-reassembly
	negotiation auto
	redundancy rii 200
	redundancy group 1 ip 10.1.1.200 exclusive decrement 10
	end
	configure terminal
	ip nat pool VPN-18 10.10.0.0 10.10.255.255 netmask 255.255.0.0
	ip nat inside source list acl-18 pool VPN-18 redundancy 2 mapping-id 152 overload
	end
	LINES
}

seed_more() {
	cat <<-'LINES'
	configure terminal
	track 44 interface up0 line-protocol
	ip access-list standard acl-18
	permit 10.10.0.0 0.0.255.255
	exit
	interface lan0
	ip nat inside
	exit
	redundancy
	application redundancy
	group 2
	control sync1 protocol 4
	data sync0
	end
	LINES
}

# seed_hellos: the seconds between two hellos of protocol 4, on sync1, which carry the text that
# authenticates them in clear
seed_hellos() {
	local out=$RUN/$NS/seed.hellos

	# group 1 sends there as well, it is its data interface
	ns X timeout 20 tcpdump --immediate-mode -lnni sync1 -A -tt -c 4 udp port 7482 >"$out" 2>&1 8>&-
	LC_ALL=C awk '
		/^[0-9]+[.][0-9]+ IP / { t = $1 }
		/password/ {
			if (last)
				printf "%.0f\n", t - last
			last = t
		}' "$out"
}

# seed_typed LINES: what rgctl says to them; they are taken
seed_typed() { succeeds eval "$1 | rg_ctl X"; }

seed_priority_is() { has "$(rg_ctl X show redundancy application faults group 1)" "Runtime priority: \[$1\]"; }
seed_fault() { has "$(rg_ctl X show redundancy application faults group 1)" "Fault $1"; }
seed_has_address() { ipn X -o addr show dev "$1" | grep -qF " $2 "; }
# When, in seconds since the machine came up, group 1 became active
seed_active_at() {
	rg_ctl X --json show monitor event-trace rg_infra all |
		gojq '[.events[] | select(.group == 1 and (.text | test("role change from Init to Active"))) |
			.monotonic_ms / 1000 | floor][0]'
}

# seed_shows WHAT PATTERN: `show redundancy application WHAT` is carried out, and has it
seed_shows() { has "$(rg_ctl X show redundancy application $1)" "$2"; }

# All shows of the guide, as printed there
seed_all_shows() {
	seed_shows "group 2" '^Group ID:2$' &&
		seed_shows "group all" '^Faults states Group 2 info:' &&
		seed_shows "group" '^1 +rg1 +ACTIVE' &&
		seed_shows "transport clients" '^\( 1\)NAT_HA ' &&
		seed_shows "transport group 2" '^Transport Information for RG \(2\)$' &&
		seed_shows "protocol 4" '^Protocol id: 4, name: rg1$' &&
		seed_shows "protocol group 2" 'Protocol ID: 4$' &&
		seed_shows "faults group 2" 'Runtime priority: \[100\]' &&
		seed_shows "if-mgr group 1" '^ VIP held +10\.10\.1\.1 yes$' &&
		seed_shows "control-interface group 2" '^The control interface for rg\[2\] is sync1$' &&
		seed_shows "data-interface group 2" '^The data interface for rg\[2\] is sync0$' &&
		has "$(rg_ctl X show monitor event-trace rg_infra all)" ' ROLE: RG id 1 role change from Init to Active'
}

# seed_refused COLUMN COMMAND: with a mark below the first wrong character, status 2
seed_refused() {
	local out rc=0

	out=$(rg_ctl X $2 2>&1) || rc=$?
	is "$rc" 2 && has "$out" "^ {$1}\^$" && has "$out" "^% Invalid input detected at '\^' marker\.$"
}

seed_all_refused() {
	seed_refused 7 "enable now" &&
		seed_refused 38 "redundancy application reload group 1 both" &&
		seed_refused 36 "redundancy application reload group 256 self" &&
		seed_refused 34 "show redundancy application group 256" &&
		seed_refused 38 "show redundancy application transport servers" &&
		seed_refused 37 "show redundancy application protocol 9" &&
		seed_refused 40 "show redundancy application faults groups" &&
		seed_refused 35 "show redundancy application if-mgr interface" &&
		seed_refused 46 "show redundancy application control-interface 2" &&
		seed_refused 43 "show redundancy application data-interface 2" &&
		seed_refused 28 "show monitor event-trace rg_media all" &&
		seed_not_there "show redundancy application group 7" &&
		seed_not_there "redundancy application reload group 7 self"
}
seed_not_there() {
	local out rc=0

	out=$(rg_ctl X $1 2>&1) || rc=$?
	is "$rc" 1 && is "$out" "% Group 7 is not configured"
}
