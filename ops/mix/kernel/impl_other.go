//go:build !amd64

package kernel

func vectorImpls() []*impl { return nil }
