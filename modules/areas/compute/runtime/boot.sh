# Makes a web server of a bare instance. It can be run again: it then renews what is not as it should be.
#
# Everything is below $DESTDIR, which is empty on an instance. The server starts last, so that an instance on which
# anything has failed never becomes healthy, and Auto Scaling replaces it.

set -euo pipefail
umask 022
readonly DESTDIR="${DESTDIR:-}"

# Names resolve and routes lead somewhere only some seconds after an instance has begun.
retry() {
  local pause
  for pause in 2 4 8 16 32; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

# put MODE FILE: writes standard input to FILE, as a whole or not at all.
put() {
  mkdir -p "$(dirname "$DESTDIR$2")"
  cat >"$DESTDIR$2.new"
  chmod "$1" "$DESTDIR$2.new"
  mv -f "$DESTDIR$2.new" "$DESTDIR$2"
}

# The load balancer encrypts to this certificate and does not ask who signed it. It outlives every instance, of which
# none gets older than a year.
make_certificate() {
  local folder="$DESTDIR/etc/nginx/tls"
  if openssl x509 -checkend 2592000 -noout -in "$folder/certificate.pem" 2>/dev/null; then
    return
  fi
  (
    umask 077
    mkdir -p "$folder"
    rm -f "$folder/certificate.pem"
    openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -sha256 -days 397 \
      -subj "/CN=instance" -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
  )
}

configure() {
  put 0644 /etc/nginx/nginx.conf <<'END'
{{nginx}}
END
  put 0644 /etc/systemd/system/nginx.service.d/hardening.conf <<'END'
{{hardening}}
END
  put 0644 /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json <<'END'
{{agent}}
END
}

{{serve}}

start() {
  nginx -t -q -c "$DESTDIR/etc/nginx/nginx.conf"
  systemctl daemon-reload
  # The server's package says how its logs are rotated, and does not bring what rotates them.
  systemctl enable --now --quiet logrotate.timer
  systemctl enable --quiet nginx
  systemctl reload-or-restart nginx
}

start_agent() {
  amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
    -c "file:$DESTDIR/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json" >/dev/null
}

retry dnf --assumeyes --quiet install nginx amazon-cloudwatch-agent logrotate{{packages}}
configure
# Before what can fail, so that the logs tell of it.
start_agent
make_certificate
serve
start
