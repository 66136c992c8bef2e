sign_in() {
  aws ecr get-login-password --region "$REGISTRY_REGION" |
    docker login --username AWS --password-stdin "${IMAGE%%/*}" >/dev/null
}

# What runs away in the container stops there, and not at the server beside it: a quarter of the memory is left.
memory() {
  awk '/^MemTotal:/ { printf "%dk", $2 * 3 / 4 }' /proc/meminfo
}

serve() {
  put 0644 /etc/systemd/system/web.service <<END
[Unit]
Description=The web container
Requires=docker.service
After=docker.service

[Service]
ExecStartPre=-/usr/bin/docker rm --force web
ExecStart=/usr/bin/docker run --rm --name web --publish 127.0.0.1:$PORT:$PORT \\
  --env AWS_REGION=$REGION --cap-drop ALL --security-opt no-new-privileges $READ_ONLY \\
  --pids-limit 1024 --memory $(memory) \\
  --log-driver awslogs --log-opt awslogs-region=$REGION --log-opt awslogs-group=$LOG_GROUP \\
  --log-opt awslogs-stream=$(cat "$DESTDIR/var/lib/cloud/data/instance-id")/container $IMAGE
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
