// SPDX-License-Identifier: GPL-2.0-or-later
/* The record codec: the bytes that go over the data link between two kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>

#include "record_util.h"

/* These bytes are the protocol: routers of different ages exchange them. */
static void test_wire_state(void **state)
{
	static const uint8_t wire[] = {
		0x01, 0x01, 0x00, 0x4c, 0x00, 0x00, 0x00, 0x98,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0xa1, 0xa2, 0xa3, 0xa4, 0x04, 0x06, 0x01, 0x02,
		0x00, 0x00, 0x00, 0x07, 0x00, 0x06, 0x97, 0x80, 0x00, 0xc0, 0xff, 0xee,
		10, 0, 0, 9, 192, 0, 2, 9, 192, 0, 2, 9, 192, 0, 2, 100,
		0x9c, 0x40, 0x00, 0x50, 0x00, 0x50, 0x04, 0x00,
		0x03, 0x07, 0x0e, 0x2b, 0x0b, 0x01, 0x00, 0x00,
		0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14,
	};
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), sizeof(wire));
	assert_memory_equal(buf, wire, sizeof(wire));
	assert_int_equal(record_decode(&back, wire, sizeof(wire)), sizeof(wire));
	record_assert_same(&r, &back);
}

/* What follows the state: the sections in the order of their bits. */
static void test_wire_sections(void **state)
{
	static const uint8_t wire[] = {
		0x04, 0x01, 0x00, 0x01, 0x80, 0x51, 0x52, 0x53, 0x54, 0x61, 0x62, 0x63, 0x64,
		0x00, 0x00, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xfe, 0x12, 0x34, 0x56, 0x78,
		0, 0, 0, 0, 0, 0, 0, 1, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
		0, 0, 0, 0, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x18, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07,
		0x31, 0x32, 0x33, 0x34, 0xff, 0xff, 0xff, 0xfd, 0x7f, 0xff, 0xff, 0xff,
		0x41, 0x42, 0x43, 0x44, 0x00, 0x00, 0x00, 0x05, 0x80, 0x00, 0x00, 0x00,
		'f', 'i', 'f', 't', 'e', 'e', 'n', '-', 'l', 'e', 't', 't', 'e', 'r', 's', 0,
		0x06, 0x03, 0x3f, 0x01, 0x00, 0x00, 0x01, 0x2c,
		192, 0, 2, 9, 192, 0, 2, 100, 10, 0, 0, 9, 0x00, 0x50, 0x13, 0x88, 0x0f, 0xa0,
		0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c,
		0, 0, 0, 0, 192, 0, 2, 100, 10, 0, 0, 9, 0x00, 0x00, 0x13, 0x89, 0x0f, 0xa0,
		0x06, 10, 0, 0, 9, 192, 0, 2, 9, 0x9c, 0x40, 0x00, 0x15,
		0x51, 0x52, 0x53, 0x54, 0x61, 0x62, 0x63, 0x64, 0x13, 0xc4,
		0x04, 0x03, 0x01, 0x00, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
		0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
		0xb1, 0xb2, 0xb3, 0xb4, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8,
		0, 0, 0, 0, 0, 0, 0, 0, 0xd1, 0xd2, 0xd3, 0xd4, 0xe1, 0xe2, 0xe3, 0xe4,
		0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c,
		0xa0, 0xa1, 0xa2, 0x00, 0xa0, 0xa1, 0xa2, 0x01, 0xa0, 0xa1, 0xa2, 0x02,
		0xa0, 0xa1, 0xa2, 0x03, 0xa0, 0xa1, 0xa2, 0x04, 0xa0, 0xa1, 0xa2, 0x05,
		0xa0, 0xa1, 0xa2, 0x06, 0xa0, 0xa1, 0xa2, 0x07, 0xa0, 0xa1, 0xa2, 0x08,
		0xa0, 0xa1, 0xa2, 0x09,
	};
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_SCTP);
	uint8_t buf[NF_RG_REC_MAX];

	record_set_sections(&r, NF_RG_SEC_MASK);
	record_set_expect(&r, 2);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE4 + sizeof(wire));
	assert_memory_equal(buf + LEN_STATE4, wire, sizeof(wire));
	/* u16 sections, u16 status */
	assert_memory_equal(buf + 24, "\x0f\xff\x00\x17", 4);
}

static void test_wire_protocols(void **state)
{
	static const uint8_t dccp[] = { 1, 4, 2, 1, 0, 0, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76 };
	static const uint8_t gre[] = { 0, 0, 0, 30, 0, 0, 0, 180 };
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 6, IPPROTO_DCCP);
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE6 + sizeof(dccp));
	assert_memory_equal(buf + LEN_STATE6, dccp, sizeof(dccp));
	r = record_make(NF_RG_REC_STATE, 6, IPPROTO_GRE);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE6 + sizeof(gre));
	assert_memory_equal(buf + LEN_STATE6, gre, sizeof(gre));
}

static void test_wire_control(void **state)
{
	static const uint8_t verified[] = {
		3, 1, 0, 16, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	};
	struct nf_rg_record r = { .type = NF_RG_REC_CONTROL, .flags = NF_RG_CTL_VERIFIED,
				  .incarnation = 0x1122334455667788ull };
	uint8_t buf[NF_RG_REC_MAX], wire[48] = { 3, 2, 0, 48, [16] = 0x81, [47] = 0x40 };
	unsigned int i;

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), 16);
	assert_memory_equal(buf, verified, 16);
	assert_int_equal(record_decode(&r, verified, 15), -ENODATA);
	assert_int_equal(record_decode(&r, verified, 16), 16);
	assert_true(r.incarnation == 0x1122334455667788ull);

	r.flags = NF_RG_CTL_REPAIR_BEGIN;
	r.incarnation = 0;
	memset(r.buckets, 0, sizeof(r.buckets));
	r.buckets[0] = 0x81;
	r.buckets[31] = 0x40;
	assert_int_equal(nf_rg_record_encode(&r, buf, 47), -ENOSPC);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), 48);
	assert_memory_equal(buf, wire, 48);
	memset(&r, 0xa5, sizeof(r));
	assert_int_equal(record_decode(&r, wire, 48), 48);
	assert_memory_equal(r.buckets, wire + 16, 32);

	/* no such kind; a sequence number, or a mapping, that has no meaning; another length */
	r = (struct nf_rg_record){ .type = NF_RG_REC_CONTROL, .flags = 4 };
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), -EINVAL);
	for (i = 0; i < 4; i++) {
		static const struct {
			uint8_t at, value;
		} bad[] = { { 1, 4 }, { 15, 1 }, { 7, 1 }, { 3, 47 } };

		memcpy(buf, wire, 48);
		buf[bad[i].at] = bad[i].value;
		assert_int_equal(record_decode(&r, buf, 48), -EBADMSG);
	}
	memcpy(buf, verified, 16);
	memset(buf + 8, 0, 8);
	assert_int_equal(record_decode(&r, buf, 16), -EBADMSG);
}

static void test_wire_delete(void **state)
{
	static const uint8_t wire[] = {
		0x02, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x98,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0x06, 0x3a, 0x01, 0x02,
		0xfd, 0x00, 0x00, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
		0x20, 0x01, 0x0d, 0xb8, 0x00, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
		0x9c, 0x40, 0x00, 0x50,
	};
	struct nf_rg_record r = record_make(NF_RG_REC_DELETE, 6, IPPROTO_ICMPV6), back;
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), sizeof(wire));
	assert_memory_equal(buf, wire, sizeof(wire));
	assert_int_equal(record_decode(&back, wire, sizeof(wire)), sizeof(wire));
	record_assert_same(&r, &back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire_state),
		cmocka_unit_test(test_wire_sections),
		cmocka_unit_test(test_wire_protocols),
		cmocka_unit_test(test_wire_control),
		cmocka_unit_test(test_wire_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
