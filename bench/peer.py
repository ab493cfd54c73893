"""Mixes checkpoints as people do it without cosmo, and prints the seconds from
the first reading until `sync` has returned, and the memory used at most.

    peer.py torch OUTPUT A B [C]    load, add, save
    peer.py mecha OUTPUT A B [C]    sd-mecha

Two inputs are mixed 70/30, in their own type; three 60/20/20, in fp32. What
importing the libraries takes is not counted.
"""

import os
import resource
import sys
import time


def torch_mix(output, names):
    """PyTorch: everything in memory, one tensor after the other."""
    files = [load_file(name) for name in names]
    mixed = {}
    for key, first in files[0].items():
        if len(files) == 2:
            mixed[key] = 0.7 * first + 0.3 * files[1][key]
        else:
            a, b, c = (f[key].float() for f in files)
            mixed[key] = (0.6 * a + 0.2 * b + 0.2 * c).to(first.dtype)
    save_file(mixed, output)


def mecha_mix(output, names):
    """sd-mecha, told to keep the type of the files."""
    a, b, *rest = (sd_mecha.model(os.path.abspath(name)) for name in names)
    if rest:
        mix = sd_mecha.weighted_sum(sd_mecha.weighted_sum(a, b, alpha=0.25), rest[0], alpha=0.2)
    else:
        mix = sd_mecha.weighted_sum(a, b, alpha=0.3)
    sd_mecha.merge(mix, output=os.path.abspath(output), merge_device="cpu",
                   merge_dtype=torch.float32, output_dtype=torch.float16)


peer, output, *names = sys.argv[1:]
import torch  # noqa: E402

if peer == "torch":
    from safetensors.torch import load_file, save_file

    mix = torch_mix
else:
    import sd_mecha

    mix = mecha_mix

start = time.monotonic()
mix(output, names)
os.sync()
print(f"{time.monotonic() - start:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
