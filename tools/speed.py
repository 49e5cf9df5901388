#!/usr/bin/env python3
"""Time single operators: emitted C beside ONNX Runtime's kernel, one thread each.

    speed.py [--tcc build/release/tcc-compile] [--only WORD]... [--markdown FILE] [TABLE]

Each row of the table (tools/speed.txt, which says how rows are written) becomes a model of one node. It is compiled
(--target native, `cc -O2`) and loaded beside ONNX Runtime into this process; results are compared, then the two take
turns, and the least processor time of a run counts, which other programs disturb least. All rows are measured three times,
some time apart: once more for some of them only would favour one of the two. Small inputs change from run to run, so that no
branch is known by heart. Rows are printed worst first; one that we do not compile makes the exit code 1.
Needs numpy, onnx and onnxruntime.
"""
import argparse
import ast
import ctypes
import datetime
import hashlib
import math
import os
import platform
import re
import subprocess
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TYPES = {"f32": "FLOAT", "f64": "DOUBLE", "f16": "FLOAT16", "i8": "INT8", "u8": "UINT8",
         "i16": "INT16", "u16": "UINT16", "i32": "INT32", "u32": "UINT32", "i64": "INT64", "u64": "UINT64", "bool": "BOOL",
         "i4": "INT4", "u4": "UINT4"}
DTYPES = {name: getattr(TensorProto, TYPES[name]) for name in TYPES}
TURN_S = 0.004   # processor time of one turn
TURNS = 15
ROUNDS = 3       # of all rows
FEEDS = 64           # inputs that take turns ...
FEED_BYTES = 1 << 15 # ... where they are no larger than that


class Skip(Exception):
    """One of the two cannot run this row; the text says why."""


class Refused(Exception):
    """We do not compile it, which is a fault."""


# ---- the table ----

def split(text, separator=","):
    """At separators outside of brackets."""
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c in "[({") - (c in "])}")
        if c == separator and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return parts + [part.strip()] if part.strip() or parts else []


class Row:
    """OPERATOR[@OPSET](INPUT, ...) [ATTRIBUTE=VALUE ...] [-> OUTPUTS]"""

    def __init__(self, line):
        self.text = line
        m = re.match(r"([\w.]+)(?:@(\d+))?\((.*)\)\s*(.*?)\s*(?:->\s*(\d+))?$", line)
        if not m:
            sys.exit(f"speed.py: not a row: {line}")
        name, opset, inputs, attributes, outputs = m.groups()
        self.domain, _, self.op = name.rpartition(".")
        self.opset = int(opset) if opset else {"": 21, "ai.onnx.ml": 3, "com.microsoft": 1}[self.domain]
        self.inputs = split(inputs)
        self.attributes = {}
        for a in split(attributes, " "):
            if a:
                key, value = a.split("=", 1)
                self.attributes[key] = ast.literal_eval(value)
        self.outputs = int(outputs or 1)
        self.id = self.op + "_" + hashlib.sha256(line.encode()).hexdigest()[:10]


def numbers(text):
    return np.array(ast.literal_eval(text))


def fill(rng, kind, dims, domain):
    """An array of that type: what `domain` says, or by default floats of -1..1 and integers that fit a byte."""
    np_type = helper.tensor_dtype_to_np_dtype(DTYPES[kind])
    if domain == "sorted":
        return np.sort(rng.uniform(-1, 1, dims)).astype(np_type)
    if domain == "permutation":
        return rng.permutation(math.prod(dims)).reshape(dims).astype(np_type)
    if domain == "boxes":
        corner, size = rng.uniform(0, 400, (*dims[:-1], 2)), rng.uniform(20, 200, (*dims[:-1], 2))
        return np.concatenate([corner, corner + size], -1).astype(np_type)
    if kind == "bool":
        return rng.random(dims) < (float(domain) if domain else 0.5)
    if domain:
        low, high = (float(x) for x in domain.split(".."))
    else:
        low, high = {"f": (-1, 1), "b": (-1, 1), "i": (-100, 100), "u": (0, 200)}[kind[0]]
    if kind[0] in "fb":
        return rng.uniform(low, high, dims).astype(np_type)
    if kind in ("i4", "u4"):
        low, high = (-8, 7) if kind == "i4" else (0, 15)
    return rng.integers(int(low), int(high) + 1, dims).astype(np_type)


INPUT = re.compile(r"(const )?(\w+?)(?:\[([\d,]*)\])?(?:=(.+)|:(\S+))?$")


def input_of(text, rng):
    """(array, element type, constant): const TYPE[DIMS]:DOMAIN or TYPE=VALUE"""
    m = INPUT.match(text)
    if not m or m[2] not in TYPES:
        sys.exit(f"speed.py: not an input: {text}")
    constant, kind, dims, value, domain = m.groups()
    if value:
        array = numbers(value).astype(helper.tensor_dtype_to_np_dtype(DTYPES[kind]))
        return array, kind, True
    shape = [int(d) for d in dims.split(",")] if dims else []
    return fill(rng, kind, shape, domain), kind, bool(constant)


def forest(op, trees, depth, features, rng):
    """The attributes of an ensemble of full trees."""
    inner, nodes = 2 ** depth - 1, 2 ** (depth + 1) - 1
    index = np.arange(nodes)
    leaf = index >= inner
    target = "class" if op == "TreeEnsembleClassifier" else "target"
    a = {
        "nodes_treeids": np.repeat(np.arange(trees), nodes), "nodes_nodeids": np.tile(index, trees),
        "nodes_featureids": np.where(np.tile(leaf, trees), 0, rng.integers(0, features, trees * nodes)),
        "nodes_values": rng.uniform(-1, 1, trees * nodes),
        "nodes_truenodeids": np.tile(np.where(leaf, 0, 2 * index + 1), trees),
        "nodes_falsenodeids": np.tile(np.where(leaf, 0, 2 * index + 2), trees),
        target + "_treeids": np.repeat(np.arange(trees), nodes - inner),
        target + "_nodeids": np.tile(index[leaf], trees),
        target + "_weights": rng.uniform(-1, 1, trees * (nodes - inner)),
        target + "_ids": rng.integers(0, 3, trees * (nodes - inner)) if target == "class" else
        np.zeros(trees * (nodes - inner), int)}
    a = {k: v.tolist() for k, v in a.items()}
    a["nodes_modes"] = ["LEAF" if x else "BRANCH_LEQ" for x in leaf] * trees
    a.update({"classlabels_int64s": [0, 1, 2]} if target == "class" else {"n_targets": 1})
    return a


def ngrams(words, grams, rng):
    return {"mode": "TF", "min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 0, "ngram_counts": [0, grams],
            "ngram_indexes": list(range(2 * grams)),
            "pool_int64s": rng.permutation(words)[:grams].tolist() + rng.integers(0, words, 2 * grams).tolist()}


def attributes_of(row, rng):
    a = dict(row.attributes)
    if "forest" in a:
        a.update(forest(row.op, *a.pop("forest"), rng))
    if "ngrams" in a:
        a.update(ngrams(*a.pop("ngrams"), rng))
    if row.op in ("Cast", "QuantizeLinear", "EyeLike") or row.op.endswith("Window"):
        for key in ("to", "dtype", "output_dtype", "output_datatype"):
            if key in a:
                a[key] = DTYPES[a[key]]
    return a


def build(row):
    """The model, and what runs feed it in turn: arrays for its inputs."""
    rng = np.random.default_rng(1)
    names, infos, constants, feed, texts = [], [], [], {}, {}
    for i, text in enumerate(row.inputs):
        if text == "_":
            names.append("")
            continue
        array, kind, constant = input_of(text, rng)
        names.append(f"x{i}")
        if constant:
            constants.append(helper.make_tensor(names[-1], DTYPES[kind], array.shape, array.ravel())
                             if kind in ("i4", "u4") else numpy_helper.from_array(array, names[-1]))
        else:
            infos.append(helper.make_tensor_value_info(names[-1], DTYPES[kind], array.shape))
            feed[names[-1]] = array
            texts[names[-1]] = text
    outputs = [f"y{i}" for i in range(row.outputs)]
    attributes = attributes_of(row, rng)
    node = helper.make_node(row.op, names, outputs, domain=row.domain)
    node.attribute.extend(helper.make_attribute(k, v) for k, v in attributes.items())
    opsets = [helper.make_opsetid("", 21)] + ([helper.make_opsetid(row.domain, row.opset)] if row.domain else [])
    if not row.domain:
        opsets[0].version = row.opset
    graph = helper.make_graph([node], row.op, infos, [onnx.ValueInfoProto(name=y) for y in outputs], constants)
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    small = sum(a.nbytes for a in feed.values()) <= FEED_BYTES
    others = FEEDS - 1 if small else 0
    return model, [feed] + [{name: input_of(text, rng)[0] for name, text in texts.items()} for _ in range(others)]


# ---- the two ----

class Ort:
    def __init__(self, model, feeds):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self.session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                        providers=["CPUExecutionProvider"])
        except Exception as e:
            raise Skip("ort: " + str(e).splitlines()[0][-120:])
        self.values = [{k: onnxruntime.OrtValue.ortvalue_from_numpy(v) for k, v in feed.items()} for feed in feeds]
        self.bindings = [self.bind(values) for values in self.values]
        self.at = 0
        self.once()
        self.results = self.bindings[0].copy_outputs_to_cpu()
        for output, result in zip(self.session.get_outputs(), self.results):
            if all(isinstance(d, int) for d in output.shape):
                value = onnxruntime.OrtValue.ortvalue_from_numpy(result)
                for binding in self.bindings:
                    binding.bind_ortvalue_output(output.name, value)

    def bind(self, values):
        binding = self.session.io_binding()
        for name, value in values.items():
            binding.bind_ortvalue_input(name, value)
        for output in self.session.get_outputs():
            binding.bind_output(output.name)
        return binding

    def types(self):
        return [(o.name, o.type, r.shape, all(isinstance(d, int) for d in o.shape))
                for o, r in zip(self.session.get_outputs(), self.results)]

    def once(self):
        self.session.run_with_iobinding(self.bindings[self.at])
        self.at = (self.at + 1) % len(self.bindings)


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * 8)]


class Info(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("kind", ctypes.c_int32), ("dtype", ctypes.c_int32),
                ("rank", ctypes.c_int32), ("dims", ctypes.c_int64 * 8), ("dynamic", ctypes.c_uint32),
                ("bytes", ctypes.c_size_t), ("scale", ctypes.c_float), ("zero_point", ctypes.c_int32)]


RUN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Tensor), ctypes.POINTER(Tensor), ctypes.c_void_p)
INIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Model(ctypes.Structure):
    _fields_ = [("abi", ctypes.c_uint32), ("name", ctypes.c_char_p), ("sha", ctypes.c_char_p),
                ("target", ctypes.c_char_p), ("n_inputs", ctypes.c_int32), ("n_outputs", ctypes.c_int32),
                ("inputs", ctypes.POINTER(Info)), ("outputs", ctypes.POINTER(Info)),
                ("workspace_bytes", ctypes.c_size_t), ("workspace_align", ctypes.c_size_t),
                ("weights_bytes", ctypes.c_size_t), ("init", INIT), ("run", RUN)]


def aligned(size):
    raw = np.zeros(size + 64, np.uint8)
    return raw[-raw.ctypes.data % 64:][:size]


class Tcc:
    def __init__(self, library, model, feeds):
        self.library = ctypes.CDLL(library)
        self.model = Model.in_dll(self.library, "op_model")
        m = self.model
        self.workspace = aligned(m.workspace_bytes)
        if m.init(self.workspace.ctypes.data, None, 0):
            raise Skip("tcc: init failed")
        self.outputs, self.kept, self.made = (Tensor * 64)(), [], []
        self.inputs = [self.place(feed) for feed in feeds]
        for i in range(m.n_outputs):
            self.made.append(aligned(max(m.outputs[i].bytes, 1)))
            self.outputs[i] = Tensor(self.made[i].ctypes.data)
        self.at = 0
        status = self.once()
        if status:
            raise Skip(f"tcc: run ends with {status}")

    def place(self, feed):
        m, inputs = self.model, (Tensor * 64)()
        for i in range(m.n_inputs):
            array = np.ascontiguousarray(feed[m.inputs[i].name.decode()])
            place = aligned(max(array.nbytes, 1))
            place[:array.nbytes] = np.frombuffer(array.tobytes(), np.uint8)
            self.kept.append(place)
            inputs[i] = Tensor(place.ctypes.data, m.inputs[i].dtype, array.ndim, (ctypes.c_int64 * 8)(*array.shape))
        return inputs

    def once(self):
        status = self.model.run(self.workspace.ctypes.data, self.inputs[self.at], self.outputs, None)
        self.at = (self.at + 1) % len(self.inputs)
        return status

    def results(self):
        out = []
        for i in range(self.model.n_outputs):
            t = self.outputs[i]
            shape = tuple(t.dims[:t.rank])
            np_type = np.dtype(helper.tensor_dtype_to_np_dtype(t.dtype))
            size = math.prod(shape) * np_type.itemsize
            place = self.made[i]
            out.append(np.frombuffer(place[:size].tobytes(), np_type).reshape(shape))
        return out


def compile_row(row, model, folder, tcc, target):
    """A library of the row's model for that target, made anew where the compiler now emits another file."""
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    base = os.path.join(folder, target, row.id)
    before = ""
    if os.path.exists(base + ".so"):
        if os.path.getmtime(base + ".so") > os.path.getmtime(tcc):
            return base + ".so"
        with open(base + ".c", encoding="ascii") as f:
            before = f.read()
    onnx.save(model, base + ".onnx")
    done = subprocess.run([tcc, base + ".onnx", "-o", base + ".c", "--prefix", "op", "--target", target, "-q"],
                          capture_output=True, text=True)
    if done.returncode:
        raise Refused((done.stderr.splitlines() or [f"ended with {done.returncode}"])[0].split(": ", 2)[-1][:160])
    with open(base + ".c", encoding="ascii") as f:
        if f.read() == before:
            os.utime(base + ".so")
            return base + ".so"
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-fPIC", "-shared", base + ".c", "-o", base + ".so", "-lm"],
                   check=True)
    return base + ".so"


def set_outputs(model, types):
    """What ONNX Runtime says of the outputs; a size that data decide is left open."""
    kinds = {"tensor(float)": "f32", "tensor(double)": "f64", "tensor(float16)": "f16",
             "tensor(bool)": "bool", **{f"tensor({s}int{b})": f"{'u' if s else 'i'}{b}"
                                        for s in ("", "u") for b in (4, 8, 16, 32, 64)}}
    for info, (name, kind, shape, fixed) in zip(model.graph.output, types):
        shape = shape if fixed else [None] * len(shape)
        info.CopyFrom(helper.make_tensor_value_info(name, DTYPES[kinds[kind]], shape))


def differ(ours, theirs):
    """Why two results are not the same, or None."""
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            return f"output {i}: {a.shape} beside {b.shape}"
        if a.dtype.kind in "biu" and b.dtype.kind in "biu":
            bad = np.abs(a.astype(np.int64) - b.astype(np.int64)) > (1 if a.dtype.itemsize == 1 and a.dtype.kind != "b" else 0)
        else:
            a, b = a.astype(np.float64), b.astype(np.float64)
            loose = 2e-2 if theirs[i].dtype.itemsize <= 2 else 1e-3
            bad = ~np.isclose(a, b, rtol=loose, atol=loose * 0.1 * max(1e-30, np.abs(b[np.isfinite(b)]).max(initial=0)),
                              equal_nan=True)
        if bad.size and bad.mean() > 1e-3:
            return f"output {i}: {bad.mean():.1%} of its elements differ"
    return None


def turn(engine, runs):
    start = time.thread_time()
    for _ in range(runs):
        engine.once()
    return (time.thread_time() - start) / runs


def measure(ours, theirs, turns):
    counts = []
    for engine in (ours, theirs):
        turn(engine, 1)
        counts.append(max(1, int(TURN_S / max(1e-7, min(turn(engine, 1) for _ in range(3))))))
    times = [(turn(ours, counts[0]), turn(theirs, counts[1])) for _ in range(turns)]
    return min(t[0] for t in times), min(t[1] for t in times)


# ---- the whole ----

class Result:
    def __init__(self, row):
        self.row, self.note, self.refused, self.ours, self.theirs = row, "", False, 0, 0

    @property
    def ratio(self):
        return self.ours / self.theirs if self.theirs else 0


def prepare(row, args):
    result = Result(row)
    try:
        model, feeds = build(row)
        theirs = Ort(model, feeds[:1])
        set_outputs(model, theirs.types())
        result.library = compile_row(row, model, args.work, os.path.abspath(args.tcc), args.target)
        result.model, result.feeds = model, feeds
    except Skip as e:
        result.note = str(e)
    except Refused as e:
        result.note = f"tcc: {e}"
        result.refused = True
    return result


def time_row(result, turns):
    theirs = Ort(result.model, result.feeds)
    try:
        ours = Tcc(result.library, result.model, result.feeds)
    except Skip as e:
        result.note = str(e)
        return
    result.note = differ(ours.results(), theirs.results) or ""
    ours_s, theirs_s = measure(ours, theirs, turns)
    result.ours = min(result.ours or ours_s, ours_s)
    result.theirs = min(result.theirs or theirs_s, theirs_s)


def processor():
    """The first processor's name; clouds shorten it, so its family and model too: 26 of AMD is Zen 5."""
    facts = {}
    with open("/proc/cpuinfo", encoding="ascii") as f:
        for line in f:
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    if "model name" not in facts:
        return platform.processor()
    return f"{facts['model name']} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"


def table(results):
    lines = ["| operator | ONNX Runtime, us | emitted C, us | ratio |", "|---|--:|--:|--:|"]
    for r in sorted(results, key=lambda r: -r.ratio):
        note = f" ({r.note})" if r.note else ""
        lines.append(f"| `{r.row.text}`{note} | {r.theirs * 1e6:.1f} | {r.ours * 1e6:.1f} | {r.ratio:.2f} |")
    return lines


def summary(results):
    ratios = [r.ratio for r in results]
    mean = math.exp(sum(map(math.log, ratios)) / max(1, len(ratios)))
    return (f"{sum(x <= 1.0 for x in ratios)} of {len(ratios)} at most 1.00; geometric mean {mean:.3f}.")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("table", nargs="?", default=os.path.join(here, "speed.txt"))
    p.add_argument("--tcc", default=os.path.join(here, "../build/release/tcc-compile"))
    p.add_argument("--target", default="native")
    p.add_argument("--work", default=os.path.join(here, "../build/speed"))
    p.add_argument("--only", action="append", help="rows with this word in their text")
    p.add_argument("--turns", type=int, default=TURNS)
    p.add_argument("--no-timing", action="store_true", help="only compile what is not compiled yet")
    p.add_argument("--markdown", help="a file for the table")
    args = p.parse_args()
    os.makedirs(args.work, exist_ok=True)
    with open(args.table, encoding="ascii") as f:
        rows = [Row(line.strip()) for line in f if line.strip() and not line.startswith("#")]
    if args.only:
        rows = [r for r in rows if any(w in r.text for w in args.only)]
    results = [prepare(row, args) for row in rows]
    for r in results:
        if r.note:
            print(f"left out: {r.row.text}: {r.note}", file=sys.stderr)
    refused = sum(r.refused for r in results)
    if args.no_timing:
        return refused
    timed = [r for r in results if not r.note]
    for _ in range(ROUNDS):
        for r in timed:
            time_row(r, args.turns)
    for r in timed:
        if not r.theirs:
            print(f"left out: {r.row.text}: {r.note}", file=sys.stderr)
    timed = [r for r in timed if r.theirs]
    lines = table(timed)
    print("\n".join(lines + ["", summary(timed)]))
    if args.markdown:
        with open(args.markdown, "w", encoding="ascii") as f:
            f.write("\n".join(head(timed, args.target) + lines) + "\n")
    return refused


def head(results, target):
    cc = subprocess.run([os.environ.get("CC", "cc"), "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return ["# Single operators beside ONNX Runtime", f"Written by `tools/speed.py` from `tools/speed.txt` on "
            f"{datetime.date.today()}: {processor()}, one thread, onnxruntime {onnxruntime.__version__}, {cc} at -O2, "
            f"target {target}.",
            "Least processor time of a run on a machine that others used too, results compared; a ratio below 1: emitted C is "
            "faster.", "", summary(results), ""]


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
