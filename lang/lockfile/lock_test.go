package lockfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"pgregory.net/rapid"
)

const (
	hashA = "84d76a0328c0e3d1a8bb1e8b2f1d2c3b4a5968778695a4b3c2d1e0f00112233f"
	hashB = "00000000000000000000000000000000000000000000000000000000deadbeef"
)

// sample is a lock with all there is.
func sample() *Lock {
	return &Lock{
		Version: Version,
		Sources: map[string]Source{
			"model.b":                {From: "hf:owner/repo/b.safetensors", SHA256: hashB, Root: hashA, Size: 4265146304},
			"model.V1":               {From: "civitai:4201@130072", SHA256: hashA, Root: hashB, Size: 0, License: "creativeml-openrail-m", Read: "2023-08-01"},
			`model["my \"mix\" ${"]`: {From: "a\\b\n\x00 %{x} $${ é 🍸", SHA256: hashA, Root: hashA, Size: 1<<63 - 1},
		},
		Ops:     map[string]int{"source": 1, "mix": 12},
		Choices: map[string]Choice{"choose.final": {Winner: "2.2", Root: hashB}, "choose[\"512\"]": {Winner: "epoch 30"}},
		Outputs: map[string]Output{"release.x": {Key: hashA, Root: hashB, SHA256: hashA}, "cocktail.merged[\"2.2\"]": {Key: hashB, Root: hashA}},
	}
}

const sampleText = Header + `
version = 1

source "model.V1" {
  from    = "civitai:4201@130072"
  license = "creativeml-openrail-m"
  read    = "2023-08-01"
  root    = "` + hashB + `"
  sha256  = "` + hashA + `"
  size    = 0
}

source "model.b" {
  from   = "hf:owner/repo/b.safetensors"
  root   = "` + hashA + `"
  sha256 = "` + hashB + `"
  size   = 4265146304
}

source "model[\"my \\\"mix\\\" $${\"]" {
  from   = "a\\b\n\u0000 %%{x} $$${ é 🍸"
  root   = "` + hashA + `"
  sha256 = "` + hashA + `"
  size   = 9223372036854775807
}

op "mix" {
  version = 12
}

op "source" {
  version = 1
}

choice "choose.final" {
  root   = "` + hashB + `"
  winner = "2.2"
}

choice "choose[\"512\"]" {
  winner = "epoch 30"
}

output "cocktail.merged[\"2.2\"]" {
  key  = "` + hashB + `"
  root = "` + hashA + `"
}

output "release.x" {
  key    = "` + hashA + `"
  root   = "` + hashB + `"
  sha256 = "` + hashA + `"
}
`

func TestBytes(t *testing.T) {
	if diff := cmp.Diff(sampleText, string(sample().Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := string((&Lock{}).Bytes()), Header+"\nversion = 1\n"; got != want {
		t.Errorf("an empty lock: %q, want %q", got, want)
	}
}

func TestRead(t *testing.T) {
	got, diags := Read("r.lock.hcl", []byte(sampleText))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// People may write comments, and blocks in another order and layout.
	got, diags = Read("r.lock.hcl", []byte("/* why */ op \"mix\" { version = 12 } // so\n"+"op source {\n\n version=1 # one\n}\nversion = 1\r\n"))
	if diff := cmp.Diff(&Lock{Version: 1, Sources: map[string]Source{}, Ops: map[string]int{"source": 1, "mix": 12}, Choices: map[string]Choice{}, Outputs: map[string]Output{}}, got); diff != "" || diags.HasErrors() {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
}

// What Bytes writes, Read reads back equal.
func TestRoundTrip(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("$%{}\"\\\n\tab")), rapid.Rune()))
	name := rapid.Custom(func(t *rapid.T) string { return "x" + text.Draw(t, "name") })
	digest := rapid.StringMatching(`[0-9a-f]{64}`)
	rapid.Check(t, func(t *rapid.T) {
		l := &Lock{Version: Version, Sources: map[string]Source{}, Ops: map[string]int{}, Choices: map[string]Choice{}, Outputs: map[string]Output{}}
		for range rapid.IntRange(0, 3).Draw(t, "sources") {
			s := Source{From: "x" + text.Draw(t, "from"), SHA256: digest.Draw(t, "sha256"), Root: digest.Draw(t, "root"), Size: rapid.Int64Min(0).Draw(t, "size"), License: text.Draw(t, "license")}
			if rapid.Bool().Draw(t, "read") {
				s.Read = fmt.Sprintf("20%02d-%02d-%02d", rapid.IntRange(0, 99).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
			}
			l.Sources[name.Draw(t, "source")] = s
		}
		for range rapid.IntRange(0, 3).Draw(t, "ops") {
			l.Ops[name.Draw(t, "op")] = rapid.IntRange(1, 1<<30).Draw(t, "version")
		}
		for range rapid.IntRange(0, 3).Draw(t, "outputs") {
			o := Output{Key: digest.Draw(t, "key"), Root: digest.Draw(t, "root")}
			if rapid.Bool().Draw(t, "file") {
				o.SHA256 = digest.Draw(t, "sha256")
			}
			l.Outputs[name.Draw(t, "output")] = o
			if winner := name.Draw(t, "winner"); winner != "" {
				l.Choices[name.Draw(t, "choice")] = Choice{Winner: winner, Root: o.Root}
			}
		}
		want := normal(l)
		got, diags := Read("r.lock.hcl", l.Bytes())
		if diags.HasErrors() {
			t.Fatalf("%v in\n%s", diags, l.Bytes())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// Hostile and damaged locks: what is said, and where.
func TestReadTrouble(t *testing.T) {
	source := func(lines string) string {
		return "version = 1\nsource \"model.a\" {\n" + lines + "}\n"
	}
	good := "  from = \"x\"\n  root = \"" + hashA + "\"\n  sha256 = \"" + hashB + "\"\n  size = 5\n"
	for _, c := range []struct{ name, src, want string }{
		{"nothing", "", "1: Missing version: A lock begins with version = 1."},
		{"no version", "op \"mix\" {\n  version = 1\n}\n", "1: Missing version: A lock begins with version = 1."},
		{"a newer version", "version = 2\n", "1: Unknown version: This lock has version 2; this cosmo reads version 1. Use the cosmo that wrote it, or a newer one."},
		{"version 0", "version = 0\n", "1: Unknown version: This lock has version 0; this cosmo reads version 1. Use the cosmo that wrote it, or a newer one."},
		{"version as a text", "version = \"1\"\n", "1: Wrong type: version is a whole number."},
		{"a fraction", "version = 1.5\n", "1: Wrong type: version is a whole number."},
		{"a huge number", source(strings.Replace(good, "size = 5", "size = 1e400", 1)), "6: Number too large: size does not fit into 63 bits."},
		{"an immense number", source(strings.Replace(good, "size = 5", "size = 1e999999999", 1)), "6: Number too large: size does not fit into 63 bits."},
		{"a digest that is none", source(strings.Replace(good, hashA, "84d7", 1)), "4: Not a digest: root is 64 lower-case hexadecimal digits."},
		{"a digest in capitals", source(strings.Replace(good, hashA, strings.ToUpper(hashA), 1)), "4: Not a digest: root is 64 lower-case hexadecimal digits."},
		{"a digest as a number", source(strings.Replace(good, `"`+hashB+`"`, "7", 1)), "5: Wrong type: sha256 is a text."},
		{"an empty text", source(strings.Replace(good, `"x"`, `""`, 1)), "3: Missing attribute: source \"model.a\" has an empty from."},
		{"an empty digest", source(strings.Replace(good, hashB, "", 1)), "5: Not a digest: sha256 is 64 lower-case hexadecimal digits."},
		{"a missing attribute", source("  from = \"x\"\n  root = \"" + hashA + "\"\n  sha256 = \"" + hashB + "\"\n"), "2: Missing attribute: source \"model.a\" has no size."},
		{"an unknown attribute", source(good + "  mirror = \"y\"\n"), "7: Unknown attribute: source has no attribute \"mirror\"."},
		{"an attribute outside", "version = 1\nsize = 5\n", "2: Unknown attribute: A lock has no attribute \"size\" outside its blocks; only version stands there."},
		{"an unknown block", "version = 1\nprovider \"x\" {\n}\n", "2: Unknown block type: A lock has blocks of the types source, op, choice and output, no \"provider\"."},
		{"no label", "version = 1\nop {\n  version = 1\n}\n", "2: Wrong number of labels: op takes one label: whose op it is."},
		{"an empty label", "version = 1\nop \"\" {\n  version = 1\n}\n", "2: Wrong number of labels: op takes one label: whose op it is."},
		{"two labels", "version = 1\nop \"a\" \"b\" {\n  version = 1\n}\n", "2: Wrong number of labels: op takes one label: whose op it is."},
		{"a block twice", source(good) + "source \"model.a\" {\n" + good + "}\n", "8: Pinned twice: source \"model.a\" stands twice in this lock: keep one of them."},
		{"op version 0", "version = 1\nop \"mix\" {\n  version = 0\n}\n", "3: Version not usable: The version of an operation counts from 1."},
		{"a choice without a winner", "version = 1\nchoice \"choose.a\" {\n}\n", "2: Missing attribute: choice \"choose.a\" has no winner."},
		{"a choice of nothing", "version = 1\nchoice \"choose.a\" {\n  winner = \"\"\n}\n", "3: Missing attribute: choice \"choose.a\" has an empty winner."},
		{"a choice with a digest that is none", "version = 1\nchoice \"choose.a\" {\n  winner = \"a\"\n  root = \"x\"\n}\n", "4: Not a digest: root is 64 lower-case hexadecimal digits."},
		{"a date that is none", source(good + "  read = \"yesterday\"\n"), "7: Not a date: read is a day, as in 2023-08-01."},
		{"a day that is none", source(good + "  read = \"2023-02-30\"\n"), "7: Not a date: read is a day, as in 2023-08-01."},
		{"a size as a text", source(strings.Replace(good, "size = 5", `size = "5"`, 1)), "6: Wrong type: size is a whole number."},
		{"a name instead of a number", source(strings.Replace(good, "size = 5", `size = five`, 1)), "6: Wrong type: size is a whole number."},
		{"null", source(strings.Replace(good, "size = 5", `size = null`, 1)), "6: Wrong type: size is a whole number."},
		{"a text without quotes", source(strings.Replace(good, `"x"`, `x`, 1)), "3: Wrong type: from is a text."},
		{"a negative number", source(strings.Replace(good, "size = 5", `size = -5`, 1)), "6: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"a template", source(strings.Replace(good, `"x"`, `"${1}"`, 1)), "3: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"a function", source(strings.Replace(good, `"x"`, `file("x")`, 1)), "3: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"a heredoc", source(strings.Replace(good, `"x"`, "<<E\nx\nE", 1)), "3: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"brackets", strings.Repeat("[", 100_000), "1: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"braces", strings.Repeat("x {\n", 100_000), "2: Not a lock: A lock holds no blocks within blocks, and at most 200,000 of them."},
		{"many blocks", strings.Repeat("x {}\n", 200_001), "200001: Not a lock: A lock holds no blocks within blocks, and at most 200,000 of them."},
		{"too large", strings.Repeat("# x\n", maxBytes/4+1), "1: Lock too large: A lock has at most 16 MiB."},
		{"binary", "\x00\x01\x02", "1: Not a lock: A lock holds blocks with names, texts and numbers only."},
		{"no UTF-8", "version = 1\n# \xff\n", "1: Not UTF-8 text: A lock is UTF-8 text; this file is not."},
		{"a merge conflict", "version = 1\n<<<<<<< HEAD\nop \"mix\" {\n  version = 1\n}\n=======\n>>>>>>> x\n", "2: Merge conflict: This lock holds both sides of a merge. Keep the blocks of both sides, each once, and delete the lines of <, = and >."},
	} {
		t.Run(c.name, func(t *testing.T) {
			lock, diags := Read("r.lock.hcl", []byte(c.src))
			if lock != nil || len(diags) != 1 {
				t.Fatalf("%v, %v", lock, diags)
			}
			d := diags[0]
			if got := fmt.Sprintf("%d: %s: %s", d.Subject.Start.Line, d.Summary, d.Detail); got != c.want || d.Subject.Filename != "r.lock.hcl" {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// All errors come at once, but not thousands of them.
func TestReadAllErrors(t *testing.T) {
	_, diags := Read("r.lock.hcl", []byte("version = 3\nop \"a\" {\n  version = \"x\"\n}\nfoo \"b\" {\n}\n"))
	if got := fmt.Sprint(len(diags), diags[0].Summary, diags[1].Summary, diags[2].Summary); got != "3Unknown versionWrong typeUnknown block type" {
		t.Error(got)
	}
	if _, diags := Read("r.lock.hcl", []byte(strings.Repeat("foo \"b\" {\n}\n", 5000))); len(diags) != 100 {
		t.Errorf("%d errors", len(diags))
	}
	// Broken syntax is told in HCL's words.
	if _, diags := Read("r.lock.hcl", []byte("version = 1\nop \"mix\" {\n")); !diags.HasErrors() || diags[0].Severity != hcl.DiagError || diags[0].Subject == nil {
		t.Errorf("%v", diags)
	}
}
