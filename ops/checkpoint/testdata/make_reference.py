"""Writes checkpoints with the reference implementation of safetensors.

    python ops/checkpoint/testdata/make_reference.py ops/checkpoint/testdata/reference

makes the .safetensors files there and contents.tsv, which says what is in them
as the reference reads it: file, tensor, dtype, shape, SHA-256 of the data; or
file, "__metadata__", key, value. Texts are JSON strings. Nothing is random but
the order of several metadata keys, which the reference shuffles.
Made with safetensors 0.8.0 and numpy 2.4.6.
"""

import ctypes
import hashlib
import json
import pathlib
import sys

import numpy as np
from safetensors import TensorSpec, deserialize, safe_open, serialize_file
from safetensors.numpy import save_file

NUMPY = "bool uint8 int8 int16 uint16 float16 int32 uint32 float32 complex64 float64 int64 uint64".split()
RAW = {  # types that numpy lacks: name, bytes of a shape [2, 4]
    "bfloat16": 16, "float8_e4m3fn": 8, "float8_e5m2": 8, "float8_e8m0fnu": 8,
    "float8_e4m3fnuz": 8, "float8_e5m2fnuz": 8,
}
NAMES = ["", "é", "€", "😀", "a\"b", "a\\b", "a/b", "\b\f\n\r\t", "\x00\x01\x1f\x7f", "A", "Z", "a", "z", "a.10", "a.9", " a b ",
         "\ufeff", "\u2028", "model.diffusion_model.input_blocks.0.0.weight"]


def count(shape, dtype, start=1):
    n = int(np.prod(shape, dtype=np.int64))
    return (np.arange(start, start + n) % 251).astype(dtype).reshape(shape)


def files():
    """Yields name, tensors, metadata."""
    yield "empty", {}, None
    yield "metadata-alone", {}, {"format": "pt"}
    yield "metadata-one", {"a b": count((1,), "uint8")}, {"a/b c\n\u2028": "\"quoted\" \\ \x00\x1f\x7f\b\f\r\t é€😀"}
    yield "metadata-empty", {"a": count((1,), "uint8")}, {}
    yield "metadata-many", {"a": count((2,), "float16")}, {
        "format": "pt", "": "empty key", "empty value": "", "é€😀": "é€😀", "quotes \"\\/": "quotes \"\\/",
        "controls \x00\x1f\x7f\b\f\n\r\t": "controls \x00\x1f\x7f\b\f\n\r\t", "json": json.dumps({"a": [1, "b"]})}
    yield "types", {f"t.{d}": count((2, 3), d) for d in NUMPY}, {"format": "pt"}
    yield "types-order", {n: count((1,), d) for n, d in zip("zyxwvutsrqpon", NUMPY)}, None
    yield "shapes", {
        "scalar": count((), "float32"), "one": count((1,), "float32"), "none": count((0,), "float32"),
        "zero-first": count((0, 3), "float16"), "zero-last": count((3, 0), "float16"), "eight": count((1, 2, 1, 3, 1, 1, 2, 1), "uint8"),
        "conv": count((4, 3, 3, 3), "float16"), "ids": count((1, 77), "int64", 0), "marker": count((0,), "float32")}, {"format": "pt"}
    yield "names", {n: count((2,), "float16", i) for i, n in enumerate(NAMES)}, {"format": "pt"}
    yield "checkpoint", {
        "model.diffusion_model.input_blocks.0.0.weight": count((4, 4, 3, 3), "float16"),
        "model.diffusion_model.input_blocks.0.0.bias": count((4,), "float16"),
        "first_stage_model.quant_conv.weight": count((8, 8, 1, 1), "float32"),
        "cond_stage_model.transformer.text_model.embeddings.position_ids": count((1, 77), "int64", 0),
        "v_pred": count((0,), "float32")}, {"format": "pt"}
    for i in range(8):  # every length of padding
        yield f"padding-{i}", {"n" * (i + 1): count((1,), "uint8")}, None


def raw(path):
    """Writes tensors whose types only the lower interface has."""
    specs, keep = {}, []

    def add(name, dtype, shape, data):
        buffer = ctypes.create_string_buffer(data, len(data))
        keep.append(buffer)
        specs[name] = TensorSpec(dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=len(data))

    for dtype, size in RAW.items():
        add("t." + dtype, dtype, [2, 4], bytes(range(size)))
    add("t.float4", "float4_e2m1fn_x2", [2, 2], bytes(range(4)))  # stored two to a byte: [2, 4] of F4
    add("u.uint8", "uint8", [3], b"abc")
    serialize_file(specs, path, metadata={"format": "pt"})


def describe(name, path, rows):
    with safe_open(path, framework="np") as f:
        metadata = f.metadata() or {}
        types = {k: f.get_slice(k).get_dtype() for k in f.keys()}
    for k, v in sorted(metadata.items()):
        rows.append((name, "__metadata__", json.dumps(k), json.dumps(v)))
    for k, t in sorted(deserialize(path.read_bytes())):
        shape = "x".join(map(str, t["shape"])) or "scalar"
        rows.append((name, json.dumps(k), types[k], shape, hashlib.sha256(bytes(t["data"])).hexdigest()))


def main():
    out, rows = pathlib.Path(sys.argv[1]), []
    for name, tensors, metadata in files():
        path = out / f"{name}.safetensors"
        save_file(tensors, path, metadata=metadata)
        describe(name, path, rows)
    raw(out / "types-raw.safetensors")
    describe("types-raw", out / "types-raw.safetensors", rows)
    for path in out.glob("*.safetensors"):
        path.chmod(0o644)
    (out / "contents.tsv").write_text("".join("\t".join(r) + "\n" for r in rows))


main()
