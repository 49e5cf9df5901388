/* external.c -- external data that is not there, not a file, or not inside the model's directory.
 *
 *     data            64 bytes, to be read       data-link -> data       data-twin, data-twin-too: one file, two names
 *     secret/key      outside what models get    away -> secret          pipe: a FIFO       folder/: a directory */
#include <sys/stat.h>
#include <unistd.h>
#include "tests/bad/bad.h"

static void write_zeros(const char *directory, const char *name)
{
	static const char zeros[64];
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *f = fopen(path, "wb");
	if (!f)
		return perror(path);
	fwrite(zeros, 1, sizeof zeros, f);
	fclose(f);
}

static void make_links(const char *directory)
{
	if (chdir(directory) || symlink("data", "data-link") || symlink("secret", "away") ||
	    link("data-twin", "data-twin-too") || mkfifo("pipe", 0666))
		perror("make_bad"); /* they are there from an earlier run */
}

void external_files(const char *directory)
{
	static const char *const folder[] = {"secret", "folder"}, *const file[] = {"data", "data-twin", "secret/key"};
	char path[4096], *back = getcwd(NULL, 0);

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, folder[i]);
		mkdir(path, 0777);
	}
	for (int i = 0; i < 3; i++)
		write_zeros(directory, file[i]);
	make_links(directory);
	if (!back || chdir(back))
		perror("make_bad");
	free(back);
}

/* A constant of 4 floats in a file. */
static Onnx__TensorProto *at(Model *m, const char *location)
{
	plain(m);
	Onnx__TensorProto *t = add_tensor(m, "k", FLOAT, "4", NULL, 0);
	add_external(m->arena, t, "location", location);
	return t;
}

static void entry(Model *m, const char *key, const char *value) { add_external(m->arena, at(m, "data"), key, value); }

static void right(Model *m) { entry(m, "offset", "48"); }
static void in_a_folder(Model *m) { at(m, "./secret//key"); }
static void up(Model *m) { at(m, "../data"); }
static void up_later(Model *m) { at(m, "folder/../../data"); }
static void up_inside(Model *m) { at(m, "folder/../data"); }
static void absolute(Model *m) { at(m, "/etc/passwd"); }
static void backslash(Model *m) { at(m, "..\\data"); }
static void drive(Model *m) { at(m, "C:/data"); }
static void nowhere(Model *m) { at(m, ""); }
static void slash(Model *m) { at(m, "data/"); }
static void final_link(Model *m) { at(m, "data-link"); }
static void parent_link(Model *m) { at(m, "away/key"); }
static void hard_link(Model *m) { at(m, "data-twin"); }
static void folder(Model *m) { at(m, "folder"); }
static void dot(Model *m) { at(m, "."); }
static void fifo(Model *m) { at(m, "pipe"); }
static void not_there(Model *m) { at(m, "nothing"); }
static void through_a_file(Model *m) { at(m, "data/key"); }
static void beyond_the_end(Model *m) { entry(m, "offset", "49"); }
static void far_beyond(Model *m) { entry(m, "offset", "9223372036854775807"); }
static void wraps(Model *m) { entry(m, "offset", "18446744073709551615"); }
static void negative(Model *m) { entry(m, "offset", "-1"); }
static void exponent(Model *m) { entry(m, "offset", "1e1"); }
static void blank(Model *m) { entry(m, "offset", " 12"); }
static void nothing(Model *m) { entry(m, "offset", ""); }
static void other_length(Model *m) { entry(m, "length", "1125899906842624"); }
static void location_twice(Model *m) { entry(m, "location", "data"); }
static void unknown_key(Model *m) { entry(m, "__class__", "x"); }

static void no_location(Model *m)
{
	Onnx__TensorProto *t = at(m, "data");

	t->n_external_data = 0;
}

static void with_payload(Model *m)
{
	Onnx__TensorProto *t = at(m, "data");

	PUSH(m->arena, t->float_data, t->n_float_data, 1.0f);
}

static void strings(Model *m) { at(m, "data")->data_type = STRING; }

static void huge(Model *m)
{
	Onnx__TensorProto *t = at(m, "data");

	t->dims[0] = (int64_t)1 << 44;
}

static void unknown_place(Model *m) { at(m, "data")->data_location = 7; }

const Bad bad_external[] = {
	{"external-right", 0, right, NULL},
	{"external-in-a-folder", 0, in_a_folder, NULL},
	{"external-up", 3, up, NULL},
	{"external-up-later", 3, up_later, NULL},
	{"external-up-inside", 3, up_inside, NULL},
	{"external-absolute", 3, absolute, NULL},
	{"external-backslash", 3, backslash, NULL},
	{"external-drive", 3, drive, NULL},
	{"external-nowhere", 3, nowhere, NULL},
	{"external-slash", 3, slash, NULL},
	{"external-final-link", 3, final_link, NULL},
	{"external-parent-link", 3, parent_link, NULL},
	{"external-hard-link", 3, hard_link, NULL},
	{"external-folder", 3, folder, NULL},
	{"external-dot", 3, dot, NULL},
	{"external-fifo", 3, fifo, NULL},
	{"external-not-there", 6, not_there, NULL},
	{"external-through-a-file", 3, through_a_file, NULL},
	{"external-beyond-the-end", 3, beyond_the_end, NULL},
	{"external-far-beyond", 3, far_beyond, NULL},
	{"external-wraps", 3, wraps, NULL},
	{"external-negative", 3, negative, NULL},
	{"external-exponent", 3, exponent, NULL},
	{"external-blank", 3, blank, NULL},
	{"external-nothing", 3, nothing, NULL},
	{"external-other-length", 3, other_length, NULL},
	{"external-location-twice", 3, location_twice, NULL},
	{"external-unknown-key", 3, unknown_key, NULL},
	{"external-no-location", 3, no_location, NULL},
	{"external-with-payload", 3, with_payload, NULL},
	{"external-strings", 3, strings, NULL},
	{"external-huge", 3, huge, NULL},
	{"external-unknown-place", 3, unknown_place, NULL},
	{0},
};
