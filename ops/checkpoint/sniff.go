package checkpoint

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const sniffLength = 512 // bytes: a Git LFS pointer is about 130

// lookalikes are files that people give for checkpoints, by how they begin.
var lookalikes = []struct{ magic, what string }{
	{"PK\x03\x04", "this is a zip archive, most likely a pickled PyTorch checkpoint (.ckpt, .pt), which may run code when it is opened; get the .safetensors file of the model, or convert it with a tool you trust"},
	{"GGUF", "this is a GGUF file, whose weights are quantised; use the .safetensors file of the same model"},
	{"\x1f\x8b\x08", "this is a gzip archive; unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "this is a 7z archive; unpack it first"},
	{"Rar!\x1a\x07", "this is a RAR archive; unpack it first"},
	{"\x89HDF\r\n", "this is an HDF5 file, not a safetensors checkpoint"},
	{"\x89PNG", "this is a PNG picture, not a checkpoint"},
	{"\xff\xd8\xff", "this is a JPEG picture, not a checkpoint"},
}

var lfsSize = regexp.MustCompile(`(?m)^size ([0-9]{1,18})$`)

// sniff says what a file is that is no safetensors file, "" if it cannot tell.
func sniff(start []byte) string {
	if len(start) == 0 {
		return "the file is empty"
	}
	for _, l := range lookalikes {
		if bytes.HasPrefix(start, []byte(l.magic)) {
			return l.what
		}
	}
	switch {
	case len(start) > 2 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5 && start[2] != 0:
		return "this is a Python pickle, most likely an old PyTorch checkpoint (.ckpt, .pt), which may run code when it is opened; get the .safetensors file of the model, or convert it with a tool you trust"
	case len(start) >= 262 && string(start[257:262]) == "ustar":
		return "this is a tar archive; unpack it first"
	case len(bytes.Trim(start, "\x00")) == 0:
		return "the file begins with zeros only: it was allocated and never filled, or its download was broken off"
	}
	if text, ok := asText(start); ok {
		return sniffText(text)
	}
	return ""
}

// asText returns what people would read, if anything, without a byte order mark
// and without half a character at the end.
func asText(start []byte) (string, bool) {
	start = bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))
	for range utf8.UTFMax - 1 {
		if r, n := utf8.DecodeLastRune(start); r == utf8.RuneError && n == 1 {
			start = start[:len(start)-1]
		}
	}
	for _, r := range string(start) {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return "", false
		}
	}
	text := strings.TrimSpace(string(start))
	return text, text != ""
}

func sniffText(text string) string {
	if strings.HasPrefix(text, "version https://git-lfs.github.com/spec/") {
		size := ""
		if m := lfsSize.FindStringSubmatch(text); m != nil {
			size = " of " + m[1] + " bytes"
		}
		return "this is a Git LFS pointer, not the checkpoint" + size + ": run `git lfs pull` where it came from, or download the file itself"
	}
	begins := func(prefix string) bool {
		return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
	}
	switch {
	case begins("<!doctype"), begins("<html"), begins("<head"):
		return "this is an HTML page, not a checkpoint: the download gave a web page (a login, a licence or an error) instead of the file"
	case begins("<?xml"):
		return "this is an XML document, not a checkpoint: the download gave an error message instead of the file"
	case begins("{"), begins("["):
		return "this is a JSON text, not a checkpoint: an index of several files, a configuration, or the error message of a download"
	}
	line, _, _ := strings.Cut(text, "\n")
	return fmt.Sprintf("this is a text, not a checkpoint; it begins with %q", beginning(strings.TrimSpace(line)))
}
