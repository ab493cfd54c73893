package lang

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ReadInputs reads a file of values for variables: NAME = VALUE, one below the
// other, with values that refer to nothing.
func ReadInputs(name string, src []byte) (map[string]Input, *hcl.File, hcl.Diagnostics) {
	shown := &hcl.File{Bytes: src}
	if len(src) > maxRecipeBytes {
		return nil, nil, fileTrouble(name, fmt.Errorf("larger than 4 MiB"))
	}
	if at := firstBad(src); at >= 0 {
		return nil, shown, hcl.Diagnostics{notUTF8(name, src, at)}
	}
	if tooDeep := checkDepth(src, name); tooDeep != nil {
		return nil, shown, hcl.Diagnostics{tooDeep}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, shown, tidy(improveSyntax(diags, src))
	}
	body := file.Body.(*hclsyntax.Body)
	for _, b := range body.Blocks {
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Not a value", Subject: b.TypeRange.Ptr(),
			Detail: "A file of values holds NAME = VALUE, no blocks: those belong into the recipe.",
		})
	}
	inputs := map[string]Input{}
	for _, attr := range sortedAttributes(body) {
		v, more := attr.Expr.Value(nil)
		if more.HasErrors() {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Not a value", Subject: attr.Expr.Range().Ptr(),
				Detail: fmt.Sprintf("The value of %s stands for itself in a file of values: a number, a \"text\", a [list] or a { map }, without names and functions.", attr.Name),
			})
			continue
		}
		inputs[attr.Name] = Input{Value: v, From: fmt.Sprintf("%s:%d", name, attr.NameRange.Start.Line)}
	}
	return inputs, file, tidy(diags)
}

// ReadInputsFile is ReadInputs for a file on the disk.
func ReadInputsFile(name string) (map[string]Input, *hcl.File, hcl.Diagnostics) {
	src, err := readBounded(Disk{}, name)
	if err != nil {
		return nil, nil, fileTrouble(name, err)
	}
	return ReadInputs(name, src)
}
