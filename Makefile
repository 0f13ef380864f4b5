# SPDX-License-Identifier: GPL-2.0-or-later
# The entrance to everything; `make help` lists it. What takes more than a line
# is a script in scripts/. Build products go to build/, downloads and kernels to
# the cache $NF_RG_CACHE (/var/cache/nf_rg).

.DEFAULT_GOAL := all

DESTDIR ?=
PREFIX ?= /usr
FAULT ?= power
TESTS ?=
# the kernel to build the module for; unset: scripts/kmod-default finds one
KDIR ?=

.PHONY: all
all: agent	## the agent, and the module if kernel headers can be had
	@kdir="$(KDIR)"; : "$${kdir:=$$(scripts/kmod-default)}"; \
	if [ -n "$$kdir" ]; then $(MAKE) --no-print-directory kmod KDIR="$$kdir"; \
	else echo "no kernel headers to be had: the module is left out"; fi

.PHONY: agent
agent:		## rgd and rgctl, into build/
	@scripts/setup build
	@$(MAKE) --no-print-directory -C agent

.PHONY: kmod
kmod:		## the module for KDIR=FOLDER of kernel headers, into build/kmod-RELEASE/
	@scripts/setup build
	@scripts/kmod-make --auto "$(or $(KDIR),$(shell scripts/kmod-default))"

.PHONY: install
install: agent	## agent, header, documentation, and the module if built, under DESTDIR=
	@scripts/install-tree "$(DESTDIR)" "$(PREFIX)"

.PHONY: demo
demo:		## a download outlives its router: FAULT=power|link|agent|reload
	@scripts/demo "$(FAULT)"

.PHONY: check
check:		## all tests in less than 45 minutes; TESTS=PATTERN runs a part
	@scripts/check $(if $(TESTS),"$(TESTS)")

.PHONY: soak
soak:		## the same tests with the full numbers (hours)
	@scripts/check --soak $(if $(TESTS),"$(TESTS)")

.PHONY: simulate
simulate: agent		## the election in simulated time; STEPS=N events (1 000 000 000)
	@$(MAKE) --no-print-directory -C agent tests
	@NF_RG_STEPS=$(or $(STEPS),1000000000) build/tests/test_simulate

.PHONY: check-debug
check-debug:	## the tests that need the module, under the debug kernel
	@scripts/check --debug $(if $(TESTS),"$(TESTS)")

.PHONY: check-kernels
check-kernels:	## the same tests on the other kernels that are supported
	@rc=0; for v in $$(scripts/kernel-get --list); do echo "# kernel $$v"; \
		scripts/check --kernel $$v $(if $(TESTS),"$(TESTS)") || rc=1; done; exit $$rc

.PHONY: bench
bench:		## what replication costs, beside conntrackd
	@scripts/bench

.PHONY: fuzz
fuzz:		## the fuzzers alone, one minute each
	@scripts/check --fuzz $(if $(TESTS),"$(TESTS)")

.PHONY: style
style:		## checkpatch, sparse, two compilers, purity, licences, lengths
	@scripts/check --style

.PHONY: clean
clean:		## removes build/ (not the cache)
	rm -rf build

.PHONY: help
help:		## this list
	@echo "targets:"
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' Makefile | expand -t 16
