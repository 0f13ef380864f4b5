/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_ADDR_H
#define RG_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: addresses
 *
 * One small type for IPv4 and IPv6 addresses, prefixes and ranges, and the
 * arithmetic that pools and access lists need. All of it is pure.
 *
 * b[] is in network order (b[0] is the first byte on the wire). An IPv4
 * address uses b[0..3]; the other twelve bytes are zero, always, so that two
 * addresses may be compared with memcmp() as well. The family is 4 or 6, not
 * AF_INET or AF_INET6, so that it means the same on every system.
 */
enum rg_family {
	RG_NONE = 0,		/* no address; in an access list: any */
	RG_V4 = 4,
	RG_V6 = 6,
};

struct rg_addr {
	uint8_t family;		/* enum rg_family */
	uint8_t b[16];		/* network order */
};

struct rg_prefix {
	struct rg_addr addr;
	uint8_t len;		/* 0-32 or 0-128 */
};

/* Both ends belong to the range; from <= to; one family. */
struct rg_range {
	struct rg_addr from;
	struct rg_addr to;
};

#define ADDR_STRLEN	46	/* INET6_ADDRSTRLEN, the final NUL included */
#define PREFIX_STRLEN	50	/* an address, '/', three digits, NUL */

/* No range needs more prefixes than this: 2 * 128 - 2 (and 62 for IPv4). */
#define ADDR_RANGE_PREFIXES	254

int addr_parse(const char *s, size_t len, struct rg_addr *out);
int addr_parse_prefix(const char *s, size_t len, struct rg_prefix *out);
void addr_print(const struct rg_addr *a, char buf[ADDR_STRLEN]);
void addr_print_prefix(const struct rg_prefix *p, char buf[PREFIX_STRLEN]);

unsigned int addr_bits(const struct rg_addr *a);
int addr_cmp(const struct rg_addr *a, const struct rg_addr *b);
bool addr_equal(const struct rg_addr *a, const struct rg_addr *b);
bool addr_is_unicast(const struct rg_addr *a);
bool addr_is_link_local6(const struct rg_addr *a);

bool addr_next(struct rg_addr *a);
bool addr_prev(struct rg_addr *a);

struct rg_addr addr_mask(const struct rg_addr *a, unsigned int len);
struct rg_addr addr_last(const struct rg_addr *a, unsigned int len);
bool addr_in_prefix(const struct rg_addr *a, const struct rg_prefix *p);
int addr_netmask_len(const struct rg_addr *mask);
int addr_wildcard_len(const struct rg_addr *wildcard);
struct rg_addr addr_netmask(unsigned int len);

bool addr_in_range(const struct rg_addr *a, const struct rg_range *r);
bool addr_ranges_overlap(const struct rg_range *a, const struct rg_range *b);
uint64_t addr_range_count(const struct rg_range *r);
int addr_range_to_prefixes(const struct rg_range *r, struct rg_prefix *out,
			   size_t max, size_t *n);
int addr_range_subtract(const struct rg_range *r, const struct rg_addr *holes,
			size_t n_holes, struct rg_range *out, size_t max,
			size_t *n);
int addr_range_subtract_prefixes(const struct rg_range *r,
				 const struct rg_prefix *holes, size_t n_holes,
				 struct rg_range *out, size_t max, size_t *n);

/* The i-th hole; false: there are no more. */
typedef bool addr_hole_fn(const void *ctx, size_t i, struct rg_range *hole);

/* A walk over what holes leave of a range; its fields are private. */
struct addr_gaps {
	struct rg_range left;
	addr_hole_fn *hole;
	const void *ctx;
	bool done;
};

void addr_gaps_init(struct addr_gaps *g, const struct rg_range *r,
		    addr_hole_fn *hole, const void *ctx);
bool addr_gaps_next(struct addr_gaps *g, struct rg_range *piece);

#endif /* RG_ADDR_H */
