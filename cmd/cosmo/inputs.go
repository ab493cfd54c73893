package main

import (
	"maps"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"cosmo/lang"
)

// inputEnv is what the names of environment variables begin with that give
// values to a recipe's variables.
const inputEnv = "COSMO_VAR_"

// takesInputs gives a command the flags for a recipe's variables.
func (a *app) takesInputs(cmd *cobra.Command) *cobra.Command {
	f := cmd.Flags()
	f.StringArrayVar(&a.vars, "var", nil, "give a variable of the recipe a value: `NAME=VALUE`")
	f.StringArrayVar(&a.varFiles, "var-file", nil, "give variables the values in `FILE`, one NAME = VALUE a line")
	return cmd
}

// inputs collects the values of variables: from the environment, then from
// files, then from the command line; what comes later counts.
func (a *app) inputs() (map[string]lang.Input, error) {
	inputs := map[string]lang.Input{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if variable, ok := strings.CutPrefix(name, inputEnv); ok && variable != "" {
			inputs[variable] = lang.Input{Text: value, From: name, Surplus: true}
		}
	}
	for _, name := range a.varFiles {
		values, file, diags := lang.ReadInputsFile(name)
		a.view.Diagnostics(map[string]*hcl.File{name: file}, diags)
		if diags.HasErrors() {
			return nil, exitWith(exitInvalid)
		}
		maps.Copy(inputs, values)
	}
	for _, pair := range a.vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("--var takes NAME=VALUE, not %q", pair)
		}
		inputs[name] = lang.Input{Text: value, From: "--var"}
	}
	return inputs, nil
}
