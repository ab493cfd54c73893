package engine

import (
	"context"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

// Impl is how one kind of op is done.
type Impl interface {
	// Probe says what is known of an op whose result is not looked up by key:
	// a file that stays where it is. known is false when finding out means
	// reading it; res then has its path and size alone. Kinds that live in the
	// store return nil, false, nil.
	Probe(st *store.Store, op *Op) (res *Result, known bool, err error)

	// Run makes every job of a batch, in one pass where it can, and publishes
	// each under its keys. It sets Result or Err on each job; the returned
	// error is for trouble that concerns no single job.
	Run(ctx context.Context, env *Env, batch []*Job) error
}

// Fused is implemented by kinds that gain from running in one batch: while there
// is other work, the engine waits until everything such a batch may hold is
// ready.
type Fused interface{ Fused() bool }

// Env is what an Impl works with.
type Env struct {
	Store   *store.Store
	Threads int
	Emit    Sink
}

// Job is one op of a batch.
type Job struct {
	Op         *Op
	Key        digest.Sum
	Preimage   string
	ContentKey digest.Sum
	ContentPre string
	Inputs     []*Result // in the order of Op.Inputs
	Result     *Result
	Err        error
}

// EventType says what an Event reports.
type EventType string

const (
	EventStart    EventType = "start"
	EventProgress EventType = "progress"
	EventDone     EventType = "done"
	EventFailed   EventType = "failed"
	EventSkipped  EventType = "skipped" // an input of it failed
	EventNote     EventType = "note"
)

// Event is one step of a run, for progress lines and --json. Total is 0 when
// it is not known.
type Event struct {
	Type        EventType
	Address     string
	Activity    string // what is being done: "hash", "make", "pour"
	Done, Total int64  // bytes
	Message     string
	Result      *Result
	Err         error
}

// Sink receives events, from one goroutine at a time.
type Sink func(Event)
