package checkpoint

import (
	"bytes"
	"regexp"
	"strings"
)

const sniffLength = 512 // bytes: a Git LFS pointer is about 130

// lookalikes are files that people give for checkpoints, by how they begin.
var lookalikes = []struct{ magic, what string }{
	{"PK\x03\x04", "this is a zip archive, most likely a pickled PyTorch checkpoint (.ckpt, .pt), which may run code when it is opened; convert it to .safetensors first"},
	{"\x80\x02", "this is a Python pickle, most likely an old PyTorch checkpoint (.ckpt), which may run code when it is opened; convert it to .safetensors first"},
	{"\x80\x03", "this is a Python pickle, which may run code when it is opened; convert it to .safetensors first"},
	{"\x80\x04", "this is a Python pickle, which may run code when it is opened; convert it to .safetensors first"},
	{"\x80\x05", "this is a Python pickle, which may run code when it is opened; convert it to .safetensors first"},
	{"GGUF", "this is a GGUF file, whose weights are quantised; use the .safetensors file of the same model"},
	{"\x1f\x8b", "this is a gzip archive; unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "this is a 7z archive; unpack it first"},
	{"\x89HDF\r\n", "this is an HDF5 file, not a safetensors checkpoint"},
	{"\x89PNG", "this is a PNG picture, not a checkpoint"},
	{"\xff\xd8\xff", "this is a JPEG picture, not a checkpoint"},
	{"\xef\xbb\xbf", "this is a text file (it begins with a byte order mark), not a checkpoint"},
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
	if bytes.HasPrefix(start, []byte("version https://git-lfs.github.com/spec/")) {
		size := ""
		if m := lfsSize.FindSubmatch(start); m != nil {
			size = " of " + string(m[1]) + " bytes"
		}
		return "this is a Git LFS pointer, not the checkpoint" + size + ": run `git lfs pull` where it came from, or download the file itself"
	}
	text := strings.ToLower(strings.TrimLeft(string(start), " \t\r\n"))
	switch {
	case strings.HasPrefix(text, "<!doctype"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return "this is an HTML page, not a checkpoint: the download gave a web page (a login, a licence or an error) instead of the file"
	case strings.HasPrefix(text, "<?xml"):
		return "this is an XML document, not a checkpoint: the download gave an error message instead of the file"
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "[{"):
		return "this is a JSON text, not a checkpoint: an index of several files, a configuration, or the error message of a download"
	case bytes.Count(start, []byte{0}) == len(start):
		return "the file begins with zeros only: it was allocated and never filled, or its download was broken off"
	}
	return ""
}
