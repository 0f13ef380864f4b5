# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the scripts: where things are, and how they speak.
#
# Downloads and kernels live in a cache outside the tree (NF_RG_CACHE), so
# that a clean clone does not fetch them again; everything built from this
# tree lives in build/ (NF_RG_BUILD).

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cache=${NF_RG_CACHE:-/var/cache/nf_rg}
build=${NF_RG_BUILD:-$top/build}
me=${0##*/}

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# apt waits for another apt instead of failing, asks nothing, and an install
# never starts a service (see scripts/setup).
export DEBIAN_FRONTEND=noninteractive
apt_get() { apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"; }

# with_lock NAME CMD...: run CMD while no other process holds NAME
with_lock() {
	local lock=$cache/$1.lock
	shift
	mkdir -p "$cache"
	(
		flock 9
		"$@" 9>&-
	) 9>"$lock"
}
