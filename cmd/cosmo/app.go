package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/term"

	"cosmo/cmd/cosmo/view"
)

// app is one invocation: the global flags, and what they opened.
type app struct {
	storeDir       string
	color          string
	logFile        string
	cpuProfile     string
	vars, varFiles []string // what is given to a recipe's variables
	json           bool
	verbose        bool
	threads        int

	stdout, stderr *os.File
	out            *results  // stdout, for who writes to it
	view           view.View // nil until the command line is understood
	log            *runLog   // nil: this command keeps none
	closers        []func()
}

func newApp(stdout, stderr *os.File) *app {
	return &app{stdout: stdout, stderr: stderr, out: &results{w: stdout}}
}

// results is standard output. It remembers whether what was written arrived:
// who saves it on a full disk has to know.
type results struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

func (r *results) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.err = cmp.Or(r.err, err)
	}
	return n, err
}

func (r *results) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// diskThreads is how many goroutines may wait for the disk at a time without
// being in the way of others.
const diskThreads = 12

// start acts on the global flags, before any command.
func (a *app) start() error {
	if !slices.Contains([]string{"auto", "always", "never"}, a.color) {
		return usagef("--color is auto, always or never, not %q", a.color)
	}
	if a.threads < 0 {
		return usagef("--threads is a number of threads, or 0 for one a processor, not %d", a.threads)
	}
	if a.threads == 0 {
		a.threads = runtime.GOMAXPROCS(0)
	}
	// Those who come back from the disk must not wait until a mixing thread gives
	// its processor up: that halves the rate of writing.
	runtime.GOMAXPROCS(a.threads + diskThreads)
	if a.storeDir == "" {
		dir, err := defaultStore(runtime.GOOS, os.Getenv, os.UserHomeDir)
		if err != nil {
			return usagef("no place for the store is known (%v): say --store DIR", err)
		}
		a.storeDir = dir
	}
	if a.cpuProfile != "" {
		f, err := os.Create(a.cpuProfile)
		if err != nil {
			return usagef("--cpuprofile: %v", err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return fmt.Errorf("start profile: %w", err)
		}
		a.closers = append(a.closers, func() { pprof.StopCPUProfile(); f.Close() })
	}
	a.view = a.newView(a.json)
	return nil
}

// newView makes the view that the flags, and the terminal, ask for.
func (a *app) newView(json bool) view.View {
	c := view.Config{
		Out:     a.stream(a.stdout, a.out),
		Err:     a.stream(a.stderr, a.stderr),
		Verbose: a.verbose,
		Build:   build(),
	}
	if json {
		return view.NewJSON(c)
	}
	return view.NewHuman(c)
}

func (a *app) stream(f *os.File, w io.Writer) view.Stream {
	fd := int(f.Fd())
	s := view.Stream{W: w, Terminal: term.IsTerminal(fd) && os.Getenv("TERM") != "dumb"}
	if s.Terminal {
		s.Terminal = enableEscapes(f)
		s.Size = func() (int, int) {
			w, h, err := term.GetSize(fd)
			if err != nil {
				return 0, 0
			}
			return w, h
		}
	} else if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil {
		s.Size = func() (int, int) { return columns, 0 }
	}
	s.Color = a.color == "always" || (a.color != "never" && s.Terminal && os.Getenv("NO_COLOR") == "")
	return s
}

// close lets go of everything, the last opened first.
func (a *app) close() {
	for _, f := range slices.Backward(a.closers) {
		f()
	}
	a.closers = nil
}

// defaultStore is where the store lies when nobody says: COSMO_STORE, else the
// user's folder for data.
func defaultStore(goos string, env func(string) string, home func() (string, error)) (string, error) {
	if dir := env("COSMO_STORE"); dir != "" {
		return dir, nil
	}
	if goos == "windows" {
		if dir := env("LocalAppData"); dir != "" {
			return filepath.Join(dir, "cosmo"), nil
		}
	} else if dir := env("XDG_DATA_HOME"); filepath.IsAbs(dir) { // relative ones are to be ignored, says the standard
		return filepath.Join(dir, "cosmo"), nil
	}
	dir, err := home()
	if err != nil {
		return "", err
	}
	if goos == "windows" {
		return filepath.Join(dir, "AppData", "Local", "cosmo"), nil
	}
	return filepath.Join(dir, ".local", "share", "cosmo"), nil
}

// version is set by a release build; others say what the toolchain knows.
var version string

func build() view.VersionInfo {
	v := view.VersionInfo{Cosmo: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if v.Cosmo != "" {
		return v
	}
	v.Cosmo = "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Cosmo = strings.TrimSuffix(info.Main.Version, "+dirty")
	}
	return v
}

// catch turns a panic into exit code 70: a sentence on the terminal, the trace
// in a file. COSMO_DEBUG=1 lets the panic through.
func (a *app) catch(code *int) {
	if os.Getenv("COSMO_DEBUG") != "" {
		return
	}
	p := recover()
	if p == nil {
		return
	}
	*code = exitInternal
	if a.view == nil {
		a.view = a.newView(a.json)
	}
	where := a.saveTrace(fmt.Sprintf("panic: %v\n\n%s", p, debug.Stack()))
	a.tell(internalError{fmt.Sprint(p), where})
}

// saveTrace writes a trace where the user can find it: the run's log, or else
// a file of its own. It returns that place, "" if there is none.
func (a *app) saveTrace(trace string) string {
	if a.log != nil {
		if _, err := io.WriteString(a.log.file, trace); err == nil {
			return a.log.path
		}
	}
	f, err := os.CreateTemp("", "cosmo-panic-*.txt")
	if err != nil {
		return ""
	}
	defer f.Close()
	if _, err := io.WriteString(f, trace); err != nil {
		return ""
	}
	return f.Name()
}
