/* report.h -- what became of a model, for people and programs. */
#ifndef TCC_TOOLS_REPORT_H
#define TCC_TOOLS_REPORT_H
#include "codegen/codegen.h"

/* Write the facts of an emitted model to path, .json or .html, in place after output_commit(): operators, stages and what each was made of, multiply-adds,
 * bytes, the schedule and why not another, memory. */
void report_write(const Facts *f, const Options *o, const char *path);
#endif
