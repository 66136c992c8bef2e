"""The control map: what the benchmarks want, and how the platform holds it. `make tables` writes docs/controls.md."""
