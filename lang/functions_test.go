package lang

import "testing"

func TestFile(t *testing.T) {
	files := map[string][]byte{
		"sub/r.hcl":       []byte(twoModels + "locals {\n  text = file(\"prompts.txt\")\n  lines = split(\"\\n\", chomp(local.text))\n}\nmodel \"c\" {\n  for_each = toset(local.lines)\n  source = each.value\n}\n"),
		"sub/prompts.txt": []byte("one\ntwo\n"),
	}
	r, diags := LoadBytes(files, "sub", Options{})
	if diags.HasErrors() {
		t.Fatal(texts(diags))
	}
	if got := r.Models[2].Source + r.Models[3].Source; got != "onetwo" {
		t.Errorf("read %q", got)
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"missing.txt", nil, `cannot read "missing.txt": there is no such file.`},
		{"large.txt", make([]byte, maxFileBytes+1), `cannot read "large.txt": larger than 16 MiB.`},
		{"binary.txt", []byte{0xff, 0xfe}, `cannot read "binary.txt": it is not UTF-8 text.`},
	} {
		files := map[string][]byte{"r.hcl": []byte("locals { x = file(" + quoteHCL(c.name) + ") }\n")}
		if c.data != nil {
			files[c.name] = c.data
		}
		if _, diags := LoadBytes(files, ".", Options{}); len(diags) != 1 || diags[0].Detail != "file: "+c.want {
			t.Errorf("%s: %s", c.name, texts(diags))
		}
	}
}

// What the functions give, and what they refuse.
func TestFunctions(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{`abs(-2)`, "2"}, {`ceil(1.2)`, "2"}, {`floor(1.8)`, "1"}, {`max(1, 3, 2)`, "3"}, {`min(1, 3, 2)`, "1"}, {`sum([1, 2, 3.5])`, "6.5"}, {`sum(["1", 2])`, "3"},
		{`chomp("a\n")`, "a"}, {`format("%02d-%s", 7, "x")`, "07-x"}, {`join("/", [60, 20, 20])`, "60/20/20"}, {`join("-", ["a"], ["b", "c"])`, "a-b-c"}, {`lower("AB")`, "ab"}, {`upper("ab")`, "AB"},
		{`trimspace(" a ")`, "a"}, {`replace("a.b.c", ".", "-")`, "a-b-c"}, {`replace("abc", "", "-")`, "-a-b-c-"}, {`split(",", "a,b")[1]`, "b"}, {`substr("hello", 1, 3)`, "ell"},
		{`coalesce("", "x")`, ""}, {`compact(["", "x"])[0]`, "x"}, {`concat([1], [2])[1]`, "2"}, {`contains(["a"], "a")`, "true"}, {`distinct(["a", "a", "b"])[1]`, "b"}, {`element([1, 2], 3)`, "2"},
		{`flatten([[1], [2, [3]]])[2]`, "3"}, {`keys({ b = 1, a = 2 })[0]`, "a"}, {`length([1, 2])`, "2"}, {`lookup({ a = 1 }, "b", 5)`, "5"}, {`merge({ a = 1 }, { a = 2 }).a`, "2"},
		{`range(3)[2]`, "2"}, {`reverse([1, 2])[0]`, "2"}, {`length(setproduct([1, 2], [3, 4]))`, "4"}, {`slice([1, 2, 3], 1, 2)[0]`, "2"}, {`sort(["b", "a"])[0]`, "a"}, {`values({ b = 1, a = 2 })[0]`, "2"},
		{`zipmap(["a"], [1]).a`, "1"}, {`tobool("true")`, "true"}, {`tolist(["a"])[0]`, "a"}, {`tomap({ a = "b" }).a`, "b"}, {`tonumber("1.5")`, "1.5"}, {`length(toset([1, 1]))`, "1"}, {`tostring(1)`, "1"},
		{`jsonencode({ a = [1, "x", true, null] })`, `{"a":[1,"x",true,null]}`}, {`"${1 + 1} ${true ? "y" : "n"}%{ for x in [1, 2] } ${x}%{ endfor }"`, "2 y 1 2"}, {`7 % 4`, "3"}, {`-(-2)`, "2"}, {`!false`, "true"},
		{`1 / 3 * 3`, "1"}, {`0.1 + 0.2 == 0.3`, "true"}, {`2 * 3 + 1 > 6 && true`, "true"},
	} {
		r, diags := load(twoModels + "locals { v = " + c.expression + " }\nrelease \"r\" {\n  model = model.a\n  file = \"r.safetensors\"\n  title = tostring(local.v)\n}\n")
		if diags.HasErrors() {
			t.Errorf("%s: %s", c.expression, texts(diags))
			continue
		}
		if got := r.Releases[0].Title; got != c.want {
			t.Errorf("%s: %q, want %q", c.expression, got, c.want)
		}
	}
}
