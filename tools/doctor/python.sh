#!/bin/sh
# Prints the first Python that the environments can be made with, and on standard error what is wrong with those before it.
# PYTHON names another one to look at, and no more are.
probe='
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, ssl, venv
except ImportError as error:
    sys.exit("has no module %s" % error.name)
'
for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
	if ! command -v "$name" >/dev/null 2>&1; then
		[ -z "${PYTHON:-}" ] || echo "$name is not on PATH" >&2
	elif said=$("$name" -c "$probe" 2>&1 </dev/null); then
		echo "$name"
		exit 0
	else
		echo "$name $(echo "$said" | head -n 1)" >&2
	fi
done
exit 1
