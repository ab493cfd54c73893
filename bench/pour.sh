#!/usr/bin/env bash
# Times the full-size pour of recipes/bench-sd15 against a program that does
# nothing but the same reading and writing, in turn, and prints both:
#
#	bench/pour.sh FOLDER [RUNS]
#
# FOLDER is on the disk to measure, with 60 GB free. The first call makes the
# ingredients there as files (17 GB); they stay for the next.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
dir=$(cd "$1" && pwd)
runs=${2:-5}
go build -o "$dir/cosmo" ./cmd/cosmo
go build -o "$dir/floor" ./bench/floor
export COSMO_STORE="$dir/store"

names=(512 768 V1 V3 epicrealism dreamshaper realistic_vision revanimated)
mkdir -p "$dir/recipe" "$dir/ingredients"
cp recipes/bench-sd15/recipe.hcl "$dir/recipe/recipe.hcl"
for name in "${names[@]}"; do
  file="$dir/ingredients/$name.safetensors"
  if [ ! -e "$file" ]; then
    # A vodka that is one model is a copy of its bytes.
    seed=$(sed -n "s/^model \"$name\" .*seed=\([0-9]*\).*/\1/p" recipes/bench-sd15/recipe.hcl)
    printf 'model "it" { source = "synth:sd15?seed=%s&from=15&dtype=fp16" }\nrelease "it" {\n  model = model.it\n  file  = "ingredients/%s.safetensors"\n}\n' "$seed" "$name" > "$dir/one.hcl"
    "$dir/cosmo" --store "$dir/making" apply "$dir/one.hcl" > /dev/null
    rm -rf "$dir/making" "$dir/one.hcl" "$dir/one.lock.hcl"
  fi
  sed -i "s|^model \"$name\" .*|model \"$name\" { source = \"$file\" }|" "$dir/recipe/recipe.hcl"
done
reads=$(printf ",$dir/ingredients/%s.safetensors" "${names[@]}")
reads=${reads:1}

# Forget what was poured; what is known of the ingredients stays.
forget() { rm -rf "$dir/recipe/out" "$dir/recipe"/*.lock.hcl "$dir"/store/index/?? "$dir"/store/objects/??; }
pour() {
  forget
  /usr/bin/time -f '%M KB at most' -o "$dir/rss" "$dir/cosmo" --json apply "$dir/recipe" |
    sed -n 's/.*"type":"summary".*"pour_seconds":\([0-9.]*\).*/cosmo \1 s/p'
  cat "$dir/rss"
  forget
}
floor() {
  "$dir/floor" pour -reads "$reads" -write "$dir/floor.out" -count 10 -size 2132628614 "$@" |
    sed 's/.*"seconds":\([0-9.]*\).*/floor \1 s/'
}

echo "first hashing of the ingredients, and the first pour:"
pour
echo "warm:"
for _ in $(seq "$runs"); do
  cat "$dir"/ingredients/*.safetensors > /dev/null
  pour
  cat "$dir"/ingredients/*.safetensors > /dev/null
  floor
done
echo "cold:"
for _ in $(seq "$runs"); do
  floor -cold
  for f in "$dir"/ingredients/*.safetensors; do dd if="$f" iflag=nocache count=0 status=none; done
  pour
done
