#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails if kmemleak knows of lost objects of our module (debug kernel). An object is
# reported when nothing has referred to it for 5 s, at a second scan.
f=/sys/kernel/debug/kmemleak
[ -w $f ] || { echo "this kernel has no kmemleak"; exit 1; }
echo scan >$f
sleep 6
echo scan >$f
# a module that is gone leaves addresses without names behind
! grep -B 12 -A 12 -E '\[nf_rg\]|\] 0xffffffff[ac]0' $f
