#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs one test in a machine of its own and makes sure that it can be cleaned up after.
#
# usage: run-one.sh NAME SECONDS
#
# The limit is by the machine's own clock: a test that waits for what never comes runs
# into it at once in instruction-counted time, and what it said until then is kept.
timeout -k 5 "$2" bash "selftests/$1.sh"
rc=$?
[ $rc != 124 ] || echo "Bail out! time limit, $2 s of the machine's time"
if ! out=$(bash selftests/lib/clean.sh 2>&1); then
	sed 's/^/# /' <<<"$out"
	echo "Bail out! leaves something behind"
	rc=1
fi
exit $rc
