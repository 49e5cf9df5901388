#!/usr/bin/env python3
"""The coefficients of the vector functions (codegen/target/math.h), and the error each set leaves. Needs numpy.

Every function is brought to the form of a polynomial over an interval. Its coefficients are the weighted minimax ones:
least squares on Chebyshev points, whose weights are multiplied by the error they leave until it is level (C. Lawson,
1961). They are rounded to float one at a time, the highest power first, and the others are fitted again.
"""
import math
import numpy as np

POINTS, STEPS = 800, 300


def chebyshev(low, high):
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)


def fit(x, f, degree, weight, fixed):
    """The coefficients for which the largest weight * |polynomial - f| is least; those in fixed are given."""
    free = [k for k in range(degree + 1) if k not in fixed]
    powers = np.stack([x ** k for k in free], axis=1)
    rest = f - sum(fixed[k] * x ** k for k in fixed)
    best, level = None, math.inf
    lawson = np.ones(len(x))
    for _ in range(STEPS):
        root = np.sqrt(lawson) * weight
        found = np.linalg.lstsq(powers * root[:, None], rest * root, rcond=None)[0]
        error = np.abs(weight * (rest - powers @ found))
        if error.max() < level:
            best, level = found, error.max()
        lawson = lawson * (error / error.max() + 1e-3)
        lawson /= lawson.max()
    return {**fixed, **dict(zip(free, best))}


def show(name, x, f, degree, weight=None, fixed=None, kind=np.float32):
    """Print minimax coefficients rounded to that kind, from the constant one on. No weight: the error relative to f."""
    weight = 1 / np.abs(f) if weight is None else weight
    fixed = dict(fixed or {})
    for k in reversed(range(degree + 1)):
        if k not in fixed:
            fixed[k] = float(kind(fit(x, f, degree, weight, fixed)[k]))
    error = np.max(weight * np.abs(sum(fixed[k] * x ** k for k in fixed) - f))
    print(f"{name}: error {error:.2e} = 2^{math.log2(error):.1f}")
    for k in range(degree + 1):
        print(f"\t{float(fixed[k]).hex()}  {fixed[k]:.9g}")


def vector(f):
    return np.vectorize(f, otypes=[float])


def rest(x, step, start):
    """1 / start! + x / (start + step)! + ...: what a power series has behind its first terms, to all digits."""
    return sum(x ** k / math.factorial(start + step * k) for k in reversed(range(16)))


def main():
    half = math.log(2) / 2 * 1.0005
    r = chebyshev(-half, half)
    show("v_exp: e^r", r, np.exp(r), 5, fixed={0: 1.0, 1: 1.0})
    s = chebyshev(1e-9, half * half)
    r = np.sqrt(s)
    # Scaled by powers of two, and in v_gelu_tanh by powers of k, it is the c of all of them.
    show("v_coth / 2: r / 2 coth(r / 2) in r^2", s, r / 2 / np.tanh(r / 2), 2, weight=r, fixed={0: 1.0})
    r = chebyshev(-2 * half, 2 * half)
    show("v_gelu: (e^(-r / 2) - 1) / r", r, np.expm1(-r / 2) / r, 5, weight=np.abs(r) / np.exp(-r / 2), fixed={0: -0.5})
    z = chebyshev(0, 14.5 / 18)
    a = 3.5 * z / (1 - z)
    phi = vector(lambda a: math.exp(a * a / 2) * math.erfc(a / math.sqrt(2)) / 2)
    show("v_gelu: e^(a^2 / 2) Phi(-a) (a + 7/2) in z - 1/2", z - 0.5, phi(a) * (a + 3.5), 9)
    s = chebyshev(1e-9, 1.125 ** 2)
    f = vector(math.erf)(np.sqrt(s)) / np.sqrt(s)
    show("v_erf: erf(x) / x - 1 in x^2 up to 9/8", s, f - 1, 6, weight=1 / f)
    a = chebyshev(1.125, 3.92)
    show("v_erf: e^(a^2) erfc(a) from 9/8", a, vector(lambda a: math.exp(a * a) * math.erfc(a))(a), 6, weight=np.exp(-a * a))
    f = chebyshev(-0.25, 0.5)
    show("v_log_of: (log(1 + f) - f) / f^2", f, (np.log1p(f) - f) / f ** 2, 7, weight=f ** 2 / np.abs(np.log1p(f)))
    quarter = math.pi / 4 * 1.02
    s = chebyshev(1e-9, quarter * quarter)
    r = np.sqrt(s)
    show("v_wave: (sin r - r) / r^3 in r^2", s, (np.sin(r) - r) / (r * s), 2, weight=r * s / np.sin(r))
    show("v_wave: (cos r - 1) / r^2 in r^2", s, (np.cos(r) - 1) / s, 3, weight=s / np.cos(r), fixed={0: -0.5})
    s = chebyshev(1e-9, half * half)
    r = np.sqrt(s)
    show("v_halves: (cosh r - 1) / r^2 in r^2", s, (np.cosh(r) - 1) / s, 2, weight=s / np.cosh(r), fixed={0: 0.5})
    show("v_halves: (sinh r - r) / r^3 in r^2", s, (np.sinh(r) - r) / (r * s), 1, weight=r * s / np.sinh(r))
    s = chebyshev(1e-9, 0.2501)
    f = np.arcsin(np.sqrt(s)) / np.sqrt(s)
    show("v_arc: (asin r - r) / r^3 in r^2", s, (f - 1) / s, 4, weight=s / f)
    s = chebyshev(1e-9, 1)
    f = np.arctan(np.sqrt(s)) / np.sqrt(s)
    show("v_atan: (atan r - r) / r^3 in r^2", s, (f - 1) / s, 7, weight=s / f)
    z = chebyshev(1e-12, 0.2001 ** 2)
    s = np.sqrt(z)
    show("v_times_log2: 2 atanh(s) / (s log 2) in s^2", z, 2 / math.log(2) * np.arctanh(s) / s, 5, kind=np.float64)
    d = np.float64
    r = chebyshev(-half, half)
    show("v_exp_d: (e^r - 1 - r) / r^2", r, rest(r, 1, 2), 9, weight=r * r / np.exp(r), kind=d)
    s = chebyshev(1e-9, half * half / 4)
    coth = [1 / 3, -1 / 45, 2 / 945, -1 / 4725, 2 / 93555, -1382 / 638512875, 4 / 18243225]
    show("v_tanh_d: (r coth r - 1) / r^2 in r^2", s, sum(a * s ** k for k, a in enumerate(coth)), 4, weight=s, kind=d)
    s = chebyshev(1e-9, (math.pi / 4 * 1.001) ** 2)
    r = np.sqrt(s)
    show("v_wave_d: (sin r - r) / r^3 in r^2", s, -rest(-s, 2, 3), 5, weight=r * s / np.sin(r), kind=d)
    show("v_wave_d: (cos r - 1 + r^2 / 2) / r^4 in r^2", s, rest(-s, 2, 4), 5, weight=s * s / np.cos(r), kind=d)
    z = chebyshev(1e-12, 0.2001 ** 2)
    atanh = lambda start: sum(z ** k / (2 * k + start) for k in range(16))
    show("v_log_of_d: (log(1 + f) / s - 2) / z in z = s^2", z, 2 * atanh(3), 6, weight=z / 2, kind=d)
    show("v_log2_d: (atanh(s) / s - 1 - z / 3) / z^2 in z = s^2", z, atanh(5), 7, weight=z * z, kind=d)
    g = chebyshev(-0.502, 0.502)
    show("v_pow_d: (2^g - 1 - g log 2) / g^2", g, math.log(2) ** 2 * rest(g * math.log(2), 1, 2), 9, weight=g * g / 2 ** g, kind=d)
    show("v_pow: 2^g", g, 2 ** g, 6, fixed={0: 1.0})


if __name__ == "__main__":
    main()
