{{environment}}

serve() {
  local archive folder
  retry read_parameters
  archive="$(mktemp)"
  folder="$DESTDIR/srv/www"
  retry aws s3 cp --only-show-errors --region "$REGION" "$ARTIFACT" "$archive"
  if [ -n "$ARTIFACT_SHA256" ] && ! sha256sum --check --status <<<"$ARTIFACT_SHA256  $archive"; then
    echo "$ARTIFACT is another object than compute.artifact_sha256 says" >&2
    return 1
  fi
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  tar -xzf "$archive" -C "$folder.new" --no-same-owner --no-same-permissions
  rm -f "$archive"
  rm -rf "$folder"
  mv "$folder.new" "$folder"
}
