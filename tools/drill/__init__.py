"""`make drill`: a region is lost, another takes over, and the lost one returns, on an emulator of its own."""
