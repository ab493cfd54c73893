package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// attributes is the line by which git finds out what recipes are.
const attributes = "*.hcl diff=cosmo"

// Install makes the repository around dir show recipes as textconv prints them
// in git diff, git log -p and git show. Nothing that is committed changes. It
// tells the file and the setting it wrote.
func Install(dir, textconv string) ([]string, error) {
	out, err := run(dir, "rev-parse", "--git-path", "info/attributes")
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(string(out))
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read git's attributes: %w", err)
	}
	if !bytes.Contains(append([]byte("\n"), text...), []byte("\n"+attributes+"\n")) {
		if len(text) > 0 && text[len(text)-1] != '\n' {
			text = append(text, '\n')
		}
		text = append(text, attributes+"\n"...)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return nil, fmt.Errorf("write git's attributes: %w", err)
		}
		if err := os.WriteFile(name, text, 0o666); err != nil {
			return nil, fmt.Errorf("write git's attributes: %w", err)
		}
	}
	if _, err := run(dir, "config", "--local", "diff.cosmo.textconv", textconv); err != nil {
		return nil, err
	}
	return []string{name + ": " + attributes, "diff.cosmo.textconv = " + textconv}, nil
}
