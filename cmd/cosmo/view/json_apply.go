package view

import (
	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/ops"
)

type opLine struct {
	Type     string `json:"type"`
	Address  string `json:"address"`
	Activity string `json:"activity,omitempty"`
	Total    int64  `json:"total,omitempty"` // bytes
}

// opProgress comes at most once a second for an op, so all of it is measured.
type opProgress struct {
	Type     string           `json:"type"`
	Address  string           `json:"address"`
	Activity string           `json:"activity,omitempty"`
	Measured measuredProgress `json:"measured"`
}

type measuredProgress struct {
	Done           int64   `json:"done"`
	Total          int64   `json:"total"`
	BytesPerSecond float64 `json:"bytes_per_second"`
	Seconds        float64 `json:"seconds"`
}

type opFailed struct {
	Type    string `json:"type"`
	Address string `json:"address"`
	Skipped bool   `json:"skipped,omitempty"` // something it needs failed
	Message string `json:"message"`
}

type opDone struct {
	Type          string `json:"type"`
	Address       string `json:"address"`
	Activity      string `json:"activity,omitempty"`
	Made          bool   `json:"made"`
	Root          string `json:"root,omitempty"`
	SHA256        string `json:"sha256,omitempty"`
	Size          int64  `json:"size"`
	BytesRead     int64  `json:"bytes_read"`
	BytesWritten  int64  `json:"bytes_written"`
	BytesReused   int64  `json:"bytes_reused"`
	Tensors       int    `json:"tensors"`
	TensorsReused int    `json:"tensors_reused"`
	Clipped       int64  `json:"clipped"`
	NaN           int64  `json:"nan"`
	Measured      struct {
		Seconds float64 `json:"seconds"`
	} `json:"measured"`
}

func doneLine(e engine.Event, s *opState, seconds float64) opDone {
	line := opDone{Type: "op_done", Address: e.Address}
	if s != nil {
		line.Activity = s.activity
	}
	line.Measured.Seconds = seconds
	r := e.Result
	if r == nil {
		return line
	}
	line.Made, line.Root, line.SHA256, line.Size = r.Made, hexOf(r.Root), hexOf(r.SHA256), r.Size
	if r.Made {
		line.BytesRead, line.BytesWritten, line.BytesReused = r.Report.BytesRead, r.Report.BytesWritten, r.Report.BytesReused
		line.Tensors, line.TensorsReused = r.Report.Tensors, r.Report.TensorsReused
		line.Clipped, line.NaN = r.Report.Saturated, r.Report.NaN
	}
	return line
}

// hexOf is a digest as text, "" where it was never made.
func hexOf(s digest.Sum) string {
	if s.IsZero() {
		return ""
	}
	return s.String()
}

type outputLine struct {
	Address       string `json:"address"`
	Path          string `json:"path"`
	Root          string `json:"root"`
	SHA256        string `json:"sha256,omitempty"`
	Size          int64  `json:"size"`
	Made          bool   `json:"made"`
	Placed        bool   `json:"placed"` // it was in the store, and was put in its place
	Tensors       int    `json:"tensors"`
	TensorsReused int    `json:"tensors_reused"`
	Clipped       int64  `json:"clipped"`
	NaN           int64  `json:"nan"`
}

type summaryLine struct {
	Type             string       `json:"type"`
	Made             int          `json:"made"`
	Placed           int          `json:"placed"`
	There            int          `json:"there"`
	Failed           int          `json:"failed"`
	Outputs          []outputLine `json:"outputs"`
	BytesHashed      int64        `json:"bytes_hashed"`
	BytesSynthesised int64        `json:"bytes_synthesised"`
	BytesRead        int64        `json:"bytes_read"`
	BytesWritten     int64        `json:"bytes_written"`
	BytesReused      int64        `json:"bytes_reused"`
	Lock             string       `json:"lock"`
	LockChanged      bool         `json:"lock_changed"`
	Measured         struct {
		Seconds            float64 `json:"seconds"`
		HashSeconds        float64 `json:"hash_seconds"`
		PourSeconds        float64 `json:"pour_seconds"`
		DiskBytesPerSecond float64 `json:"disk_bytes_per_second"` // 0: not measured
	} `json:"measured"`
}

// Applied implements Apply.
func (v *JSON) Applied(o *ops.Outcome) {
	line := summaryLine{
		Type: "summary", Failed: len(o.Failed), Outputs: []outputLine{},
		BytesHashed: o.Hashed, BytesSynthesised: o.Synthesised,
		BytesRead: o.Read, BytesWritten: o.Written, BytesReused: o.Reused,
		Lock: o.LockPath, LockChanged: o.LockChanged,
	}
	line.Measured.Seconds, line.Measured.HashSeconds = o.Seconds, o.HashSeconds
	line.Measured.PourSeconds, line.Measured.DiskBytesPerSecond = o.PourSeconds, o.DiskBytesPerSecond
	for i := range o.Outputs {
		x := &o.Outputs[i]
		switch {
		case x.Made:
			line.Made++
		case x.Placed:
			line.Placed++
		default:
			line.There++
		}
		line.Outputs = append(line.Outputs, outputLine{
			x.Address, x.Path, hexOf(x.Root), hexOf(x.SHA256), x.Size, x.Made, x.Placed,
			x.Tensors, x.TensorsReused, x.Saturated, x.NaN,
		})
	}
	v.write(line)
}
