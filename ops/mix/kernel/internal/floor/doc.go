// Package floor holds the plain loops that the kernels are measured against:
// read, widen to float64, multiply and add, divide, narrow, and throw the
// result away. They round twice and know no special values; nothing but
// benchmarks may use them.
package floor
