module cosmo

go 1.26.0

require (
	github.com/hashicorp/hcl/v2 v2.25.0 // the recipe language: parser, diagnostics with source ranges
	github.com/rs/zerolog v1.35.1 // the run log: structured, allocation free
	github.com/spf13/cobra v1.10.2 // the command line: sub-commands, help, completion
	github.com/spf13/pflag v1.0.9 // cobra's flags: its errors are told in our words
	github.com/zclconf/go-cty v1.20.0 // HCL's value system: models are capsules in it
	golang.org/x/sys v0.38.0 // CPU features, flock, O_DIRECT, fallocate, reflink
	golang.org/x/term v0.37.0 // is this a terminal, and how wide
	gorgonia.org/gorgonia v0.9.18 // the mixing graph and its float64 tape machine, the oracle of the kernels
	gorgonia.org/tensor v0.9.24 // values of the gorgonia graph
)

// Needed by tests alone.
require (
	github.com/google/go-cmp v0.7.0 // readable differences
	github.com/rogpeppe/go-internal v1.16.0 // testscript: the command line's tests are scripts
	pgregory.net/rapid v1.3.0 // property tests that shrink
)

// Newer than gorgonia asks for: its own pin panics at start-up on current Go.
require go4.org/unsafe/assume-no-moving-gc v0.0.0-20231121144256-b99613f794b6 // indirect; see above

require (
	github.com/agext/levenshtein v1.2.1 // indirect
	github.com/apache/arrow/go/arrow v0.0.0-20211112161151-bc219186db40 // indirect
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/apparentlymart/go-textseg/v17 v17.0.1 // indirect
	github.com/awalterschulze/gographviz v2.0.3+incompatible // indirect
	github.com/chewxy/hm v1.0.0 // indirect
	github.com/chewxy/math32 v1.10.1 // indirect
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/golang/protobuf v1.5.2 // indirect
	github.com/google/flatbuffers v2.0.6+incompatible // indirect
	github.com/google/uuid v1.3.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/leesper/go_rng v0.0.0-20190531154944-a612b043e353 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mitchellh/go-wordwrap v1.0.1 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/xtgo/set v1.0.0 // indirect
	golang.org/x/mod v0.29.0 // indirect
	golang.org/x/sync v0.18.0 // indirect
	golang.org/x/text v0.31.0 // indirect
	golang.org/x/tools v0.38.0 // indirect
	golang.org/x/xerrors v0.0.0-20200804184101-5ec99f83aff1 // indirect
	gonum.org/v1/gonum v0.11.0 // indirect
	google.golang.org/protobuf v1.28.0 // indirect
	gorgonia.org/cu v0.9.4 // indirect
	gorgonia.org/dawson v1.2.0 // indirect
	gorgonia.org/vecf32 v0.9.0 // indirect
	gorgonia.org/vecf64 v0.9.0 // indirect
)
