#!/bin/sh
# Looks at this machine: see tools/doctor/__main__.py. Any Python from 3.8 on will do for that.
cd "$(dirname "$0")/../.." || exit 1
for name in $(sh tools/doctor/python.sh 2>/dev/null) python3 python; do
	if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
		exec "$name" -m tools.doctor "$@"
	fi
done
echo "missing  Python 3.11 to 3.13: no Python from 3.8 on is on PATH, so nothing else was looked at" >&2
echo "         get it: apt-get install python3 python3-venv, or https://www.python.org/downloads/, and run this again" >&2
exit 1
