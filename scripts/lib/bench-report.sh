# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by scripts/bench: what it has measured as tables, checks, JSON and pictures.
#
# A figure is a line "PATH VALUE" of $out/figures, PATH being where it stands in bench.json.

status=0

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
# value MODE NAME: what was measured, or the median if that was done several times
value() { sed -n "s/^$2 //p" "$out/$1" | median; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
holds() { awk "BEGIN { exit !($1) }"; }
figure() { echo "$1 $2" >>"$out/figures"; }
fig() { sed -n "s/^$1 //p" "$out/figures"; }

# check WHAT CONDITION; a figure that is missing makes it a syntax error, which fails
check() {
	local verdict=pass

	holds "$2" 2>/dev/null || verdict=FAIL status=1
	echo "$verdict: $1" | tee -a "$out/checks"
}
off_by() { calc '%+.1f %%' "($1 - $2) * 100 / $2"; }
is_near() { echo "($1 - $2) * ($1 - $2) <= ($near * $2 / 100) ^ 2"; }

name_of() {
	case $1 in
	bare) echo "without replication" ;;
	nf_rg) echo "nf_rg" ;;
	conntrackd) echo "conntrackd (FTFW)" ;;
	notrack) echo "conntrackd (NOTRACK)" ;;
	direct) echo "conntrackd (direct)" ;;
	esac
}

# picture NAME TITLE NOTE [LIMIT]: bars from lines "label TAB value"
picture() {
	awk -v title="$2" -v unit="${5:-us}" -v note="$3" -v limit="${4:-}" \
		-f "$top/scripts/plot-bars" >"$out/$1.svg"
}

connection_row() { printf '%-22s %10s %10s %16s %12s\n' "$@"; }

# connections KIND WHAT
connections() {
	local kind=$1 mode us bare theirs bytes more

	bare=$(value bare "${kind}_us")
	theirs=$(value conntrackd "${kind}_us")
	connection_row "$2" us extra "of conntrackd's" "data link"
	for mode in bare nf_rg conntrackd notrack direct; do
		us=$(value $mode "${kind}_us")
		bytes=$(calc %.0f "$(value $mode "${kind}_link_bytes") / $total")
		figure "$kind.us.$mode" "$us"
		figure "$kind.link_bytes.$mode" "$bytes"
		more=(- - -)
		[ $mode = bare ] || more=("$(calc %.1f "$us - $bare")"
			"$(calc '%.1f %%' "($us - $bare) * 100 / ($theirs - $bare)")" "$bytes bytes")
		connection_row "$(name_of $mode)" "$(calc %.1f "$us")" "${more[@]}"
		printf '%s\t%s\n' "$(name_of $mode)" "$us" >>"$out/bars-$kind"
	done
	echo
}

batching() {
	local batches records

	batches=$(value nf_rg batches)
	records=$(value nf_rg records)
	figure tcp.batches "$batches"
	figure tcp.records "$records"
	echo "batching: the first change at once, then a batch after 20 ms or 480 records;"
	echo "          $batches batches for $total TCP connections," \
		"$(calc %.1f "$records / ($batches ? $batches : 1)") records each;" \
		"all acknowledged $(value nf_rg settled_ms) ms after the last connection"
	echo "entries:  nf_rg $(value nf_rg entries_a) on A, $(value nf_rg entries_b) on B," \
		"translated $(value nf_rg mapped_a) and $(value nf_rg mapped_b), equal: $(value nf_rg equal)"
	echo "          conntrackd: $(value conntrackd entries_a) on A," \
		"$(value conntrackd held_b) in the cache of B's daemon;" \
		"direct: $(value direct held_b) in B's kernel"
	echo
}

# per_entry MODE NAME N: instructions for each of those that N has more than $few; what a
# transfer costs anyway, and the start of an agent, is in both
per_entry() {
	calc %.0f "1000 * ($(value "$1" "${2}_us_$3") - $(value "$1" "${2}_us_$few")) / ($3 - $few)"
}

bulk_row() { printf '%-44s %12s\n' "$@"; }
bulk() {
	local ours resync commit direct

	ours=$(per_entry many-nf_rg bulk $many)
	resync=$(per_entry many-conntrackd bulk $many)
	commit=$(per_entry many-conntrackd takeover $many)
	direct=$(per_entry many-direct bulk "$total")
	figure bulk.instructions.nf_rg "$ours"
	figure bulk.instructions.conntrackd_resync "$resync"
	figure bulk.instructions.conntrackd_commit "$commit"
	figure bulk.instructions.direct "$direct"
	bulk_row "bulk transfer of an entry" instructions
	bulk_row "nf_rg, kernel to kernel" "$ours"
	bulk_row "conntrackd -n, to the cache of B's daemon" "$resync"
	bulk_row "conntrackd -c, from there to B's kernel" "$commit"
	bulk_row "conntrackd -n (direct), kernel to kernel" "$direct"
	echo
	printf '%s\t%s\n' "nf_rg" "$ours" "conntrackd -n and -c" "$((resync + commit))" \
		"conntrackd (direct)" "$direct" |
		picture bulk "Bulk transfer" "instructions for an entry, from kernel to kernel" \
			$limit_bulk ""
}

takeover_row() { printf '%-22s %14s %14s %14s %14s\n' "$@"; }
takeover() {
	local n ours theirs theirs_kb

	takeover_row connections "nf_rg, us" "conntrackd, us" "rgd, kB" "conntrackd, kB"
	for n in $sizes ${NF_RG_SOAK:+1000000}; do
		ours=$(value many-nf_rg "takeover_us_$n")
		theirs=$(value many-conntrackd "takeover_us_$n")
		figure "takeover.us.nf_rg.$n" "$ours"
		printf 'nf_rg, %d\t%s\n' "$n" "$ours" >>"$out/bars-takeover"
		user_memory nf_rg "$n"
		if [ -n "$theirs" ]; then
			theirs=$(calc %.0f "$theirs")
			figure "takeover.us.conntrackd.$n" "$theirs"
			printf 'conntrackd -c, %d\t%s\n' "$n" "$theirs" >>"$out/bars-takeover"
			user_memory conntrackd "$n"
		fi
		theirs_kb=$(fig "memory.user_kb.conntrackd.$n")
		takeover_row "$n" "$ours" "${theirs:--}" "$(fig "memory.user_kb.nf_rg.$n")" \
			"${theirs_kb:--}"
	done
	echo
	picture takeover "Takeover" "nf_rg: role, addresses, announcements; conntrackd: -c alone" \
		<"$out/bars-takeover"
}

# user_memory NAME N: of the larger of the two agents, at any time
user_memory() {
	figure "memory.user_kb.$1.$2" \
		"$(sed -nE "s/^rss_(active|standby)_kb_$2 //p" "$out/many-$1" | sort -n | tail -n 1)"
}

# hook KIND HOOKS: instructions for one, HOOKS being how many there are for a packet that comes in
hook() {
	local kind=$1 on off packets

	on=$(value module "echo_${kind}_on")
	off=$(value module "echo_${kind}_off")
	packets=$(value module "packets_${kind}_on")
	# the first 1000 echoes are not in the time
	calc %.1f "1000 * ($on - $off) / ($2 * $packets / ($(value module echoes) + 1000))"
}

hooks_row() { printf '%-44s %10s\n' "$@"; }
hooks() {
	local kind n

	hooks_row "a hook, for a packet" instructions
	for kind in forwarded own udp tcp; do
		# in POST_ROUTING; or twice in LOCAL_IN, and the answer in POST_ROUTING. The gate's in
		# PRE_ROUTING is not there while all groups may forward.
		n=1
		[ $kind != own ] || n=3
		figure "hooks.instructions.$kind" "$(hook $kind $n)"
	done
	hooks_row "of others, forwarded" "$(fig hooks.instructions.forwarded)"
	hooks_row "of others, to and from the router itself" "$(fig hooks.instructions.own)"
	hooks_row "of a synchronised UDP flow" "$(fig hooks.instructions.udp)"
	hooks_row "of a synchronised TCP connection" "$(fig hooks.instructions.tcp)"
	echo
	printf '%s\t%s\n' "forwarded, of others" "$(fig hooks.instructions.forwarded)" \
		"the router's own" "$(fig hooks.instructions.own)" \
		"nf_rg, synchronised UDP" "$(fig hooks.instructions.udp)" \
		"nf_rg, synchronised TCP" "$(fig hooks.instructions.tcp)" |
		picture hooks "Hooks" "instructions of one for a packet of an established connection" \
			$limit_hook ""
}

# slab_more CACHE: bytes in objects of it for a connection, more with the module than without
slab_more() {
	awk -v cache="$1" '
		# slab_WHEN_CACHE OBJECTS BYTES
		sub(/^slab_/, "") {
			n[$1] = $2
			size[$1] = $3
		}
		function grown(c, when) {
			return n["after_" when "_" c] - n["before_" when "_" c]
		}
		function each(c, when) {
			return grown(c, when) * size["after_" when "_" c] / grown("nf_conntrack", when)
		}
		END {
			for (k in n)
				if (sub("^after_on_", "", k) && k ~ cache)
					sum += each(k, "on") - ((("after_off_" k) in n) ? each(k, "off") : 0)
			printf "%.1f\n", sum
		}' "$out/module"
}

# everything that the kernel holds and will not give back, more with the module than without
kernel_more() {
	awk '
		{ v[$1] = $2 }
		function grown(what, when) {
			sub("WHEN", "after_" when, what)
			after = v[what]
			sub("after", "before", what)
			return after - v[what]
		}
		function each(when) {
			return grown("unreclaimable_WHEN", when) / grown("slab_WHEN_nf_conntrack", when)
		}
		END { printf "%.1f\n", each("on") - each("off") }' "$out/module"
}

memory_row() { printf '%-44s %10s\n' "$@"; }
memory() {
	figure memory.kernel_bytes.objects "$(slab_more '^nf_rg_')"
	figure memory.kernel_bytes.extensions "$(slab_more '^kmalloc-')"
	figure memory.kernel_bytes.all "$(kernel_more)"
	memory_row "kernel memory of a connection, beside it" bytes
	memory_row "objects of the module" "$(fig memory.kernel_bytes.objects)"
	memory_row "extensions of the connection" "$(fig memory.kernel_bytes.extensions)"
	memory_row "all that the kernel uses more" "$(fig memory.kernel_bytes.all)"
	echo
}

# spread: percent between the cheapest takeover and the dearest one
spread() {
	sed -n 's/^takeover\.us\.nf_rg\.[0-9]* //p' "$out/figures" | sort -n |
		awk '{ v[NR] = $1 } END { printf "%.1f\n", (v[NR] - v[1]) * 100 / v[1] }'
}

checks() {
	local bare ours theirs held=0 x objects

	bare=$(fig tcp.us.bare)
	ours=$(fig tcp.us.nf_rg)
	theirs=$(fig tcp.us.conntrackd)
	[ "$(value nf_rg equal)" != yes ] || held=1
	check "nf_rg costs $(calc %.1f "$ours") us a TCP connection, at most $limit" \
		"$ours > 0 && $ours <= $limit"
	# a connection of the churn is still in the table, waiting for its end
	check "router B holds every connection" "$held && $(value nf_rg mapped_b) >= 2 * $total &&
		$(value nf_rg mapped_b) == $(value nf_rg mapped_a)"
	x=$(fig bulk.instructions.nf_rg)
	check "a bulk transfer costs $x instructions an entry, at most $limit_bulk" \
		"$x > 0 && $x <= $limit_bulk"
	x=$(spread)
	check "takeovers differ by $x %, at most $limit_takeover" "$x <= $limit_takeover"
	x=$(fig hooks.instructions.forwarded)
	check "a hook costs $x instructions for forwarded packets of others, at most $limit_hook" \
		"$x > 0 && $x <= $limit_hook"
	x=$(fig hooks.instructions.own)
	check "a hook costs $x instructions for packets of the router itself, at most $limit_hook" \
		"$x > 0 && $x <= $limit_hook"
	objects=$(fig memory.kernel_bytes.objects)
	x=$(calc %.1f "$objects + $(fig memory.kernel_bytes.extensions)")
	check "the kernel uses $x bytes more for a connection, at most $limit_kernel" \
		"$x > 0 && $x <= $limit_kernel"
	x=$(off_by "$(fig "memory.user_kb.nf_rg.$many")" "$(fig "memory.user_kb.nf_rg.$few")")
	check "the memory of rgd for $many connections is $x from that for $few, at most $limit_user %" \
		"${x% %} <= $limit_user"
	check "without replication $(calc %.1f "$bare") us, $(off_by "$bare" $want_bare) from $want_bare" \
		"$(is_near "$bare" $want_bare)"
	x=$(off_by "$theirs" $want_conntrackd)
	check "conntrackd $(calc %.1f "$theirs") us, $x from $want_conntrackd" \
		"$(is_near "$theirs" $want_conntrackd)"
}

limits() {
	figure limits.tcp_us $limit
	figure limits.bulk_instructions $limit_bulk
	figure limits.takeover_percent $limit_takeover
	figure limits.hook_instructions $limit_hook
	figure limits.kernel_bytes $limit_kernel
	figure limits.user_percent $limit_user
}

json() {
	gojq -Rn --argjson total "$total" --rawfile checks "$out/checks" '
		reduce (inputs | split(" ")) as [$path, $v]
			({
				what: "TCP: open, 1 byte each way, close; UDP: one packet each way",
				unit: "us of 1000 guest instructions",
				connections: $total
			};
			setpath($path | split("."); $v | tonumber)) +
		($checks | rtrimstr("\n") | split("\n") |
			{
				checks: map({ what: .[6:], pass: startswith("pass") }),
				pass: all(.[]; startswith("pass"))
			})' "$out/figures" >"$out/bench.json"
}

report() {
	local note="1 us = 1000 instructions of client, both routers and server"

	echo
	connections tcp "one TCP connection"
	connections udp "one UDP flow"
	batching
	bulk
	takeover
	hooks
	memory
	checks
	limits
	json
	picture connection "Cost of one TCP connection" "open, 1 byte each way, close; $note" $limit \
		<"$out/bars-tcp"
	picture udp "Cost of one UDP flow" "1 packet each way; $note" <"$out/bars-udp"
	echo
	echo "figures: $out/bench.json, pictures: $out/*.svg"
}
