# NAME=VALUE of each parameter: DATABASE_SECRET_ARN of /PROD/main/database/secret-arn.
variables() {
  aws ssm get-parameters-by-path --region "$REGION" --path "$PARAMETERS" --recursive \
    --query 'Parameters[].[Name, Value]' --output text |
    awk -F '\t' -v skipped="${#PARAMETERS}" \
      '{ name = toupper(substr($1, skipped + 2)); gsub("[/-]", "_", name); print name "=" $2 }'
}

read_parameters() {
  local text
  text="$(variables)" && [ -n "$text" ] && put 0644 /etc/web/environment <<END
AWS_REGION=$REGION
$text
END
}
