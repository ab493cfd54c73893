package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine"
)

// screen is a terminal: enough of one to hold the live region to what it says.
type screen struct {
	t      *testing.T
	w      int
	rows   [][]rune
	x, y   int
	hidden bool
	writes int
}

func (s *screen) Write(b []byte) (int, error) {
	s.writes++
	r := []rune(string(b))
	for i := 0; i < len(r); i++ {
		switch r[i] {
		case '\n': // terminals in cooked mode go to the line's beginning too
			s.x, s.y = 0, s.y+1
		case '\r':
			s.x = 0
		case '\x1b':
			end := i + 2
			for r[end] < '@' {
				end++
			}
			s.escape(string(r[i+2:end]), r[end])
			i = end
		default:
			if s.x == s.w {
				s.x, s.y = 0, s.y+1
			}
			row := s.row(s.y)
			row[s.x] = r[i]
			s.x++
		}
	}
	return len(b), nil
}

func (s *screen) row(y int) []rune {
	for len(s.rows) <= y {
		s.rows = append(s.rows, []rune(strings.Repeat(" ", s.w)))
	}
	return s.rows[y]
}

func (s *screen) escape(arg string, final rune) {
	switch {
	case final == 'A':
		n := 0
		fmt.Sscan(arg, &n)
		if s.y -= n; s.y < 0 {
			s.t.Fatal("the cursor left the screen")
		}
	case final == 'K':
		for row := s.row(s.y); s.x < s.w; s.x++ {
			row[s.x] = ' '
		}
	case final == 'J':
		for y := s.y; y < len(s.rows); y++ {
			s.rows[y] = []rune(strings.Repeat(" ", s.w))
		}
	case arg == "?25" && final == 'l':
		s.hidden = true
	case arg == "?25" && final == 'h':
		s.hidden = false
	case final == 'm':
	default:
		s.t.Fatalf("unknown escape sequence %q %q", arg, final)
	}
}

func (s *screen) String() string {
	var b strings.Builder
	for _, r := range s.rows {
		b.WriteString(strings.TrimRight(string(r), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// TestLiveRun plays a run on a screen and looks at it now and then.
func TestLiveRun(t *testing.T) {
	const size = 2_132_650_982
	c := newClock()
	s := &screen{t: t, w: 80}
	h := NewHuman(Config{
		Out: Stream{W: new(bytes.Buffer)}, Now: c.now,
		Err: Stream{W: s, Terminal: true, Color: true, Size: fixedSize(80, 6)},
	})
	// The ticker stays off: the test draws when it looks.
	h.live.stop, h.live.gone = make(chan struct{}), make(chan struct{})
	close(h.live.gone)
	look := func(hidden bool, want ...string) {
		t.Helper()
		h.live.mu.Lock()
		before := s.writes
		h.live.draw(false)
		h.live.mu.Unlock()
		if s.writes > before+1 {
			t.Errorf("a picture took %d writes", s.writes-before)
		}
		if d := cmp.Diff(strings.Join(want, "\n"), s.String()); d != "" {
			t.Fatalf("the screen (-want +got):\n%s", d)
		}
		if s.hidden != hidden {
			t.Errorf("cursor hidden: %v", s.hidden)
		}
	}
	look(false)
	h.Event(engine.Event{Type: engine.EventStart, Address: "model.epicrealism", Activity: "hash", Total: size})
	h.Event(engine.Event{Type: engine.EventStart, Address: "model.V1", Activity: "hash", Total: size})
	look(true,
		"model.epicrealism  reading  2.13 GB",
		"model.V1           reading  2.13 GB")
	c.wind(1)
	h.Event(engine.Event{Type: engine.EventProgress, Address: "model.V1", Activity: "hash", Done: size / 2, Total: size})
	look(true,
		"model.epicrealism  reading  2.13 GB",
		"model.V1           reading  ██████▌░░░░░░   50 %  1.07 GB of 2.13 GB  1.07 GB/s")
	c.wind(1)
	h.Event(engine.Event{Type: engine.EventDone, Address: "model.epicrealism", Result: &engine.Result{Made: true, Size: size}})
	look(true,
		"model.epicrealism: read 2.13 GB in 2.0 s",
		"model.V1  reading  █████░░░░░   50 %  1.07 GB of 2.13 GB  1.07 GB/s  1.0 s left")
	h.Note("a note")
	for i := range 9 {
		h.Event(engine.Event{Type: engine.EventStart, Address: fmt.Sprintf("release.r%d", i), Activity: "pour"})
	}
	look(true,
		"model.epicrealism: read 2.13 GB in 2.0 s",
		"a note",
		"model.V1    reading  ████░░░░   50 %  1.07 GB of 2.13 GB  1.07 GB/s  1.0 s left",
		"release.r0  pouring",
		"release.r1  pouring",
		"release.r2  pouring",
		"and 6 more")
	h.Close()
	h.Close()
	if got := s.String(); s.hidden || got != "model.epicrealism: read 2.13 GB in 2.0 s\na note" {
		t.Errorf("left on the screen (cursor hidden: %v):\n%s", s.hidden, got)
	}
}

// TestLiveNarrower: what a terminal that got narrower has wrapped is cleared.
func TestLiveNarrower(t *testing.T) {
	s := &screen{t: t, w: 40}
	w := 80
	lines := []string{strings.Repeat("x", 70), "y"}
	l := live{out: Stream{W: s, Terminal: true, Size: func() (int, int) { return w, 24 }}, picture: func(int, int) []string { return lines }}
	l.draw(false) // on this screen of 40 columns the first line takes two rows
	w, lines = 40, []string{"z"}
	l.draw(false)
	if got := s.String(); got != "z" {
		t.Errorf("the screen:\n%s", got)
	}
}

// TestLiveTicker: the real thing starts, draws and stops.
func TestLiveTicker(t *testing.T) {
	s := &screen{t: t, w: 80}
	l := live{out: Stream{W: s, Terminal: true}, picture: func(int, int) []string { return []string{"on"} }}
	l.start()
	l.start()
	l.close()
	l.close()
	if s.hidden || s.String() != "" {
		t.Errorf("left behind: hidden %v, %q", s.hidden, s.String())
	}
}

func TestLineWidths(t *testing.T) {
	s := opState{address: "cocktail.a_rather_long_name[\"2.2\"]", activity: "pour", done: 123_456_789_012, total: 223_456_789_012, rate: 1.5e9}
	for w := 20; w < 200; w++ {
		got := s.line(w, max(12, w/3), true)
		if n := visible(got); n > w {
			t.Errorf("at %d columns the line takes %d: %s", w, n, got)
		}
	}
	if got, want := s.line(120, 40, false), `cocktail.a_rather_long_name["2.2"]        pouring  ███████▊░░░░░░   55 %   123 GB of  223 GB  1.50 GB/s  1 min 07 s left`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBar(t *testing.T) {
	for _, tc := range []struct {
		f    float64
		want string
	}{{0, "░░░░"}, {1, "████"}, {0.5, "██░░"}, {2, "████"}, {-1, "░░░░"}, {1.0 / 32, "▏░░░"}, {3.0/4 + 1.0/8, "███▌"}} {
		if got := bar(tc.f, 4); got != tc.want {
			t.Errorf("bar(%g) = %s, want %s", tc.f, got, tc.want)
		}
	}
}
