serve() {
  put 0644 /srv/www/index.html <<'END'
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>It works</title>
<h1>It works</h1>
<p>Nothing is deployed here yet.</p>
</html>
END
}
