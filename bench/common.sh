# What the scripts of this folder share. They set dir, the folder to measure in.

# ingredient NAME SEED ARCH DTYPE makes a full-size checkpoint, once.
ingredient() {
  local file="$dir/ingredients/$1.safetensors"
  if [ ! -e "$file" ]; then
    mkdir -p "$dir/ingredients" "$dir/making"
    cat > "$dir/making/recipe.hcl" <<RECIPE
model "it" { source = "synth:$3?seed=$2&from=15&dtype=$4" }

release "it" {
  model = model.it
  file  = "it.safetensors"
}
RECIPE
    "$dir/cosmo" --store "$dir/making/store" apply "$dir/making" > /dev/null
    mv "$dir/making/it.safetensors" "$file"
    rm -rf "$dir/making"
  fi
}

# warm brings files into the page cache, chill drops them from it.
warm() { cat "$@" > /dev/null; }
chill() { for f in "$@"; do dd if="$f" iflag=nocache count=0 status=none; done; }

# apply ARGUMENT… runs cosmo, adds "SECONDS KB" to the file times, and prints the
# seconds. forget removes what was poured; what is known of the ingredients stays.
apply() {
  command time -f '%e %M' -o "$dir/time" "$dir/cosmo" --json apply "$@" > "$dir/events" || return
  cat "$dir/time" >> "$dir/times"
  cut -d' ' -f1 "$dir/time"
}
forget() { rm -rf "$dir/recipe/out" "$dir/recipe"/*.lock.hcl "$dir"/store/index/?? "$dir"/store/objects/??; }

# floor ARGUMENT… runs the plain program and prints the seconds.
floor() { "$dir/floor" "$@" | sed 's/.*"seconds":\([0-9.]*\).*/\1/'; }

# median of the numbers on standard input.
median() { sort -n | awk '{ a[NR] = $1 } END { printf "%.2f", NR % 2 ? a[(NR+1)/2] : (a[NR/2] + a[NR/2+1]) / 2 }'; }

# compare NAME prints the medians of the files ours and theirs, and their ratio.
compare() {
  awk -v k="$1" -v a="$(median < "$dir/ours")" -v b="$(median < "$dir/theirs")" \
    'BEGIN { printf "%s, medians: cosmo %.2f s, floor %.2f s: %.2f times the floor\n", k, a, b, a / b }'
}

memory() { echo "cosmo used at most $(cut -d' ' -f2 "$dir/times" | sort -n | tail -n1) KB of memory"; }
