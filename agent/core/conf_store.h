/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_STORE_H
#define RG_CONF_STORE_H

#include "conf.h"

/*
 * Objects of a configuration under construction. conf_get_x() finds an object
 * or makes it, with its defaults; NULL: there is no room for one more. Pointers
 * are good until the next object of the same kind is made or dropped.
 * conf_drop_x() says whether there was one.
 */
struct conf_chain *conf_get_chain(struct conf *c, const char *name,
				  uint32_t line);
struct conf_key *conf_get_key(struct conf_chain *c, uint32_t id);
struct conf_protocol *conf_get_protocol(struct conf *c, uint32_t id,
					uint32_t line);
struct conf_group *conf_get_group(struct conf *c, uint32_t id, uint32_t line);
struct conf_if *conf_get_if(struct conf *c, const char *name, uint32_t line);
struct conf_pool *conf_get_pool(struct conf *c, const char *name,
				uint32_t line);
struct conf_acl *conf_get_acl(struct conf *c, const char *name, uint32_t line);
struct conf_map *conf_get_map(struct conf *c, uint32_t id, uint32_t line);
struct conf_track *conf_get_track(struct conf *c, uint32_t id, uint32_t line);
struct conf_sla *conf_get_sla(struct conf *c, uint32_t id, uint32_t line);

bool conf_drop_chain(struct conf *c, const char *name);
bool conf_drop_key(struct conf_chain *c, uint32_t id);
bool conf_drop_protocol(struct conf *c, uint32_t id);
bool conf_drop_group(struct conf *c, uint32_t id);
bool conf_drop_if(struct conf *c, const char *name);
bool conf_drop_pool(struct conf *c, const char *name);
bool conf_drop_acl(struct conf *c, const char *name);
bool conf_drop_map(struct conf *c, uint32_t id);
bool conf_drop_track(struct conf *c, uint32_t id);
bool conf_drop_sla(struct conf *c, uint32_t id);

bool conf_set_repl(struct conf *c, const struct conf_repl *r);
bool conf_drop_repl(struct conf *c, const struct conf_repl *r);
bool conf_drop_map_repls(struct conf *c, uint32_t map);

struct conf_hook *conf_get_hook(struct conf *c, const char *path);
bool conf_drop_hook(struct conf *c, const char *path);

void conf_forget_lines(struct conf *c);
void conf_protocol_init(struct conf_protocol *p, uint32_t id);
void conf_protocol_no_auth(struct conf_protocol *p);
void conf_group_init(struct conf_group *g, uint32_t id);
void conf_sla_init(struct conf_sla *s, uint32_t id);

#endif /* RG_CONF_STORE_H */
