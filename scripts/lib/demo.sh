# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced after vm-net by scripts/demo and by the tests of the same thing: a
# download through a pair of routers, one of which fails in the middle.
#
#                 .----- machine "hosts" -----.
#        namespace client            namespace server
#          lan0 10.0.0.9             wan0 192.0.2.9, lighttpd
#                |                           |
#              [lan]                       [wan]           [..]: switches
#               | |                         | |
#               | '--- lan0 router A wan0 --' |
#               |       .1   sync0   .1       |
#               |           [sync]            |
#               |       .2   sync0   .2       |
#               '----- lan0 router B wan0 ----'
#
#   gateway of the client 10.0.0.254; it is translated to one of 192.0.2.100-103
#
#	demo_up					the machines, wired, without agents
#	demo_machine A				a router's machine is switched on (again)
#	demo_router A				and set up; its agent runs
#	demo_await A SECONDS STATE...		until one of these RF states
#	demo_run FAULT VICTIM OTHER BYTES RATE	a whole download, with figures
#	demo_figure NAME			one of them
#	demo_timeline				what happened, in order
#	demo_verdict				downloaded, taken over, nobody reset?
#
# Files go to $demo_out. Figures: see demo_figures. Times are seconds on the host's
# clock; those of a machine are corrected by what demo_clock found.

demo_out=${demo_out:-$build/demo}
demo_rgctl=$build
demo_patience=40	# s without a byte until the download is given up
demo_brief=
declare -A demo_off
demo_t0=

demo_in() {
	local machine=$1

	shift
	vm_exec "$machine" "$top/scripts/lib/demo-guest" "$@"
}

demo_machine() { vm_start --mem 512 "$1" lan0=lan wan0=wan sync0=sync; }

# demo_up BYTES
demo_up() {
	local m

	vm_link lan && vm_link wan && vm_link sync &&
	vm_start --mem 768 hosts lan0=lan wan0=wan &&
	demo_machine A && demo_machine B || return 1
	for m in hosts A B; do
		vm_wait_up "$m" 300 || return 1
	done
	demo_in hosts hosts "$1"
}

demo_conf() { echo "$top/Documentation/examples/router-${1,,}.conf"; }
demo_router() { demo_in "$1" router "$1" "$(demo_conf "$1")" "$demo_rgctl"; }
demo_await() {
	local machine=$1 seconds=$2

	shift 2
	demo_in "$machine" await-state "$seconds" "$demo_rgctl" "$@"
}

demo_calc() { awk -v OFMT=%.6f "BEGIN { print ($1) }"; }

# How far a machine's clock is ahead of the host's: by the quickest of a few answers.
demo_clock() {
	local before there i tries=

	# shellcheck disable=SC2016
	coproc vm_exec -i "$1" bash -c 'while read -r _; do echo $EPOCHREALTIME; done'
	for i in 1 2 3 4 5 6 7 8; do
		before=$EPOCHREALTIME
		echo "$i" >&"${COPROC[1]}"
		read -r -t 30 there <&"${COPROC[0]}" || return 1
		tries+="$before $there $EPOCHREALTIME"$'\n'
	done
	awk 'NF == 3 {
		if (!n++ || $3 - $1 < best) {
			best = $3 - $1
			off = $2 - ($1 + $3) / 2
		}
	}
	END { printf "%.6f\n", off }' <<<"$tries"
}

# The clocks of the machines run a little apart: asked shortly before they matter.
demo_clocks() {
	local m pids=()

	for m in hosts A B; do
		demo_clock "$m" >"$demo_out/clock-$m" &
		pids+=($!)
	done
	for m in "${pids[@]}"; do
		wait "$m" || return 1
	done
	for m in hosts A B; do
		demo_off[$m]=$(<"$demo_out/clock-$m")
		[ -n "${demo_off[$m]}" ] || return 1
	done
}

# demo_look ROUTER before|after
demo_look() { demo_in "$1" state "$demo_rgctl" >"$demo_out/state-$1-$2"; }
demo_of() { sed -n "s/^$3 //p" "$demo_out/state-$1-$2" 2>/dev/null; }

demo_log() { vm_get "$1" /run/demo/rgd.log "$demo_out/rgd-$1.log"; }

demo_break() {
	local fault=$1 victim=$2 there

	case $fault in
	power)
		demo_t0=$EPOCHREALTIME
		vm_kill "$victim" ;;
	link)
		demo_t0=$EPOCHREALTIME
		vm_carrier "$victim" lan0 off ;;
	agent | reload)
		there=$(demo_in "$victim" fault "$fault" "$demo_rgctl") || return 1
		demo_t0=$(demo_calc "$there - ${demo_off[$victim]}") ;;
	esac
}

# Both routers at once: on a busy host each answer takes seconds.
demo_look_all() {
	local when=$1 r pids=()

	shift
	for r; do
		if vm_alive "$r"; then
			demo_look "$r" "$when" &
			pids+=($!)
		fi
	done
	for r in "${pids[@]}"; do
		wait "$r" || return 1
	done
}

# The download, the fault when a third of it is there, and all that is to be known; with
# demo_brief only what demo_verdict needs.
demo_run() {
	local fault=$1 victim=$2 other=$3 bytes=$4 rate=$5

	mkdir -p "$demo_out"
	rm -f "$demo_out"/state-* "$demo_out"/addresses-*
	[ -n "$demo_brief" ] || demo_look_all before "$victim" "$other" || return 1
	demo_log "$victim" || return 1
	demo_in hosts download "$rate" "$demo_patience" || return 1
	if [ -z "$demo_brief" ]; then
		demo_in hosts await-bytes 60 $((bytes / 16)) &&
		demo_look_all during "$victim" "$other" || return 1
	fi
	demo_clocks &&
	demo_in hosts await-bytes 60 $((bytes / 3)) &&
	demo_break "$fault" "$victim" || return 1
	# what is missing from here on shows in the figures
	demo_in "$other" await-state 30 "$demo_rgctl" ACTIVE
	[ -n "$demo_brief" ] || demo_look "$other" after
	demo_in hosts await-end $((bytes / rate + demo_patience + 60)) >"$demo_out/end"
	demo_look_all end "$victim" "$other"
	demo_log "$other"
	! vm_alive "$victim" || demo_log "$victim"
	vm_get hosts /run/demo/capture "$demo_out/client.pcap"
	vm_get "$other" /run/demo/addresses "$demo_out/addresses-$other"
	demo_figures "$fault" "$victim" "$other" "$rate"
}

# Times from here on are relative to the fault.
demo_figures() {
	local t0

	t0=$(demo_calc "$demo_t0 + ${demo_off[hosts]}")
	tcpdump -tt -nr "$demo_out/client.pcap" 2>/dev/null |
		awk -v t0="$t0" -v client=10.0.0.9 -v series="$demo_out/throughput" \
			-f "$top/scripts/lib/demo-capture.awk" >"$demo_out/figures" || return 1
	{
		sed 's/^/download-/' "$demo_out/end"
		printf '%s %s\n' fault "$1" victim "$2" other "$3" rate "$4"
		echo "other-role $(demo_of "$3" end role)"
	} >>"$demo_out/figures"
}

demo_figure() { sed -n "s/^$1 //p" "$demo_out/figures"; }

demo_intact() {
	[ "$(demo_figure download-curl)" = 0 ] &&
	[ "$(demo_figure download-sum)" = "$(demo_figure download-wanted-sum)" ]
}

demo_in_time() { [ "$(demo_figure at-fault)" -lt "$(demo_figure download-wanted)" ]; }

# demo_verdict: a line for each condition, status 0 if all hold
demo_verdict() {
	local bad=0 role resets drops

	if ! demo_in_time; then
		echo "FAILED: the download was over before the fault, is this computer too busy?"
		bad=1
	fi
	if demo_intact; then
		echo "ok: the download is intact, its SHA-256 is the original's"
	else
		echo "FAILED: curl ended with status $(demo_figure download-curl) ($(demo_figure download-says))" \
			"after $(demo_figure download-bytes) of $(demo_figure download-wanted) bytes"
		bad=1
	fi
	role=$(demo_figure other-role)
	if [ "$role" = ACTIVE ]; then
		echo "ok: router $(demo_figure other) is active"
	else
		echo "FAILED: router $(demo_figure other) is '$role', not ACTIVE"
		bad=1
	fi
	resets=$(demo_figure resets)
	drops=$(demo_figure download-capture-drops)
	if [ "$resets" = 0 ] && [ "$drops" = 0 ]; then
		echo "ok: no TCP reset was seen on the client's side"
	else
		echo "FAILED: $resets TCP resets seen by the client, $drops packets not looked at"
		bad=1
	fi
	return $bad
}

# demo_said ROUTER: its log from shortly before the fault, as timeline lines
demo_said() {
	awk -v at="$(demo_calc "$demo_t0 + ${demo_off[$1]}")" -v who="$1" '
	{
		split($3, t, ":")
		rel = t[1] * 3600 + t[2] * 60 + t[3] - at % 86400
		if (rel > 43200)
			rel -= 86400
		if (rel < -43200)
			rel += 86400
		if (rel < -0.3 || $5 !~ /^(ROLE|PEER|STATE|PRIORITY|FAULT|EPOCH|WAIT|LINK|STOP):$/)
			next
		sub(/^[^:]*:[^:]*:[^:]*: [A-Z]*: /, "")
		printf "%.3f\trouter %s\t%s\n", rel, who, $0
	}' "$demo_out/rgd-$1.log"
}

# demo_addresses ROUTER: virtual addresses that came and went there
demo_addresses() {
	[ -e "$demo_out/addresses-$1" ] || return 0
	awk -v at="$(demo_calc "$demo_t0 + ${demo_off[$1]}")" -v who="$1" '
	match($0, /(10\.0\.0\.254|192\.0\.2\.254|fd00:a::254)\//) {
		what = substr($0, RSTART, RLENGTH - 1)
		split(substr($1, 13), t, /[:\]]/)
		rel = t[1] * 3600 + t[2] * 60 + t[3] - at % 86400
		if (rel > 43200)
			rel -= 86400
		if (rel < -43200)
			rel += 86400
		how = /Deleted/ ? "removed" : "added"
		if (rel >= -0.3 && last[what] != how)
			printf "%.3f\trouter %s\tvirtual address %s %s\n", rel, who, what, how
		last[what] = how
	}' "$demo_out/addresses-$1"
}

demo_when() { demo_calc "$(demo_of "$1" "$2" time) - ${demo_off[$1]} - $demo_t0"; }

demo_seen() {
	local r=$1 when=$2

	[ -s "$demo_out/state-$r-$when" ] || return 0
	printf '%.3f\trouter %s\t%s, priority %s, virtual addresses: %s\n' "$(demo_when "$r" "$when")" \
		"$r" "$(demo_of "$r" "$when" rf)" "$(demo_of "$r" "$when" priority)" \
		"$(demo_of "$r" "$when" addresses | sed 's/^ *$/none/')"
}

demo_entry() {
	local r=$1 when=$2 entry

	[ -s "$demo_out/state-$r-$when" ] || return 0
	entry=$(demo_of "$r" "$when" connection)
	printf '%.3f\trouter %s\t%s conntrack entries; of the download: %s\n' \
		"$(demo_when "$r" "$when")" "$r" "$(demo_of "$r" "$when" entries)" "${entry:-none}"
}

demo_kib() { awk -v b="$1" 'BEGIN { printf "%.1f MiB", b / 1048576 }'; }

demo_lines() {
	local victim other r

	victim=$(demo_figure victim)
	other=$(demo_figure other)
	for r in "$victim" "$other"; do
		demo_seen "$r" before
		demo_entry "$r" during
		demo_seen "$r" after
		demo_entry "$r" after
		demo_seen "$r" end
	done
	demo_said "$other"
	demo_addresses "$other"
	[ ! -s "$demo_out/state-$victim-end" ] || demo_said "$victim"
	printf '%s\tclient\tdownload of %s begins\n' "$(demo_figure begin)" \
		"$(demo_kib "$(demo_figure download-wanted)")"
	printf '0.000\t***\tFAULT: %s; the client has %s\n' \
		"$(demo_fault_text "$(demo_figure fault)" "$victim")" \
		"$(demo_kib "$(demo_figure at-fault)")"
	printf '%s\tclient\tlast byte before the longest pause\n' "$(demo_figure pause-from)"
	printf '%s\tclient\tbytes flow again\n' \
		"$(demo_calc "$(demo_figure pause-from) + $(demo_figure pause)")"
	printf '%s\tclient\tlast byte, %s in all\n' "$(demo_figure end)" \
		"$(demo_kib "$(demo_figure download-bytes)")"
}

demo_fault_text() {
	case $1 in
	power) echo "the power of router $2 is cut" ;;
	link) echo "router $2 loses the carrier on lan0" ;;
	agent) echo "rgd on router $2 is killed (SIGKILL)" ;;
	reload) echo "planned switchover: reload group 1 self on router $2" ;;
	esac
}

demo_timeline() {
	demo_lines | sort -s -n -k1,1 |
		awk -F'\t' '{ printf "  %+9.3f s  %-9s %s\n", $1, $2, $3 }'
}

demo_picture() {
	awk -v fault="$(demo_fault_text "$(demo_figure fault)" "$(demo_figure victim)")" \
		-v pause_from="$(demo_figure pause-from)" -v pause="$(demo_figure pause)" \
		-f "$top/scripts/plot-throughput" "$demo_out/throughput" >"$demo_out/throughput.svg"
}

# demo_round FAULT VICTIM OTHER BYTES RATE: the same as a test (needs ktap.sh)
demo_round() {
	local out

	demo_run "$@" || return 1
	if out=$(demo_verdict); then
		diag "longest pause $(demo_figure pause) s"
	else
		diag "$out" "$(demo_timeline)"
		return 1
	fi
}
