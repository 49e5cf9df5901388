// use.cpp -- emitted models as the C part of a C++ program: the digit classifier as two models `one` and `two`, called
// through the typed and the generic interface, alone and in two threads at once with a workspace each.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>
#include "one.h"
#include "two.h"

namespace {

constexpr int pixels = 64, digits = 10, rounds = 300;

struct Image {
	float at[pixels];
	explicit Image(int seed)
	{
		for (int i = 0; i < pixels; i++)
			at[i] = static_cast<float>((i * 7 + seed * 13) % 17);
	}
};

struct Digits {
	float p[digits];
	bool operator==(const Digits &other) const { return std::memcmp(p, other.p, sizeof p) == 0; }
};

Digits typed(void *workspace, const Image &image)
{
	Digits result = {};
	one_in in = {image.at};
	one_out out = {result.p};
	if (one_run(workspace, &in, &out, nullptr) != TCC_OK)
		result.p[0] = -1;
	return result;
}

Digits generic(const tcc_model &model, void *workspace, Image image)
{
	Digits result = {};
	tcc_tensor in = {image.at, 1, 4, {1, 1, 8, 8}}, out = {result.p, 0, 0, {}};
	if (model.run(workspace, &in, &out, nullptr) != TCC_OK || out.rank != 2 || out.dims[1] != digits)
		result.p[0] = -1;
	return result;
}

bool near(const Digits &a, const Digits &b)
{
	for (int i = 0; i < digits; i++)
		if (!(std::fabs(a.p[i] - b.p[i]) < 1e-5f))
			return false;
	return true;
}

alignas(ONE_WORKSPACE_ALIGN) unsigned char first[ONE_WORKSPACE_BYTES], second[ONE_WORKSPACE_BYTES];
alignas(TWO_WORKSPACE_ALIGN) unsigned char other[TWO_WORKSPACE_BYTES];

// Every run of one thread gives what the same image gave before; images differ between the threads.
void work(unsigned char *workspace, int seed, Digits want, bool *right)
{
	for (int i = 0; i < rounds; i++)
		*right = *right && typed(workspace, Image(seed)) == want;
}

}

int main()
{
	if (one_init(first, nullptr, 0) || one_model.init(second, nullptr, 0) || two_init(other, nullptr, 0))
		return std::puts("init fails"), 1;
	std::vector<Digits> want;
	for (int seed = 0; seed < 20; seed++) {
		Image image(seed);
		want.push_back(typed(first, image));
		if (!(want.back() == generic(one_model, second, image)))
			return std::puts("the interfaces disagree"), 1;
		if (!near(want.back(), generic(two_model, other, image)))
			return std::puts("the models disagree"), 1;
	}
	if (want[0] == want[1])
		return std::puts("the images should differ"), 1;
	bool right[2] = {true, true};
	std::thread a(work, first, 0, want[0], &right[0]), b(work, second, 1, want[1], &right[1]);
	a.join();
	b.join();
	if (!right[0] || !right[1])
		return std::puts("two threads disturb each other"), 1;
	return 0;
}
