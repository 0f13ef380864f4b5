/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_CMD_H
#define RG_CONF_CMD_H

#include "conf_parse.h"

/*
 * What commands do, for the `run` fields of the grammar. Each is called when a
 * line ends at a node that allows it, for the positive and for the `no` form
 * (p->no), with the values of the line in p->val[]. Each returns 0, or -EINVAL
 * when it reported an error; then it changed nothing.
 */
int conf_run_nothing(struct conf_parser *p);
int conf_run_top(struct conf_parser *p);
int conf_run_exit(struct conf_parser *p);

int conf_run_redundancy(struct conf_parser *p);
int conf_run_application(struct conf_parser *p);
int conf_run_domain(struct conf_parser *p);
int conf_run_require_encryption(struct conf_parser *p);
int conf_run_probe(struct conf_parser *p);
int conf_run_hook(struct conf_parser *p);

int conf_run_protocol(struct conf_parser *p);
int conf_run_protocol_name(struct conf_parser *p);
int conf_run_hello(struct conf_parser *p);
int conf_run_auth(struct conf_parser *p);
int conf_run_bfd(struct conf_parser *p);

int conf_run_chain(struct conf_parser *p);
int conf_run_key(struct conf_parser *p);
int conf_run_key_string(struct conf_parser *p);
int conf_run_lifetime(struct conf_parser *p);

int conf_run_group(struct conf_parser *p);
int conf_run_group_name(struct conf_parser *p);
int conf_run_shutdown(struct conf_parser *p);
int conf_run_preempt(struct conf_parser *p);
int conf_run_priority(struct conf_parser *p);
int conf_run_delay(struct conf_parser *p);
int conf_run_control(struct conf_parser *p);
int conf_run_data(struct conf_parser *p);
int conf_run_group_track(struct conf_parser *p);

int conf_run_if(struct conf_parser *p);
int conf_run_rii(struct conf_parser *p);
int conf_run_vip(struct conf_parser *p);
int conf_run_member(struct conf_parser *p);
int conf_run_nat_side(struct conf_parser *p);
int conf_run_own(struct conf_parser *p);
int conf_run_if_shutdown(struct conf_parser *p);
int conf_run_negotiation(struct conf_parser *p);
int conf_run_vmac(struct conf_parser *p);
int conf_run_reassembly(struct conf_parser *p);

int conf_run_track(struct conf_parser *p);
int conf_run_track_delay(struct conf_parser *p);
int conf_run_track_object(struct conf_parser *p);
int conf_run_track_weight(struct conf_parser *p);
int conf_run_track_percent(struct conf_parser *p);

int conf_run_sla(struct conf_parser *p);
int conf_run_sla_schedule(struct conf_parser *p);
int conf_run_sla_what(struct conf_parser *p);
int conf_run_sla_http(struct conf_parser *p);
int conf_run_sla_times(struct conf_parser *p);

int conf_run_pool(struct conf_parser *p);
int conf_run_acl(struct conf_parser *p);
int conf_run_ace(struct conf_parser *p);
int conf_run_map(struct conf_parser *p);
int conf_run_http(struct conf_parser *p);
int conf_run_repl(struct conf_parser *p);

/* Shared by the commands */
struct conf_protocol *conf_cur_protocol(struct conf_parser *p);
void conf_take_gref(const struct conf_parser *p, struct conf_gref *g);
bool conf_same_gref(const struct conf *c, const struct conf_gref *a,
		    const struct conf_gref *b);
struct conf_group *conf_cur_group(struct conf_parser *p);
int conf_full(struct conf_parser *p, const char *what, uint32_t max);

#endif /* RG_CONF_CMD_H */
