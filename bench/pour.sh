#!/usr/bin/env bash
# Times the full-size pour of recipes/bench-sd15 against a program that does
# nothing but the same reading and writing, in turn, and prints both and the
# ratio of their medians, with the ingredients in the page cache and without:
#
#	bench/pour.sh FOLDER [RUNS]
#
# FOLDER is on the disk to measure, with 40 GB free. The first call makes the
# ingredients there as files (17 GB); they stay for the next.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
dir=$(cd "$1" && pwd)
runs=${2:-5}
. bench/common.sh
go build -o "$dir/cosmo" ./cmd/cosmo
go build -o "$dir/floor" ./bench/floor
rm -rf "$dir/store" "$dir/recipe"
export COSMO_STORE="$dir/store"

mkdir -p "$dir/recipe"
cp recipes/bench-sd15/recipe.hcl "$dir/recipe/recipe.hcl"
files=()
for name in 512 768 V1 V3 epicrealism dreamshaper realistic_vision revanimated; do
  seed=$(sed -n "s/^model \"$name\" .*seed=\([0-9]*\).*/\1/p" recipes/bench-sd15/recipe.hcl)
  ingredient "$name" "$seed" sd15 fp16
  file="$dir/ingredients/$name.safetensors"
  files+=("$file")
  sed -i "s|^model \"$name\" .*|model \"$name\" { source = \"$file\" }|" "$dir/recipe/recipe.hcl"
done
reads=$(IFS=,; echo "${files[*]}")

# Each prints the seconds it took: cosmo from start to exit, the floor from its
# first request to the last fsync.
pour() {
  forget
  apply "$dir/recipe"
  forget
}
plain() { floor pour -reads "$reads" -write "$dir/floor.out" -count 10 -size 2132628614 "$@"; }

: > "$dir/times"
chill "${files[@]}"
first=$(pour)
echo "cold, with the first hashing of the ingredients: cosmo $first s"
for kind in warm cold; do
  : > "$dir/ours"
  : > "$dir/theirs"
  for _ in $(seq "$runs"); do
    if [ "$kind" = warm ]; then
      warm "${files[@]}" && pour >> "$dir/ours"
      warm "${files[@]}" && plain >> "$dir/theirs"
    else
      chill "${files[@]}" && pour >> "$dir/ours"
      plain -cold >> "$dir/theirs"
    fi
    printf '%s: cosmo %s s, floor %.2f s\n' "$kind" "$(tail -n1 "$dir/ours")" "$(tail -n1 "$dir/theirs")"
  done
  compare "$kind"
done
memory
