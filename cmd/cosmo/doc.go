// Command cosmo pours Stable Diffusion checkpoints from recipes.
//
// One file holds one command: flags in, one call into ops, a view out. What is
// printed, and how, is known to package view alone; how anything is done, to
// ops. This package knows flags, the process (signals, exit codes, the log of a
// run), and which error is which exit code.
//
// Exit codes: 0 done; 1 failed; 2 plan --detailed-exitcode found work to do; 3
// fmt --check found something; 4 the recipe is invalid; 5 a person has to decide
// something; 11 the store is locked; 12 the store is corrupt beyond repair; 13
// an ingredient or a result differs from its pin; 64 usage; 70 internal error;
// 130 interrupted.
package main
