package source

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// scheme is what stands before the colon of a source; one letter is a drive.
var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):`)

// elsewhere are schemes of the language that fetch something.
var elsewhere = []string{"civitai", "hf", "http", "https"}

// Check judges a source text. Its error says what to write instead.
func Check(text string) error {
	if strings.HasPrefix(text, synthScheme) {
		_, err := ParseSynth(text)
		return err
	}
	_, err := LocalPath(text)
	return err
}

// Public reports whether others find the same model under a source text: a path
// names something on one machine only, even if there is a colon in it.
func Public(text string) bool {
	m := scheme.FindStringSubmatch(text)
	return m != nil && (m[1] == "synth" || slices.Contains(elsewhere, m[1]))
}

// LocalPath gives the path that a source names; an error for any other source.
func LocalPath(text string) (string, error) {
	if m := scheme.FindStringSubmatch(text); m != nil {
		switch name := strings.ToLower(m[1]); {
		case slices.Contains(elsewhere, name):
			return "", fmt.Errorf("sources of the form %s: are not available in this version: download the file and write its path, as in \"ingredients/model.safetensors\"", name)
		case name == "file":
			return "", errors.New("a file is named by its path alone: leave \"file:\" out")
		case name == "synth":
			return "", errors.New("the scheme of synthetic checkpoints is written in lower case: \"synth:…\"")
		}
	}
	lower := strings.ToLower(text)
	for _, ending := range []string{".ckpt", ".pt", ".pth", ".bin", ".pkl"} {
		if strings.HasSuffix(lower, ending) {
			return "", fmt.Errorf("%q is a pickle by its name, which may run code when it is opened: only .safetensors files are read; convert it first", text)
		}
	}
	return text, nil
}
