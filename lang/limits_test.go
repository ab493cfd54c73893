package lang

import (
	"fmt"
	"strings"
	"testing"
)

// None of these may take long or fill the memory.
func TestWorkIsBounded(t *testing.T) {
	const kilobyte = `join("", [for i in range(1000) : "x"])`
	doubling := "locals {\n  t0 = \"0123456789abcdef\"\n"
	for i := range 40 {
		doubling += fmt.Sprintf("  t%d = \"${local.t%d}${local.t%d}\"\n", i+1, i, i)
	}
	lists := "locals {\n  l0 = [1, 2]\n"
	for i := range 40 {
		lists += fmt.Sprintf("  l%d = [local.l%d, local.l%d]\n", i+1, i, i)
	}
	long := "locals {\n" + "  l = [for i in range(1000) : [for j in range(50) : i]]\n"
	mixes := "vodka \"v0\" { mix = 0.5 * model.a + 0.5 * model.b }\n"
	for i := range 40 {
		mixes += fmt.Sprintf("vodka \"v%d\" { mix = 0.5 * vodka.v%d + 0.5 * vodka.v%d }\n", i+1, i, i)
	}
	wide := "model \"m\" {\n  for_each = { for i in range(1000) : i => i }\n  source = each.key\n}\n"
	for _, c := range []struct{ name, src, want string }{
		{"loops within loops", "locals { l = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]] }\n", "Recipe too large"},
		{"lists of lists", "locals { l = [for a in range(1000) : [for b in range(1000) : range(1000)]] }\n", "Recipe too large"},
		{"texts that double each other", doubling + "}\n", "Value too large"},
		{"lists that double each other", lists + "}\n", "Value too large"},
		{"a template over a loop", "locals { l = \"%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }xxxxxxxxxxxx%{ endfor }%{ endfor }%{ endfor }\" }\n", "Recipe too large"},
		{"a text many times", "locals {\n  k = " + kilobyte + "\n  m = [for a in range(1000) : [for b in range(1000) : \"${local.k}${local.k}\"]]\n}\n", "Recipe too large"},
		{"join of texts", "locals {\n  k = " + kilobyte + "\n  m = join(local.k, range(1000))\n  g = [for i in range(1000) : join(local.m, range(1000))]\n}\n", "Call not possible"},
		{"replace grows", "locals {\n  k = " + kilobyte + "\n  m = replace(local.k, \"x\", local.k)\n  g = replace(local.m, \"x\", local.k)\n}\n", "Call not possible"},
		{"format grows", "locals {\n  k = " + kilobyte + "\n  f = replace(local.k, \"x\", \"%[1]s\")\n  m = format(local.f, local.f)\n  g = format(local.m, local.m)\n}\n", "Call not possible"},
		{"format pads", "locals { m = format(\"%*d\", 1000000000, 1) }\n", "Call not possible"},
		{"distinct is quadratic", long + "  m = distinct(flatten(local.l))\n}\n", "Recipe too large"},
		{"conditionals convert", long + "  m = [for i in range(1000) : true ? local.l : []]\n}\n", "Recipe too large"},
		{"comparisons", long + "  m = [for i in range(1000) : local.l == local.l]\n}\n", "Recipe too large"},
		{"splats", long + "  m = [for i in range(1000) : local.l[*]]\n  n = [for i in range(1000) : [for j in range(1000) : local.m[*]]]\n}\n", "Recipe too large"},
		{"all blocks for each block", wide + "vodka \"x\" {\n  for_each = { for i in range(1000) : i => i }\n  mix = sum([for m in values(model.m) : m / 1000])\n}\n", "Recipe too large"},
		{"numbers that square each other", "locals {\n  a = 1e1000\n  b = local.a * local.a\n}\n", "Calculation not possible"},
		{"long numbers", "vodka \"x\" { mix = 1e1300 * model.a }\n" + twoModels, "Number too large"},
		{"mixes that double each other", twoModels + mixes, ""},
		{"a long list many times", "locals { l = [for i in range(1000) : [" + strings.Repeat("i,", 20_000) + "][0]] }\n", "Recipe too large"},
		{"a long list in many blocks", twoModels + "vodka \"x\" {\n  for_each = { for i in range(1000) : i => i }\n  mix = { a = model.a, l = [" + strings.Repeat("1,", 20_000) + "] }.a\n}\n", "Recipe too large"},
		{"a deep expression", "locals { x = " + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600) + " }\n", "Expression too deep"},
		{"a deep list", "locals { x = " + strings.Repeat("[", 100_000) + " }\n", "Expression too deep"},
		{"a long sum", "locals { x = 1" + strings.Repeat(" + 1", 5000) + " }\n", "Expression too deep"},
		{"many short sums", "locals {\n  x = [\n" + strings.Repeat("    1 + 1,\n", 3000) + "  ]\n}\n", ""},
		{"many signs", "locals { x = " + strings.Repeat("-", 5000) + "1 }\n", "Expression too deep"},
		{"a long chain of conditionals", "locals { x = " + strings.Repeat("true ? 1 : ", 2000) + "1 }\n", "Expression too deep"},
		{"indices", "locals { x = a" + strings.Repeat("[0]", 5000) + " }\n", "Expression too deep"},
		{"a deep template", "locals { x = " + strings.Repeat(`"${`, 600) + "1" + strings.Repeat(`}"`, 600) + " }\n", "Expression too deep"},
		{"deep directives", "locals { x = \"" + strings.Repeat("%{ if true }", 600) + strings.Repeat("%{ endif }", 600) + "\" }\n", "Expression too deep"},
		{"a large recipe", strings.Repeat("# a comment that is read\n", 200_000), "Recipe too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			options := testOptions
			options.work = maxWork / 4
			r, diags := LoadBytes(map[string][]byte{"r.hcl": []byte(c.src)}, ".", options)
			if c.want == "" {
				if diags.HasErrors() {
					t.Fatal(texts(diags))
				}
				return
			}
			checkDiagnostics(t, r, diags)
			if len(diags) == 0 || diags[0].Summary != c.want {
				t.Errorf("%s", shorten(texts(diags), 2000))
			}
		})
	}
}

func TestRecipeSizes(t *testing.T) {
	var blocks, locals, instances strings.Builder
	blocks.WriteString(twoModels)
	for i := range maxBlocks {
		fmt.Fprintf(&blocks, "vodka \"v%d\" { mix = model.a }\n", i)
	}
	locals.WriteString("locals {\n")
	for i := range maxBlocks + 1 {
		fmt.Fprintf(&locals, "  l%d = %d\n", i, i)
	}
	locals.WriteString("}\n")
	instances.WriteString(twoModels + "locals { many = { for p in setproduct(range(100), range(99)) : \"${p[0]}-${p[1]}\" => 1 } }\n")
	for i := range 6 {
		fmt.Fprintf(&instances, "vodka \"v%d\" {\n  for_each = local.many\n  mix = model.a\n}\n", i)
	}
	for _, c := range []struct{ name, src string }{{"blocks", blocks.String()}, {"locals", locals.String()}, {"instances", instances.String()}} {
		if _, diags := load(c.src); len(diags) != 1 || diags[0].Summary != "Recipe too large" {
			t.Errorf("%s: %s", c.name, shorten(texts(diags), 2000))
		}
	}
}

// What an author could still mean is far below the limits.
func TestLargeRecipe(t *testing.T) {
	var src strings.Builder
	src.WriteString("locals {\n  names = [for i in range(200) : \"m${i}\"]\n")
	fmt.Fprintf(&src, "  w = by_block(%q)\n}\n", profileText(26, func(i int) string { return fmt.Sprintf("0.%02d", i) }))
	src.WriteString("model \"m\" {\n  for_each = toset(local.names)\n  source = \"${each.key}.safetensors\"\n}\n")
	src.WriteString("vodka \"mean\" { mix = sum([for m in values(model.m) : m / length(model.m)]) }\n")
	for i := range 1000 {
		fmt.Fprintf(&src, "cocktail \"c%d\" { formula = \"40%% m['m%d'] + 30%% m['m%d'] + 20%% mean + 10%% (m['m0'] + m['m1'] − m['m2'])\" }\n", i, i%200, (i+7)%200)
		fmt.Fprintf(&src, "cocktail \"p%d\" { mix = local.w * model.m[\"m%d\"] + (1 - local.w) * model.m[\"m%d\"] }\n", i, i%200, (i+7)%200)
	}
	r := recipe(t, src.String())
	if len(r.Mixes) != 2001 || len(r.mix(t, "cocktail.c999").Form.Terms) != 200 {
		t.Errorf("%d mixes", len(r.Mixes))
	}
}

// A recipe with thousands of errors is given up in good time, and says that
// there is more.
func TestManyErrors(t *testing.T) {
	var src strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&src, "model \"a_name_of_some_length_%d\" { source = \"x\" }\n", i)
		fmt.Fprintf(&src, "vodka \"v%d\" { formula = \"50%% b_name_of_some_length_%d + c%d\" }\n", i, i, i)
	}
	_, diags := load(src.String())
	if n := len(diags); n != maxDiagnostics+1 || diags[n-1].Summary != "Too many errors" {
		t.Errorf("%d diagnostics, the last: %s", n, diags[n-1].Summary)
	}
}
