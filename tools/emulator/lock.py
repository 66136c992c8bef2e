"""The lock under which requests are answered, one at a time: moto's backends have none."""

from threading import Lock

LOCK = Lock()
