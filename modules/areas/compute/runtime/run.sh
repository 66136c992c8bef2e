#!/bin/bash
# Runs the container, with its secrets as they are now.
set -euo pipefail

options=(--env-file "${DESTDIR:-}/etc/web/environment")
stream="$(cat "${DESTDIR:-}/var/lib/cloud/data/instance-id")/container"
# What runs away in the container stops there, and not at the server beside it: a quarter of the memory is left.
memory="$(awk '/^MemTotal:/ { printf "%dk", $2 * 3 / 4 }' /proc/meminfo)"

# secret NAME REGION ID: its value is in the environment of this process alone, in no file and on no command line.
secret() {
  local value
  value="$(aws secretsmanager get-secret-value --region "$2" --secret-id "$3" --query SecretString --output text)"
  export "$1=$value"
  options+=(--env "$1")
}

{{secrets}}
exec docker run --rm --name web --publish 127.0.0.1:{{port}}:{{port}} "${options[@]}" \
  --cap-drop ALL --security-opt no-new-privileges {{read_only}} --pids-limit 1024 --memory "$memory" \
  --log-driver awslogs --log-opt awslogs-region={{region}} --log-opt awslogs-group={{log_group}} \
  --log-opt awslogs-stream="$stream" '{{image}}'
