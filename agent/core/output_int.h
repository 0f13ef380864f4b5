/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Renderers of output.c's table; for output*.c only. */
#ifndef RG_OUTPUT_INT_H
#define RG_OUTPUT_INT_H

#include "output.h"
#include "textout.h"

/* Some lines of the known shapes end in a blank. */
#define BLANK_EOL	"\x20\n"

typedef void (*output_text_fn)(struct out *o, const struct view *v,
			       const struct view_group *g);
typedef void (*output_json_fn)(struct jout *j, const struct view *v,
			       const struct view_group *g);

void output_text_group(struct out *o, const struct view *v,
		       const struct view_group *g);
void output_text_faults(struct out *o, const struct view *v,
			const struct view_group *g);
void output_text_protocol(struct out *o, const struct view *v,
			  const struct view_group *g);
void output_text_transport(struct out *o, const struct view *v,
			   const struct view_group *g);
void output_text_if_mgr(struct out *o, const struct view *v,
			const struct view_group *g);
void output_text_control(struct out *o, const struct view *v,
			 const struct view_group *g);
void output_text_data(struct out *o, const struct view *v,
		      const struct view_group *g);
void output_text_counters(struct out *o, const struct view *v,
			  const struct view_group *g);

void output_text_bfd(struct out *o, const struct view *v, bool details);
void output_json_bfd(struct jout *j, const struct view *v);

void output_text_conf(struct out *o, const struct view_conf *c);
void output_json_conf(struct jout *j, const struct view_conf *c);

void output_json_group(struct jout *j, const struct view *v,
		       const struct view_group *g);
void output_json_all(struct jout *j, const struct view *v,
		     const struct view_group *g);
void output_json_faults(struct jout *j, const struct view *v,
			const struct view_group *g);
void output_json_protocol(struct jout *j, const struct view *v,
			  const struct view_group *g);
void output_json_transport(struct jout *j, const struct view *v,
			   const struct view_group *g);
void output_json_if_mgr(struct jout *j, const struct view *v,
			const struct view_group *g);
void output_json_control(struct jout *j, const struct view *v,
			 const struct view_group *g);
void output_json_data(struct jout *j, const struct view *v,
		      const struct view_group *g);
void output_json_counters(struct jout *j, const struct view *v,
			  const struct view_group *g);

void output_text_tracks(struct out *o, const struct view *v,
			const struct view_track *only);
void output_text_tracks_brief(struct out *o, const struct view *v,
			      const struct view_track *only);
void output_text_slas(struct out *o, const struct view *v,
		      const struct view_sla *only);
void output_json_slas(struct jout *j, const struct view *v,
		      const struct view_sla *only);
void output_json_tracks(struct jout *j, const struct view *v,
			const struct view_track *only);

void output_text_counts(struct out *o, const struct view_counters *c);
void output_json_counts(struct jout *j, const struct view_counters *c);

const char *output_auth_name(enum view_auth a);
bool output_data_plain(const struct view_group *g);

#endif /* RG_OUTPUT_INT_H */
