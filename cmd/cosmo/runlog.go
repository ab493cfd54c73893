package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cosmo/engine"
)

// keepLogs is how many logs of runs the store's folder of them holds.
const keepLogs = 20

// runLog is the log of one run: JSON lines, for people who look for trouble.
type runLog struct {
	zerolog.Logger
	file *os.File
	path string
}

// openLog opens the run's log: the file that --log names, or a new one in the
// store's folder, which must be a store by then: an unknown folder is not to be
// written into. A log that cannot be opened there stops nobody.
func (a *app) openLog(command string, args []string) error {
	path := a.logFile
	if path == "" {
		dir := filepath.Join(a.storeDir, "logs")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil
		}
		pruneLogs(dir, keepLogs-1)
		path = filepath.Join(dir, fmt.Sprintf("%s-%d.log", time.Now().UTC().Format("20060102T150405Z"), os.Getpid()))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		if a.logFile == "" {
			return nil
		}
		return usagef("--log: %v", err)
	}
	a.log = &runLog{Logger: zerolog.New(f).With().Timestamp().Logger(), file: f, path: path}
	a.closers = append(a.closers, func() { f.Close() })
	// A panic in a worker cannot be recovered here; its trace is kept at least.
	_ = debug.SetCrashOutput(f, debug.CrashOptions{})
	b := build()
	a.log.Info().Str("command", command).Strs("args", args).Str("cosmo", b.Cosmo).Str("go", b.Go).Str("platform", b.Platform).Msg("start")
	return nil
}

// pruneLogs removes the oldest logs but keep. Their names sort by time.
func pruneLogs(dir string, keep int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return e.IsDir() || !strings.HasSuffix(e.Name(), ".log") })
	for i := 0; i < len(entries)-keep; i++ {
		_ = os.Remove(filepath.Join(dir, entries[i].Name())) // in use on Windows: next time
	}
}

// event logs a step of a run; progress is not worth a line.
func (l *runLog) event(e engine.Event) {
	if e.Type == engine.EventProgress {
		return
	}
	line := l.Info()
	if e.Err != nil {
		line = l.Error().Err(e.Err)
	}
	line = line.Str("event", string(e.Type)).Str("address", e.Address)
	if e.Activity != "" {
		line = line.Str("activity", e.Activity)
	}
	if r := e.Result; r != nil {
		line = line.Bool("made", r.Made).Str("root", r.Root.String()).Int64("size", r.Size).Str("path", r.Path)
	}
	line.Msg(e.Message)
}
