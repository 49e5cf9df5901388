/* main.c -- the emitted classifier on handwritten digits that it was not trained on. */
#include <stdio.h>
#include <time.h>
#include "digits.h"
#include "pictures.h"

#define COUNT ((int)(sizeof pictures / sizeof *pictures))
#define ACROSS 4
#define ROUNDS 50

static unsigned char workspace[DIGITS_WORKSPACE_BYTES] __attribute__((aligned(DIGITS_WORKSPACE_ALIGN)));

static int classify(const struct picture *p)
{
	float image[64], probability[10];
	struct digits_in in = {image};
	struct digits_out out = {probability};
	int best = 0;
	for (int i = 0; i < 64; i++)
		image[i] = (float)(p->pixels[i] - 'a') / 16;
	if (digits_run(workspace, &in, &out, NULL) != TCC_OK)
		return -1;
	for (int i = 1; i < 10; i++)
		if (probability[i] > probability[best])
			best = i;
	return best;
}

/* A row of pictures, each pixel two letters wide, and the answers under them. */
static void draw(const struct picture *p)
{
	for (int y = 0; y < 8; y++, putchar('\n'))
		for (int i = 0; i < ACROSS; i++, fputs("   ", stdout))
			for (int x = 0; x < 8; x++) {
				char ink = " .,:-=+oxX#%%@@@@"[p[i].pixels[8 * y + x] - 'a'];
				printf("%c%c", ink, ink);
			}
	for (int i = 0; i < ACROSS; i++) {
		int answer = classify(&p[i]);
		printf("       %d %-10s", answer, answer == p[i].digit ? "" : "(wrong)");
	}
	puts("\n");
}

int main(void)
{
	int right = 0;
	if (digits_init(workspace, NULL, 0) != TCC_OK)
		return 1;
	for (int i = 0; i < 3; i++)
		draw(&pictures[i * ACROSS]);
	for (int i = 0; i < COUNT; i++)
		right += classify(&pictures[i]) == pictures[i].digit;
	clock_t start = clock();
	for (int i = 0; i < ROUNDS * COUNT; i++)
		classify(&pictures[i % COUNT]);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	printf("%d of %d digits are right (%.1f %%), %.2f microseconds a picture\n", right, COUNT, 100.0 * right / COUNT,
	       1e6 * seconds / (ROUNDS * COUNT));
	return right < COUNT * 9 / 10;
}
