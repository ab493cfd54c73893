package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cosmo/lang"
	"cosmo/ops"
)

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "cosmo",
		Short: "pour Stable Diffusion checkpoints from recipes",
		Long: `cosmo makes what a recipe asks for: it mixes checkpoints, correctly rounded,
makes only what is not there yet, and gives the same bytes to everybody.

A command is written cosmo VERB [RECIPE] [ADDRESS...]. RECIPE is an .hcl file or
a folder of them, by default the folder you are in; an ADDRESS is what the recipe
calls something, such as vodka.mix4 or 'cocktail.merged["2.2"]'.`,
		Example:       "  cosmo apply recipes/cosmopolitan",
		Version:       build().Cosmo,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.start()
		},
	}
	f := root.PersistentFlags()
	f.SortFlags = false
	f.StringVar(&a.storeDir, "store", "", "keep the store in `DIR` (default: COSMO_STORE, or your folder for data)")
	f.BoolVar(&a.json, "json", false, "print one JSON object a line")
	f.StringVar(&a.color, "color", "auto", "colour: auto, always or never")
	f.IntVar(&a.threads, "threads", 0, "use `N` threads; 0 is one a processor")
	f.StringVar(&a.logFile, "log", "", "write the log of the run to `FILE`")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "say more")
	f.StringVar(&a.cpuProfile, "cpuprofile", "", "write a CPU profile to `FILE`")
	_ = f.MarkHidden("cpuprofile") // it exists: two lines above
	completeFlag(root, "color", "auto", "always", "never")
	completeFlag(root, "threads")
	_ = root.MarkPersistentFlagDirname("store") // it exists as well
	root.SetOut(a.out)
	root.SetVersionTemplate("cosmo {{.Version}}\n")
	root.SetFlagErrorFunc(unknownFlag)
	defer describe(root)
	root.AddCommand(a.applyCommand(), a.planCommand(), a.validateCommand(), a.showCommand(), a.diffCommand(), a.lockCommand(), a.fmtCommand(), a.gitCommand(), a.storeCommand(), a.versionCommand())
	return root
}

// describe words cobra's own commands as ours are.
func describe(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Short = "tell about a command"
		case "completion":
			cmd.Short = "make your shell complete commands, recipes and addresses"
			cmd.Example = "  source <(cosmo completion bash)"
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				if len(args) == 0 {
					return usagef("which shell? bash, fish, powershell or zsh")
				}
				return usagef("there is no completion for %q: it is for bash, fish, powershell and zsh", args[0])
			}
			cmd.RunE = func(*cobra.Command, []string) error { return nil }
		}
	}
}

// unknownVerb refuses what is no verb, and says which is meant.
func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs, meant []string
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		verbs = append(verbs, c.Name())
		if slices.Contains(c.SuggestFor, args[0]) {
			meant = append(meant, c.Name())
		}
	}
	if near := lang.Nearest(args[0], verbs); near != "" && len(meant) == 0 {
		meant = append(meant, near)
	}
	return usagef("unknown verb %q%s", args[0], didYouMean("", meant))
}

// unknownFlag is what went wrong with a flag, and which is meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return usagef("--%s: %v", invalid.GetFlag().Name, valueTrouble(invalid))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return usageError{err.Error()}
	}
	// The same measure of likeness as for verbs.
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	return usagef("unknown flag --%s%s", unknown.GetSpecifiedName(), didYouMean("--", names.SuggestionsFor(unknown.GetSpecifiedName())))
}

// valueTrouble says what a flag's value should be.
func valueTrouble(invalid *pflag.InvalidValueError) error {
	if n := (*strconv.NumError)(nil); !errors.As(invalid, &n) {
		return invalid.Unwrap()
	}
	what := "a whole number"
	if invalid.GetFlag().Value.Type() == "bool" {
		what = "true or false"
	}
	return fmt.Errorf("%q is not %s", invalid.GetValue(), what)
}

func didYouMean(prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + prefix + names[0] + "?"
}

// usage tells what is wrong with what was typed. Flags may not have been read
// by then, so --json is looked for by hand.
func (a *app) usage(cmd *cobra.Command, args []string, err error) {
	v := a.newView(a.json || slices.Contains(args, "--json"))
	v.Diagnostics(nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: ops.Capital(err.Error()), Detail: "Run `" + cmd.CommandPath() + " --help` to see what can be said."}})
	v.Close()
}

// finish tells of an error and gives its exit code.
func (a *app) finish(err error) int {
	if a.view == nil { // help was asked for
		return exitCode(errors.Join(err, a.out.failure()))
	}
	if err != nil {
		a.tell(err)
	}
	a.view.Close()
	if lost := a.out.failure(); lost != nil {
		a.lost(lost)
		err = cmp.Or(err, lost)
	}
	return exitCode(err)
}

// lost says that results could not be written where they belong: on standard
// error, whatever the results are written as.
func (a *app) lost(err error) {
	fmt.Fprintf(a.stderr, "Error: Write the results: %v\n", err)
}

// tell prints an error that has no recipe.
func (a *app) tell(err error) {
	if a.log != nil {
		a.log.Error().Err(err).Msg("failed")
	}
	a.view.Diagnostics(nil, diagnose(err))
	a.view.Close()
}

// addressLike is how an address begins; a path would not.
var addressLike = regexp.MustCompile(`^(model|vodka|cocktail|choose|release)[.\[]`)

// recipeArgs splits `[RECIPE] [ADDRESS...]`. A first word that reads like an
// address, and is no file, is one: the recipe is then where you are.
func recipeArgs(args []string) (recipe string, addresses []string) {
	if len(args) == 0 {
		return ".", nil
	}
	if addressLike.MatchString(args[0]) {
		if _, err := os.Stat(args[0]); err != nil {
			return ".", args
		}
	}
	return args[0], args[1:]
}

// load reads and checks a recipe and tells what is wrong with it. The error is
// then only an exit code.
func (a *app) load(path string) (*lang.Recipe, error) {
	inputs, err := a.inputs()
	if err != nil {
		return nil, err
	}
	r, diags := ops.Load(path, inputs)
	a.diagnostics(r, diags)
	if diags.HasErrors() {
		return nil, exitWith(exitInvalid)
	}
	return r, nil
}

func (a *app) diagnostics(r *lang.Recipe, diags hcl.Diagnostics) {
	var files map[string]*hcl.File
	if r != nil {
		files = r.Files
	}
	a.view.Diagnostics(files, diags)
	if a.log == nil {
		return
	}
	for _, d := range diags {
		a.log.Warn().Bool("error", d.Severity == hcl.DiagError).Str("detail", d.Detail).Msg(d.Summary)
	}
}
