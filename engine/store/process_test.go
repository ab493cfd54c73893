package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

func TestMain(m *testing.M) {
	if job := os.Getenv("STORE_TEST_PROCESS"); job != "" {
		if err := process(job, os.Getenv("STORE_TEST_DIR")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process is what the sub-processes of these tests do.
func process(job, dir string) error {
	s, err := Open(fsx.OS(), dir)
	if err != nil {
		return err
	}
	defer s.Close()
	name, arg, _ := strings.Cut(job, " ")
	switch name {
	case "make": // results 0 to 19, whoever else does the same
		for n := range 20 {
			if _, err := makeEntry(s, n, shared(n), []byte(fmt.Sprint("list ", n))); err != nil {
				return err
			}
		}
	case "count": // add to a number in a file, holding a key
		for range 50 {
			unlock, err := s.WaitKey(context.Background(), keyOf(1))
			if err != nil {
				return err
			}
			b, _ := os.ReadFile(arg)
			n, _ := strconv.Atoi(string(b))
			if err := os.WriteFile(arg, []byte(strconv.Itoa(n+1)), 0o666); err != nil {
				return err
			}
			unlock()
		}
	case "hang": // hold a key and half an object until killed
		if _, _, _, err := s.LockKeys([]digest.Sum{keyOf(1)}); err != nil {
			return err
		}
		p, err := s.NewObject(1<<20, false)
		if err != nil {
			return err
		}
		if _, err := p.File().WriteAt(make([]byte, 1<<19), 0); err != nil {
			return err
		}
		fmt.Println("hanging")
		time.Sleep(time.Minute) // it does not get that far
	}
	return nil
}

func shared(n int) []byte { return bytes.Repeat([]byte(preimage(n)), 1000) }

func start(t *testing.T, job, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_PROCESS="+job, "STORE_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// together runs several processes of one kind to their end.
func together(t *testing.T, n int, job, dir string) {
	t.Helper()
	var cmds []*exec.Cmd
	var outs []*bufio.Reader
	for range n {
		c, o := start(t, job, dir)
		cmds, outs = append(cmds, c), append(outs, o)
	}
	for i, c := range cmds {
		text, _ := io.ReadAll(outs[i])
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, text)
		}
	}
}

func TestProcessesMakeOneKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store") // made by all at once, too
	together(t, 4, "make", dir)
	s := open(t, dir)
	for n := range 20 {
		e := mustLookup(t, s, n)
		if e == nil || e.Root != digest.Of(shared(n)) {
			t.Errorf("entry %d is %+v", n, e)
		}
	}
	rep, err := s.Verify(context.Background(), check, nil, true)
	if err != nil || rep.Objects != 40 || len(rep.Damages)+len(rep.Missing)+rep.Healed > 0 {
		t.Errorf("%+v, %v", rep, err)
	}
	if got := files(t, s, "alarms"); len(got) > 0 {
		t.Errorf("alarms %q", got)
	}
}

func TestProcessesHoldOneKey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "number")
	together(t, 3, "count "+name, t.TempDir())
	if b, err := os.ReadFile(name); err != nil || string(b) != "150" {
		t.Errorf("counted to %q, %v", b, err)
	}
}

func TestProcessKilled(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	cmd, out := start(t, "hang", dir)
	if line, err := out.ReadString('\n'); line != "hanging\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	keys := []digest.Sum{keyOf(2), keyOf(1), keyOf(2)}
	got, busy, unlock, err := s.LockKeys(keys)
	if err != nil || len(got) != 1 || got[0] != keyOf(2) || len(busy) != 1 || busy[0] != keyOf(1) {
		t.Fatalf("got %v, busy %v, %v", got, busy, err)
	}
	unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := s.WaitKey(ctx, keyOf(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: %v", err)
	}
	if _, err := s.GC(GCOptions{}); !errors.Is(err, fsx.ErrLocked) {
		t.Errorf("gc beside a living process: %v", err)
	}
	open(t, dir).Close() // clears nothing of the living
	if got := files(t, s, "tmp"); len(got) != 2 {
		t.Errorf("tmp has %q", got)
	}
	cmd.Process.Kill()
	cmd.Wait()
	wait, err := s.WaitKey(context.Background(), keyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	wait()
	open(t, dir).Close() // the next to come clears the dead's half object
	if got := files(t, s, "tmp"); len(got) != 1 {
		t.Errorf("tmp has %q", got)
	}
	if _, err := s.GC(GCOptions{}); err != nil {
		t.Errorf("gc: %v", err)
	}
	if got := files(t, s, "tmp", "locks"); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

func TestLockKeysOrder(t *testing.T) {
	s := open(t, t.TempDir())
	var keys []digest.Sum
	for n := range 20 {
		keys = append(keys, keyOf(n))
	}
	got, busy, unlock, err := s.LockKeys(keys)
	if err != nil || len(got) != 20 || len(busy) != 0 {
		t.Fatalf("%d, %d, %v", len(got), len(busy), err)
	}
	for i := 1; i < len(got); i++ {
		if compareSums(got[i-1], got[i]) >= 0 {
			t.Fatal("not sorted")
		}
	}
	other := open(t, s.Dir())
	if got, busy, u, err := other.LockKeys(keys); err != nil || len(got) != 0 || len(busy) != 20 {
		t.Errorf("%d, %d, %v", len(got), len(busy), err)
	} else {
		u()
	}
	unlock()
	unlock() // harmless
	if got, _, u, err := other.LockKeys(keys); err != nil || len(got) != 20 {
		t.Errorf("%d, %v", len(got), err)
	} else {
		u()
	}
}
