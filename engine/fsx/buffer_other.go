//go:build !linux

package fsx

func largeBuffer(int) []byte { return nil }
func freeLarge([]byte)       {}
