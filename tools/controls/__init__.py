"""The control map: what the benchmarks want, and how the platform holds it. `make controls` writes docs/controls.md."""
