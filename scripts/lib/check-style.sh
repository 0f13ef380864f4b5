# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by scripts/check: what can be said about the code without running it.

# files PATTERN...: what belongs to the project
files() {
	if [ -e "$top/.git" ]; then
		git ls-files -co --exclude-standard -- "$@"
	else
		local p
		for p in "$@"; do
			find . -path ./build -prune -o -path "./$p" -type f -print
		done | sed 's#^\./##'
	fi | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done | sort -u
}

# What checkpatch --strict says against the house's own rules, and so is left out:
# everywhere
#   FILE_PATH_CHANGES	there is no MAINTAINERS file here
#   AVOID_EXTERNS	a prototype of a program's own library is no extern
#   MACRO_ARG_REUSE	checked by reading; list macros cannot avoid it
#   COMPLEX_MACRO, BRACKET_SPACE	lists of names that a macro expands (X macros)
# in uapi, and what programs compile of kmod
#   BIT_MACRO		programs that include the header, or compile the file, do not have it
# in programs
#   PREFER_KERNEL_TYPES	their integers are those of <stdint.h>
#   CAMELCASE		names of other libraries
#   LONG_LINE_STRING	a line of a table stands on one line, as its reader sees it
#   the others:		speak of what only the kernel has
# in programs' units
#   SPLIT_STRING, PARENTHESIS_ALIGNMENT	what is expected begins and is cut where it reads best
ignore_all=FILE_PATH_CHANGES,AVOID_EXTERNS,MACRO_ARG_REUSE,COMPLEX_MACRO,BRACKET_SPACE
ignore_user=PREFER_KERNEL_TYPES,CAMELCASE,NEW_TYPEDEFS,VOLATILE,SSCANF_TO_KSTRTO
ignore_user+=,CONSTANT_COMPARISON,PREFER_PR_LEVEL,STRCPY,STRNCPY,ENOSYS,USE_FUNC,BIT_MACRO
ignore_user+=,ARRAY_SIZE,PREFER_DEFINED_ATTRIBUTE_MACRO,EMBEDDED_FUNCTION_NAME
ignore_user+=,STATIC_CONST_CHAR_ARRAY,QUOTED_WHITESPACE_BEFORE_NEWLINE,LONG_LINE_STRING
ignore_units=SPLIT_STRING,PARENTHESIS_ALIGNMENT

# checkpatch IGNORED: of the files named on the input; fails if it finds anything, and shows that only
checkpatch() {
	local ignored=$1 src said=$work/checkpatch.log last=$work/checkpatch-last.c names

	src=$(scripts/kernel-get --source) || return 1
	mapfile -t names
	# Its status is 1 for findings and for much else. That it came to the end of the
	# list is seen by what it has to find there.
	printf '// SPDX-License-Identifier: GPL-2.0\nint i ;\n' >"$last"
	perl "$src/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--max-line-length=100 --ignore "$ignored" -f "${names[@]}" "$last" >"$said" 2>&1
	grep -q "^$last:2: .*SPACING" "$said" || { echo "checkpatch did not end"; cat "$said"; return 1; }
	! grep -vE "^total: |^$|^$last:" "$said"
}

style_checkpatch() {
	local rc=0

	files 'kmod/*.[ch]' | grep -vx kmod/learn.c | checkpatch "$ignore_all" || rc=1
	files 'uapi/*.h' kmod/learn.c | checkpatch "$ignore_all,BIT_MACRO" || rc=1
	files 'agent/*.[ch]' 'selftests/*.[ch]' 'scripts/*.[ch]' | grep -v '^agent/tests/' |
		checkpatch "$ignore_all,$ignore_user" || rc=1
	files 'agent/tests/*.[ch]' | checkpatch "$ignore_all,$ignore_user,$ignore_units" || rc=1
	return $rc
}

# Sparse and the compiler's extra warnings, as far as they speak of our files; the
# kernel's own headers are not clean.
style_sparse() {
	local dir log=$work/sparse.log

	dir=$(scripts/kernel-get) || return 1
	rm -rf "$build/kmod-sparse"
	scripts/kmod-make "$build/kmod-sparse" "$dir/build" C=2 W=1 \
		CF="-D__CHECK_ENDIAN__ -Wsparse-error" KCFLAGS=-Wno-error >"$log" 2>&1 ||
		{ cat "$log"; return 1; }
	! grep -E 'kmod-sparse/kmod/[^ ]*: *(warning|error)' "$log"
}

style_gcc() {
	rm -rf "$build/style-gcc"
	make --no-print-directory -j2 -C agent B="$build/style-gcc" CC=gcc all tests &&
		make --no-print-directory -C selftests B="$build/style-gcc" CC=gcc
}

style_clang() {
	rm -rf "$build/style-clang"
	make --no-print-directory -j2 -C agent B="$build/style-clang" CC=clang all tests &&
		make --no-print-directory -C selftests B="$build/style-clang" CC=clang
}

style_pure() { make --no-print-directory -C agent B="$build" lib && scripts/check-pure; }

# The specification of the netlink family says what header and module say.
style_netlink() { scripts/check-netlink; }

# Each command of the guide has its tests.
style_coverage() { scripts/check-coverage; }

# The unit is one, and leaves what it starts no more than it has to: at most 2.5 of 10 points, where
# a service without any restriction has 9.6. What it refers to comes from the system.
style_unit() {
	local root=$work/unit units=lib/systemd/system

	rm -rf "$root"
	mkdir -p "$root/$units" "$root/usr/sbin" "$root/bin"
	cp /bin/true "$root/usr/sbin/rgd"
	cp /bin/true "$root/bin/kill"
	cp /$units/*.target /$units/*.slice "$root/$units/"
	cp agent/rgd.service "$root/$units/"
	systemd-analyze --man=no --root="$root" verify rgd.service &&
		systemd-analyze --root="$root" --offline=yes --threshold=25 security rgd.service
}

# spdx LICENCE PATTERN...: each file names that licence in its first three lines
spdx() {
	local want=$1

	shift
	# shellcheck disable=SC2016
	files "$@" | grep -vE "$spdx_except" | perl -ne '
		BEGIN { $want = shift; }
		chomp(my $f = $_);
		open(my $h, "<", $f) or die "$f: $!";
		my $head = join "", grep { defined } map { scalar <$h> } 1 .. 3;
		my ($got) = $head =~ m{SPDX-License-Identifier: *(.*?)[ */]*$}m;
		next if ($got // "") eq $want;
		printf "%s: \x27%s\x27, wanted \x27%s\x27\n", $f, $got // "", $want;
		$bad = 1;
		END { $? = $bad ? 1 : 0 }
	' "$want"
}

style_spdx() {
	local rc=0 spdx_except='^kmod/record(_[a-z]+)?\.[ch]$'

	spdx "GPL-2.0" 'kmod/*.[ch]' 'kmod/Makefile' || rc=1
	spdx_except='^$'
	spdx "GPL-2.0 OR MIT" 'kmod/record.[ch]' 'kmod/record_*.[ch]' || rc=1
	spdx "GPL-2.0 WITH Linux-syscall-note" 'uapi/*.h' 'Documentation/netlink/*.yaml' || rc=1
	spdx "GPL-2.0-or-later" 'agent/*.[ch]' 'agent/Makefile' 'selftests/*.[ch]' \
		'selftests/*.sh' 'selftests/Makefile' 'scripts/*' Makefile || rc=1
	return $rc
}

style_length() {
	files '*.c' '*.h' '*.sh' 'scripts/*' | xargs wc -l | awk '
		$2 != "total" && $1 > 800 {
			print $2 ": " $1 " lines, at most 800"
			bad = 1
		}
		END { exit bad }'
}

# Each script can be read by its shell.
style_shell() {
	local f bad=0

	while read -r f; do
		head -n 1 "$f" | grep -q bash || [[ $f == *.sh ]] || continue
		bash -n "$f" || bad=1
	done < <(files '*.sh' 'scripts/*' .ci/run)
	return $bad
}

style_one() { run_result "style-$1" "style_$1"; }

check_style() {
	section style
	side_by_side style_one checkpatch gcc sparse clang pure netlink coverage spdx unit length shell
}
