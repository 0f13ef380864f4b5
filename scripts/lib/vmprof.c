// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmprof.so - a plugin of QEMU that counts instructions by the place where they are
 *
 * arguments: out=FILE
 *
 * Writes a line "ADDRESS COUNT" for each block of code that ran, ADDRESS in hex: between the last
 * two marks that a program of the guest set, one at the beginning and one at the end (PROFILE_*
 * in selftests/progs/common.h), or all of them if there were none.  A repeated string instruction
 * counts as often as it repeats, as in instruction-counted time.
 *
 * The guest has one CPU (vm-run --icount), so nothing here needs a lock.  The interface is that of
 * docs/devel/tcg-plugins in QEMU's documentation, version 1; Debian has no package with its header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef uint64_t qemu_plugin_id_t;
typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*insn_exec_cb)(unsigned int vcpu, void *data);
typedef void (*atexit_cb)(qemu_plugin_id_t id, void *data);

enum { QEMU_PLUGIN_INLINE_ADD_U64 };
enum { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, atexit_cb cb, void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr,
					      uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, insn_exec_cb cb,
					    int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

#define BUCKETS (1u << 20)

/**
 * struct block - a piece of code without a branch
 * @next: of the same bucket
 * @addr: where it begins; another program may have other code there
 * @insns: how many instructions it has
 * @ran: instructions that ran since the beginning
 * @kept: likewise, at the end
 */
struct block {
	struct block *next;
	uint64_t addr;
	uint64_t insns;
	uint64_t ran;
	uint64_t kept;
};

static struct block *blocks[BUCKETS];
static const char *out_name;
static bool ended;

/* No-ops of eight bytes with a displacement that no compiler chooses. */
static const uint8_t marks[2][8] = {
	{ 0x0f, 0x1f, 0x84, 0x00, 'R', 'G', 'P', '1' },
	{ 0x0f, 0x1f, 0x84, 0x00, 'R', 'G', 'P', '2' },
};

static void for_each(void (*fn)(struct block *b, FILE *f), FILE *f)
{
	struct block *b;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (b = blocks[i]; b; b = b->next)
			fn(b, f);
}

static void clear(struct block *b, FILE *f)
{
	(void)f;
	b->ran = 0;
}

static void keep(struct block *b, FILE *f)
{
	(void)f;
	b->kept = b->ran;
}

static void print(struct block *b, FILE *f)
{
	uint64_t n = ended ? b->kept : b->ran;

	if (n)
		fprintf(f, "%" PRIx64 " %" PRIu64 "\n", b->addr, n);
}

static void on_mark(unsigned int vcpu, void *data)
{
	(void)vcpu;
	if (data == marks[0]) {
		for_each(clear, NULL);
	} else {
		for_each(keep, NULL);
		ended = true;
	}
}

static struct block *block_of(uint64_t addr, uint64_t insns)
{
	struct block **head = &blocks[((addr ^ insns << 40) * UINT64_C(0x9e3779b97f4a7c15)) >> 44];
	struct block *b;

	for (b = *head; b; b = b->next)
		if (b->addr == addr && b->insns == insns)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->addr = addr;
	b->insns = insns;
	b->next = *head;
	*head = b;
	return b;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i, m;
	struct block *b = block_of(qemu_plugin_tb_vaddr(tb), n);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->ran, n);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) != sizeof(marks[0]))
			continue;
		for (m = 0; m < 2; m++)
			if (!memcmp(qemu_plugin_insn_data(insn), marks[m], sizeof(marks[m])))
				qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
								       QEMU_PLUGIN_CB_NO_REGS,
								       (void *)marks[m]);
	}
}

static void on_end(qemu_plugin_id_t id, void *data)
{
	FILE *f = fopen(out_name, "w");

	(void)id;
	(void)data;
	if (!f) {
		perror(out_name);
		return;
	}
	for_each(print, f);
	if (fclose(f))
		perror(out_name);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("vmprof: out=FILE is wanted\n", stderr);
		return 1;
	}
	out_name = strdup(argv[0] + 4);
	if (!out_name)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
