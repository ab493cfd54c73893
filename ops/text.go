package ops

import "strings"

// Sentence makes a sentence of an error's text, as diagnostics are written.
func Sentence(err error) string {
	s := Capital(err.Error())
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Capital writes a text with a capital letter. Words that are names keep
// theirs: model.V1, out/x.safetensors.
func Capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if s == "" || s[0] < 'a' || s[0] > 'z' || strings.ContainsAny(word, "./\\_") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
