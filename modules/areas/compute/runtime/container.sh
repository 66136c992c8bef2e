{{environment}}

sign_in() {
  aws ecr get-login-password --region "$REGISTRY_REGION" |
    docker login --username AWS --password-stdin "${IMAGE%%/*}" >/dev/null
}

serve() {
  retry read_parameters
  cat >>"$DESTDIR/etc/web/environment" <<'END'
PORT={{port}}
{{variables}}
END
  put 0700 /usr/local/sbin/web <<'END'
{{run}}
END
  put 0644 /etc/systemd/system/web.service <<'END'
[Unit]
Description=The web container
Requires=docker.service
After=docker.service

[Service]
ExecStartPre=-/usr/bin/docker rm --force web
ExecStart=/usr/local/sbin/web
ExecStop=/usr/bin/docker stop web
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
END
  systemctl enable --now --quiet docker
  # The registry's token is good for hours; it goes as soon as the image is here.
  DOCKER_CONFIG="$(mktemp -d)"
  export DOCKER_CONFIG
  [ -z "$REGISTRY_REGION" ] || retry sign_in
  retry docker pull --quiet "$IMAGE"
  rm -rf "$DOCKER_CONFIG"
  systemctl daemon-reload
  systemctl enable --quiet web
  systemctl restart web
}
