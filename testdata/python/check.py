"""Holds poured files against what they have to be, by other people's tools.

    check.py INGREDIENTS OUTPUTS...

INGREDIENTS is a folder with NAME.safetensors for every model (ingredients.hcl
makes it), OUTPUTS are folders of what recipes/first-pour and mixed.hcl pour.
Files are read by the package safetensors. Every number is compared with the
exact mix, rounded once; the exit code is 1 if any differs.

An element y is right if no neighbour of y in its format is nearer to the exact
sum S/D, and of two that are equally near y is the even one. That is decided in
integers: all numbers of a tensor are multiples of some 2^-K, so with S and all
values scaled by 2^K

    D*(Y + below) <= 2*S <= D*(Y + above)

has no rounding in it as long as both sides are below 2^63, which is looked at.
(fp16: 2^-24 divides everything, |S| < 2^40 * sum|n|.) Where they are not, and for
fp64, fractions.Fraction decides for each element of a sample.
"""

import glob
import os
import re
import sys
from fractions import Fraction as F
from math import lcm

import numpy as np
import safetensors
import safetensors.numpy

# What recipes/first-pour and mixed.hcl say, multiplied out by hand.
TRAINED = {"epicrealism": F(1, 5), "dreamshaper": F(1, 5)}
MERGED = {"realistic_vision": F(1, 5), "revanimated": F(1, 5)}
STEP = {"V3": F(1, 2), "V1": F(-1, 2)}
PART = {"V3": F(3, 10), "V1": F(-3, 10)}
EXPECTED = {
    "mix1": {"512": F(1, 2), "768": F(1, 2)},
    "mix2": {"512": F(1), **STEP},
    "mix3": {"768": F(1), **STEP},
    "mix4": {"512": F(1, 2), "768": F(1, 2), **STEP},
    "1.1": {"512": F(3, 5), **PART, **TRAINED},
    "2.1": {"768": F(3, 5), **PART, **TRAINED},
    "3.1": {"512": F(3, 10), "768": F(3, 10), **PART, **TRAINED},
    "1.2": {"512": F(3, 5), **PART, **MERGED},
    "2.2": {"768": F(3, 5), **PART, **MERGED},
    "3.2": {"512": F(3, 10), "768": F(3, 10), **PART, **MERGED},
    "widest": {"gin": F(7, 10), "lime": F(3, 10)},
    "fp32": {"salt": F(1, 3), "gin": F(2, 3)},
    "bf16": {"gin": F(1, 3), "lime": F(1, 3), "salt": F(1, 3)},
    "fp16": {"salt": F(3, 5), "lime": F(2, 5)},
    "fp8": {"gin": F(11, 20), "salt": F(9, 20)},
    "fp64": {"gin": F(3, 7), "lime": F(4, 7)},
    "parts": {"gin": F(3, 2), "salt": F(-1, 2)},
    "copy": {"lime": F(1)},
}
VAE = {"parts": {"lime": F(1)}}
TYPES = {  # those that differ from F16
    "widest": "F32", "fp32": "F32", "bf16": "BF16", "fp8": "F8_E4M3", "fp64": "F64", "copy": "BF16",
    "parts": {"model.diffusion_model.": "F16", "cond_stage_model.": "F32", "first_stage_model.": "BF16"},
}

# Bits of exponent and fraction, and the first code that is no finite number.
FORMATS = {
    "F64": (11, 52, 0x7FF << 52), "F32": (8, 23, 0xFF << 23), "F16": (5, 10, 0x7C00),
    "BF16": (8, 7, 0x7F80), "F8_E4M3": (4, 3, 0x7F),
}
SAMPLE = 499  # where fractions decide, one element of so many
ROOM = 1 << 62


class Wrong(Exception):
    """A file is not what it has to be."""


def read(path):
    """The tensors of a file by name, as dtype, shape and codes; its metadata."""
    with open(path, "rb") as f:
        raw = safetensors.deserialize(f.read())
    tensors = {}
    for name, t in raw:
        width = {"F64": 8, "I64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1}[t["dtype"]]
        codes = np.frombuffer(bytes(t["data"]), dtype=f"<u{width}")
        tensors[name] = (t["dtype"], tuple(t["shape"]), codes.astype(np.uint64))
    with safetensors.safe_open(path, "numpy") as f:
        return tensors, f.metadata()


def split(dtype, codes):
    """Codes as signs, and magnitudes without them."""
    exp, frac, _ = FORMATS[dtype]
    sign = np.uint64(1 << (exp + frac))
    return (codes & sign) != 0, codes & ~sign


def parts(dtype, magnitudes):
    """Magnitudes as integers m and exponents e of m * 2^e, exactly."""
    exp, frac, _ = FORMATS[dtype]
    e = (magnitudes >> np.uint64(frac)).astype(np.int64)
    m = (magnitudes & np.uint64((1 << frac) - 1)).astype(np.int64)
    m = np.where(e > 0, m + (1 << frac), m)
    e = np.maximum(e, 1) - (2 ** (exp - 1) - 1 + frac)
    return m, e


def depth(m, e):
    """The least K for which all m * 2^e are multiples of 2^-K."""
    some = m != 0
    if not some.any():
        return 0
    m, e = m[some], e[some]
    low = np.round(np.log2((m & -m).astype(np.float64))).astype(np.int64)  # of a power of two: exact
    return int((-e - low).max())


def fits(m, e, k, factor):
    """Whether factor * m * 2^(e+k) stays below ROOM; e+k may not go below 0 then."""
    some = m != 0
    if not some.any():
        return True
    top = float((np.log2(m[some].astype(np.float64)) + e[some] + k).max())
    return top + np.log2(float(factor)) < 60  # 2 bits for what log2 rounds


def scaled(m, e, k):
    """m * 2^(e+k); depth and fits have seen to it that this is an integer."""
    shift = e + k
    left, right = np.clip(shift, 0, 62), np.clip(-shift, 0, 62)
    return np.where(m == 0, 0, (m << left) >> right)


def fraction(dtype, code):
    negative, magnitude = split(dtype, np.array([code], dtype=np.uint64))
    m, e = parts(dtype, magnitude)
    v = F(int(m[0])) * F(2) ** int(e[0])
    return -v if negative[0] else v


def right(dtype, codes, terms):
    """Which codes are the correctly rounded sum of terms, (coefficient, dtype,
    codes) each. Gives None where integers of 64 bits do not suffice."""
    d = lcm(*(c.denominator for c, _, _ in terms))
    negative, magnitude = split(dtype, codes)
    here = parts(dtype, magnitude)
    above = parts(dtype, magnitude + np.uint64(1))
    below = parts(dtype, np.where(magnitude > 0, magnitude - np.uint64(1), 0).astype(np.uint64))
    inputs = [(int(c * d), *split(t, x), t) for c, t, x in terms]
    inputs = [(n, minus, *parts(t, size)) for n, minus, size, t in inputs]
    k = max(depth(m, e) for m, e in [here, above, below] + [(m, e) for _, _, m, e in inputs])
    weight = 2 * sum(abs(n) for n, *_ in inputs)
    if not all(fits(m, e, k, weight) for _, _, m, e in inputs) or not fits(*above, k, 2 * d):
        return None
    total = np.zeros(len(codes), dtype=np.int64)
    minus_zero = np.ones(len(codes), dtype=bool)  # every product is -0
    for n, minus, m, e in inputs:
        product = n * scaled(m, e, k)
        total += np.where(minus, -product, product)
        minus_zero &= (m == 0) & (minus != (n < 0))
    twice = 2 * np.abs(total)
    low = d * (scaled(*here, k) + scaled(*below, k))
    high = d * (scaled(*here, k) + scaled(*above, k))
    even = (magnitude & np.uint64(1)) == 0
    near = (low < twice) & (twice < high) | even & ((low == twice) | (high == twice))
    near |= (magnitude == 0) & (twice == 0)
    return near & (negative == np.where(total == 0, minus_zero, total < 0))


def right_by_fractions(dtype, codes, terms):
    """The same for single elements."""
    _, _, end = FORMATS[dtype]
    ok = []
    for i, code in enumerate(int(c) for c in codes):
        y = fraction(dtype, code)
        total = sum(c * fraction(t, int(x[i])) for c, t, x in terms)
        negative, magnitude = split(dtype, np.array([code], dtype=np.uint64))
        magnitude = int(magnitude[0])
        gap = abs(abs(total) - abs(y))
        near = magnitude < end and (y == 0 or (total > 0) == (y > 0))
        for other in {magnitude - 1, magnitude + 1} - {-1}:
            theirs = abs(abs(total) - fraction(dtype, other))
            near = near and (gap < theirs or gap == theirs and magnitude % 2 == 0)
        if total != 0:
            near = near and bool(negative[0]) == (total < 0)
        ok.append(near)
    return np.array(ok, dtype=bool)


def recipe_of(metadata):
    """The coefficients that the recipe on a label has for the mix."""
    line = re.search(r"^  model = (.*)$", metadata["cosmo.recipe"], re.M).group(1)
    found = {}
    for sign, number, name in re.findall(r'(^-|[-+] )?(?:(\d+(?:/\d+)?) \* )?model\["([^"]+)"\]', line):
        found[name] = F(number or 1) * (-1 if sign.strip() == "-" else 1)
    return found


class Checker:
    def __init__(self, folder):
        self.folder, self.ingredients = folder, {}
        self.files = self.tensors = self.elements = self.sampled = 0

    def ingredient(self, name):
        if name not in self.ingredients:
            self.ingredients[name] = read(os.path.join(self.folder, name + ".safetensors"))[0]
        return self.ingredients[name]

    def file(self, path):
        name = os.path.basename(path).removesuffix(".safetensors")
        if name not in EXPECTED:
            raise Wrong("it is not known what this has to be")
        tensors, metadata = read(path)
        if metadata.get("format") != "pt" or recipe_of(metadata) != EXPECTED[name]:
            raise Wrong(f"its label says {metadata}")
        want = set(self.ingredient(next(iter(EXPECTED[name]))))
        if set(tensors) != want:
            raise Wrong(f"other tensors: {sorted(set(tensors) ^ want)[:5]}")
        tried = False
        for key in sorted(tensors):
            try:
                tried |= self.tensor(name, key, tensors[key], not tried)
            except Wrong as e:
                raise Wrong(f"{key}: {e}") from None
            self.tensors += 1
        if not tried:
            raise Wrong("no tensor was fit to try the comparison on")
        # The package's own arrays, where it has the type.
        if all(dtype in ("F16", "F32", "F64", "I64") for dtype, _, _ in tensors.values()):
            for key, array in safetensors.numpy.load_file(path).items():
                dtype, shape, codes = tensors[key]
                if array.shape != shape or array.reshape(-1).view(f"<u{array.itemsize}").astype(np.uint64).tobytes() != codes.tobytes():
                    raise Wrong(f"{key}: the package reads other numbers")
        self.files += 1

    def tensor(self, name, key, tensor, trial):
        """Compares a tensor. With trial it also looks whether wrong numbers are
        noticed, if it can; it says whether it has."""
        dtype, shape, codes = tensor
        if key.endswith(".position_ids"):
            if dtype != "I64" or shape != (1, 77) or codes.tolist() != list(range(77)):
                raise Wrong("these are not 0 to 76")
            return False
        want = TYPES.get(name, "F16")
        if isinstance(want, dict):
            want = next(t for prefix, t in want.items() if key.startswith(prefix))
        form = VAE[name] if name in VAE and key.startswith("first_stage_model.") else EXPECTED[name]
        terms = [(c, *(self.ingredient(m)[key][i] for i in (0, 2))) for m, c in form.items()]
        if dtype != want or any(self.ingredient(m)[key][1] != shape for m in form):
            raise Wrong(f"it is {dtype} {shape}")
        if (split(dtype, codes)[1] >= FORMATS[dtype][2]).any():
            raise Wrong("there are numbers that are not finite")
        if len(terms) == 1 and terms[0][:2] == (1, dtype):
            if codes.tobytes() != terms[0][2].tobytes():
                raise Wrong("it is no copy")
            self.elements += len(codes)
            return trial and name == "copy"  # bytes: nothing to try
        ok = right(dtype, codes, terms) if dtype != "F64" else None
        by = right
        if ok is None:
            pick = slice(None, None, SAMPLE)
            codes, terms, by = codes[pick], [(c, t, x[pick]) for c, t, x in terms], right_by_fractions
            ok = by(dtype, codes, terms)
            self.sampled += len(codes)
        self.elements += len(codes)
        if not ok.all():
            i = int(np.flatnonzero(~ok)[0])
            total = sum(c * fraction(t, int(x[i])) for c, t, x in terms)
            raise Wrong(f"{int((~ok).sum())} of {len(ok)} numbers differ; the first, {i}, is {float(fraction(dtype, int(codes[i])))!r} and should be near {float(total)!r}")
        if trial and len(codes) > 100:
            # The next number up is wrong, always. So is the other sign.
            for change in (np.uint64(1), np.uint64(0)):
                other = codes + change if change else codes ^ np.uint64(1 << sum(FORMATS[dtype][:2]))
                bad = by(dtype, other, terms)
                if bad is None or bad.any():
                    raise Wrong("wrong numbers are not noticed")
            return True
        return False


def main(args):
    if len(args) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    c, wrong = Checker(args[0]), 0
    for folder in args[1:]:
        paths = sorted(glob.glob(os.path.join(folder, "*.safetensors")))
        if not paths:
            print(f"{folder}: there are no outputs")
            wrong += 1
        for path in paths:
            try:
                c.file(path)
            except Wrong as e:
                print(f"{path}: {e}")
                wrong += 1
    print(f"{c.files} files, {c.tensors} tensors and {c.elements} numbers are exactly right, {c.sampled} of them by fractions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
