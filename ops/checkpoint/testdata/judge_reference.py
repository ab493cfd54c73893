"""Asks the reference implementation of safetensors what it says of files.

    go test ./ops/checkpoint -run TestVerdicts -args -files DIR
    python ops/checkpoint/testdata/judge_reference.py DIR > ops/checkpoint/testdata/verdicts.tsv

The first command writes the hostile files of the tests into DIR. The result has
one line per file: its name, the SHA-256 of its bytes, and what the reference
said. Made with safetensors 0.8.0.
"""

import hashlib
import pathlib
import sys

import safetensors


def verdict(path):
    try:
        with safetensors.safe_open(path, framework="np") as f:
            f.keys()
    except Exception as e:
        text = str(e).removeprefix("Error while deserializing header: ")
        return "refused: " + " ".join(text.split())
    return "accepted"


def main():
    print(f"# safetensors {safetensors.__version__}")
    for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), verdict(path), sep="\t")


main()
