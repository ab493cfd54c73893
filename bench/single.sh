#!/usr/bin/env bash
# Times one mix of full-size checkpoints, fp16: SD 1.5 of two and of three,
# SDXL of two. Three things are measured, each beside what it cannot beat:
#
#	kernel      the mix alone, thrown away: against a plain loop that reads,
#	            widens, multiplies, adds, divides and throws away
#	published   the mix in the store, durable, with its root: against the
#	            same bytes written durably
#	release     the same with a label and the SHA-256 of the whole file, which
#	            is one chain that no number of cores makes faster
#
# and for SD 1.5 PyTorch and sd-mecha, when `python3 -c "import torch, sd_mecha"`
# works (pip install torch safetensors sd-mecha):
#
#	bench/single.sh FOLDER [RUNS]
#
# FOLDER is on the disk to measure, with 30 GB free; the first call makes the
# ingredients there, which stay for the next. PYTHON names another Python.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
dir=$(cd "$1" && pwd)
runs=${2:-5}
python=${PYTHON:-python3}
. bench/common.sh
go build -o "$dir/cosmo" ./cmd/cosmo
go build -o "$dir/floor" ./bench/floor
go test -c -o "$dir/kernel.test" ./ops/mix/kernel
rm -rf "$dir/store" "$dir/recipe"
export COSMO_STORE="$dir/store"
: > "$dir/times"

ingredient 512 512 sd15 fp16
ingredient 768 768 sd15 fp16
ingredient V1 1 sd15 fp16
ingredient xl-1 1 sdxl fp16
ingredient xl-2 2 sdxl fp16

# seconds KIND prints the seconds cosmo takes to pour a vodka or a release.
seconds() {
  forget
  apply "$dir/recipe" "$1.mix"
  forget
}

# peers NAME FILE… prints what the peers take for the same mix.
peers() {
  "$python" -c 'import torch, sd_mecha' 2> "$dir/peers" || { echo "$1: no PyTorch and sd-mecha to measure beside"; return; }
  for peer in torch mecha; do
    : > "$dir/theirs"
    for _ in $(seq $(((runs + 1) / 2))); do
      warm "${@:2}"
      OMP_NUM_THREADS=1 "$python" bench/peer.py "$peer" "$dir/peer.safetensors" "${@:2}" 2> "$dir/peers" >> "$dir/theirs" ||
        { echo "$1, $peer: failed: $(tail -c 200 "$dir/peers")"; continue 2; }
      rm -f "$dir/peer.safetensors"
    done
    awk -v n="$1" -v p="$peer" -v a="$(cut -d' ' -f1 "$dir/theirs" | median)" -v c="$published" -v m="$(cut -d' ' -f2 "$dir/theirs" | sort -n | tail -n1)" \
      'BEGIN { printf "%s, %s: %.2f s, %.1f times what cosmo takes, %.1f GB of memory\n", n, p, a, a / c, m / 1e6 }'
  done
}

for job in "SD 1.5, two;70/30;512 768" "SD 1.5, three;60/20/20;512 768 V1" "SDXL, two;70/30;xl-1 xl-2"; do
  IFS=';' read -r name weights models <<< "$job"
  files=()
  mkdir -p "$dir/recipe"
  : > "$dir/recipe/recipe.hcl"
  for model in $models; do
    files+=("$dir/ingredients/$model.safetensors")
    echo "model \"$model\" { source = \"$dir/ingredients/$model.safetensors\" }" >> "$dir/recipe/recipe.hcl"
  done
  cat >> "$dir/recipe/recipe.hcl" <<RECIPE
cocktail "mix" {
  weights = "$weights"
  of      = [$(printf 'model["%s"], ' $models)]
}

release "mix" {
  model = cocktail.mix
  file  = "out/mix.safetensors"
}
RECIPE
  size=$(stat -c %s "${files[0]}")

  warm "${files[@]}"
  COSMO_BENCH_FILES=$(IFS=,; echo "${files[*]}") "$dir/kernel.test" -test.run xxx -test.bench Files -test.benchtime 3x -test.count "$runs" |
    awk -v n="$name" '/^BenchmarkFiles/ { sub(/^BenchmarkFiles\//, "", $1); sub(/-[0-9]+$/, "", $1); if (!($1 in k)) order[++names] = $1; a[$1, ++k[$1]] = $3 }
      function med(x, i, j, t, m) { m = k[x]; for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++) if (a[x, j] < a[x, i]) { t = a[x, i]; a[x, i] = a[x, j]; a[x, j] = t }; return a[x, int((m + 1) / 2)] }
      END { for (i = 1; i <= names; i++) printf "%s, kernel %s: %.2f s, %.0f %% of the plain loop\n", n, order[i], med(order[i]) / 1e9, 100 * med("floor") / med(order[i]) }'

  chill "${files[@]}"
  first=$(seconds cocktail)
  echo "$name, cold, with the first hashing of the ingredients: cosmo $first s"
  for kind in cocktail release; do
    : > "$dir/ours"
    : > "$dir/theirs"
    for _ in $(seq "$runs"); do
      warm "${files[@]}" && seconds "$kind" >> "$dir/ours"
      floor write -file "$dir/floor.out" -size "$size" >> "$dir/theirs"
    done
    if [ "$kind" = cocktail ]; then
      published=$(median < "$dir/ours")
      compare "$name, published"
    else
      compare "$name, release"
    fi
  done
  case $name in SD*1.5*) peers "$name" "${files[@]}" ;; esac # SDXL would need 21 GB of memory
done
memory
