// Package faultfs wraps a file system for tests that ask what is left when a
// call fails or the process dies.
//
// Every call that touches storage is counted and can be traced. At a chosen
// call the wrapper fails once, fails again and again, or dies: from then on
// nothing has an effect, on open files neither, and all locks are free, as
// when a process is killed. What was done until then stays in the wrapped file
// system, where a fresh one finds it.
//
// Calls are counted one at a time, so the same single-threaded work gives the
// same counts. Death is that of the process: what was written but not synced
// stays. LoseData and LoseNames make it that of the machine, each in the worst
// way that a disk is allowed: nothing that was not synced is left.
package faultfs
