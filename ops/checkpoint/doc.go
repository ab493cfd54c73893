// Package checkpoint reads and writes the frame of Stable Diffusion
// checkpoints: the header of .safetensors files, which tensors an architecture
// has, and where each belongs in the network.
//
// Promises:
//   - A header that is accepted describes every byte of its file exactly once:
//     no tensor reaches outside, overlaps another or leaves a hole.
//   - Reading a hostile header costs memory in proportion to its own size.
//   - Layouts are canonical: the same specs give the same bytes, which are the
//     reference writer's from the first tensor on.
//   - A root depends on names, types, shapes and values, never on metadata,
//     order or padding.
//
// It reads no weights, runs no code found in a file, and knows nothing of
// recipes, mixing or the store.
package checkpoint
