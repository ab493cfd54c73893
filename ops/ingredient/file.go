package ingredient

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"cosmo/engine"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
)

// FileKind is the op kind of a checkpoint that stays where it is.
const FileKind = "file"

// FileVersion is raised when what is recorded of a file changes.
const FileVersion = 1

// FileData is what a file op needs: where it is.
type FileData struct{ Path string }

// Files is the Impl of FileKind.
type Files struct {
	FS  fsx.FS
	Now func() time.Time // guards against files changed this very moment
}

// Probe says what is remembered of a file's identity, without reading it.
func (f *Files) Probe(st *store.Store, op *engine.Op) (*engine.Result, bool, error) {
	path := op.Data.(*FileData).Path
	info, err := f.FS.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is no file %s", path)
		}
		return &engine.Result{Path: path}, false, err
	}
	if info.IsDir {
		return &engine.Result{Path: path}, false, fmt.Errorf("%s is a folder; name the checkpoint file in it", path)
	}
	if !info.Mode.IsRegular() { // a pipe or a device might never end
		return &engine.Result{Path: path}, false, fmt.Errorf("%s is not an ordinary file", path)
	}
	res := &engine.Result{Path: path, Size: info.Size, Identity: info.Identity}
	d, attach, err := st.Recall(info.Identity)
	if err != nil || d == nil || attach == "" { // a placed release: nobody has listed its tensors
		return res, false, err
	}
	res.Root, res.SHA256, res.Attach = d.Root, d.SHA256, attach
	return res, true, nil
}

// Run hashes files seen for the first time, all side by side.
func (f *Files) Run(ctx context.Context, env *engine.Env, batch []*engine.Job) error {
	var todo []*hashing
	var jobs []*engine.Job
	var before []fsx.Info
	start := f.Now()
	for _, j := range batch {
		h, info, err := f.open(j.Op.Data.(*FileData).Path)
		if err != nil {
			j.Err = err
			continue
		}
		defer h.file.Close()
		todo, jobs, before = append(todo, h), append(jobs, j), append(before, info)
		env.Emit(engine.Event{Type: engine.EventStart, Address: j.Op.Address, Activity: "hash", Total: info.Size})
	}
	hashAll(ctx, todo, env.Threads, func(i int, done int64) {
		env.Emit(engine.Event{Type: engine.EventProgress, Address: jobs[i].Op.Address, Activity: "hash", Done: done, Total: before[i].Size})
	})
	for i, h := range todo {
		jobs[i].Result, jobs[i].Err = f.settle(env.Store, h, before[i], start)
	}
	return nil
}

func (f *Files) open(path string) (*hashing, fsx.Info, error) {
	file, err := f.FS.Open(path)
	if err != nil {
		return nil, fsx.Info{}, err
	}
	info, err := file.Stat()
	if err == nil {
		var h *checkpoint.Header
		if h, err = checkpoint.ReadHeader(file, info.Size); err == nil {
			return newHashing(file, h), info, nil
		}
	}
	file.Close()
	return nil, info, fmt.Errorf("read %s: %w", path, err)
}

// settle remembers a hashed file, unless it changed under our hands.
func (f *Files) settle(st *store.Store, h *hashing, before fsx.Info, start time.Time) (*engine.Result, error) {
	if h.err != nil {
		return nil, h.err
	}
	path := h.file.Name()
	after, err := f.FS.Stat(path)
	if err != nil {
		return nil, err
	}
	if after.Identity != before.Identity {
		return nil, fmt.Errorf("%s changed while it was read; apply again when it is still", path)
	}
	d := store.FileDigest{SHA256: h.whole.Sum(), Root: checkpoint.Root(h.sums), Size: before.Size, Path: path}
	attach, err := st.Remember(before.Identity, d, checkpoint.MarshalSums(h.sums), start)
	if err != nil {
		return nil, err
	}
	return &engine.Result{Root: d.Root, SHA256: d.SHA256, Size: d.Size, Path: path, Identity: before.Identity, Attach: attach,
		Made: true, Report: engine.Report{BytesRead: d.Size}}, nil
}
