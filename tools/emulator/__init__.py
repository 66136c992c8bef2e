"""The embedded AWS: moto server as a process of ours, on 127.0.0.1 only."""

from tools.emulator.launch import EmulatorError
from tools.emulator.process import Credentials, Emulator

__all__ = ["Credentials", "Emulator", "EmulatorError"]
