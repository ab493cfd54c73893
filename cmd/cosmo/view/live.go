package view

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// redraw is how long a picture stays at least: ten a second.
const redraw = 100 * time.Millisecond

// live is the region at the foot of a terminal that is drawn again and again.
// A picture is one Write that overwrites the last one line by line and clears
// only what is left over, so nothing flickers.
type live struct {
	out Stream
	// picture gives the lines to draw, at most w columns each.
	picture func(w, h int) []string

	mu     sync.Mutex
	above  []string // lines to print for good, over the region
	drawn  []int    // columns of each line on the screen now
	hidden bool     // the cursor is
	stop   chan struct{}
	gone   chan struct{}
}

// start begins to draw, until close. mu guards what picture looks at.
func (l *live) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stop != nil {
		return
	}
	l.stop, l.gone = make(chan struct{}), make(chan struct{})
	go func(stop, gone chan struct{}) {
		defer close(gone)
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				l.mu.Lock()
				l.draw(false)
				l.mu.Unlock()
			}
		}
	}(l.stop, l.gone)
}

// draw shows the picture, or with last set takes it away. mu is held.
func (l *live) draw(last bool) {
	w, h := l.out.width(), l.out.height()
	var lines []string
	if !last {
		lines = l.picture(w-1, h-1) // a full last column would wrap on some terminals
	}
	if len(lines) == 0 && len(l.above) == 0 && len(l.drawn) == 0 && !l.hidden {
		return
	}
	var b strings.Builder
	if !l.hidden && len(lines) > 0 {
		b.WriteString("\x1b[?25l")
		l.hidden = true
	}
	// A terminal that got narrower since has wrapped what was drawn.
	up := 0
	for _, n := range l.drawn {
		up += max(1, (n+w-1)/w)
	}
	if up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", up)
	}
	for _, s := range append(l.above, lines...) {
		b.WriteString(s)
		b.WriteString("\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	if l.hidden && len(lines) == 0 {
		b.WriteString("\x1b[?25h")
		l.hidden = false
	}
	l.above, l.drawn = nil, l.drawn[:0]
	for _, s := range lines {
		l.drawn = append(l.drawn, visible(s))
	}
	_, _ = l.out.W.Write([]byte(b.String())) // a terminal that is gone needs no picture
}

// close takes the picture away, prints what is to stay, and shows the cursor.
func (l *live) close() {
	l.mu.Lock()
	stop, gone := l.stop, l.gone
	l.stop, l.gone = nil, nil
	l.mu.Unlock()
	if stop != nil {
		close(stop)
		<-gone
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.draw(true)
}

// visible is the width of a line that may hold colours.
func visible(s string) int {
	n, in := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			in = true
		case in:
			in = r != 'm'
		default:
			n += runeWidth(r)
		}
	}
	return n
}
