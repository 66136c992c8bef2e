"""Names that are taken: buckets of anyone, and what an earlier copy of the platform has left."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from tools.preflight.check import Check
from tools.preflight.errors import code_of
from tools.preflight.finding import Finding
from tools.preflight.subject import Look

IMPORT = (
    "if a deployment that was killed has made it, `make recover` takes it into the state; if nobody needs it, delete it"
)

HERE, REFUSED, ELSEWHERE, NOWHERE = "here", "refused", "elsewhere", "nowhere"
#: What S3 answers of a bucket, with a status alone or with a code.
HEADS = {
    **dict.fromkeys(("404", "NoSuchBucket"), NOWHERE),
    **dict.fromkeys(("403", "AccessDenied", "Forbidden"), REFUSED),
    **dict.fromkeys(("301", "PermanentRedirect"), ELSEWHERE),
}


def _buckets(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    answers = {name: _head(look, region, name) for region, name in _bucket_names(look)}
    refused = [name for name, code in answers.items() if code == REFUSED]
    if len(refused) == len(answers) > 1:
        yield look.unseen(
            "S3 refuses these credentials every bucket that is to be made, so nobody knows whether they exist",
            "allow s3:ListBucket, or look yourself (docs/preflight.md)",
            *(f"aws s3api head-bucket --bucket {name}" for name in refused),
        )
        return
    for name, code in answers.items():
        if code == REFUSED:
            yield look.stops(
                f"the bucket {name} exists, and is someone else's or refuses these credentials; names of buckets are "
                "taken once in the world",
                "if it is yours, use credentials that may read it; else choose another environment_suffix",
                f"aws s3api head-bucket --bucket {name}",
            )
        elif code == ELSEWHERE:
            yield look.stops(
                f"the bucket {name} exists in another region",
                "delete it there if nobody needs it, or choose another environment_suffix",
                f"aws s3api get-bucket-location --bucket {name}",
            )
        elif code == HERE:
            yield look.stops(
                f"the account has a bucket {name} that no state knows, and it cannot be made again",
                IMPORT,
                f"aws s3 ls s3://{name}",
            )


def _bucket_names(look: Look) -> Iterator[tuple[str, str]]:
    """Region and name of each bucket to look for from here: from the home region also those of regions beside the list.

    The state's replica may lie in such a region.
    """
    for one in look.subject.wanted.of("aws_s3_bucket"):
        beside = look.region == look.settings.home and one.region not in look.settings.regions
        name = look.subject.wanted.text(one.body.get("bucket"))
        if name and (one.region == look.region or beside) and not look.subject.held.has(one):
            yield one.region, name


def _head(look: Look, region: str, name: str) -> str:
    try:
        look.client("s3", region).head_bucket(Bucket=name)
    except ClientError as error:
        code = code_of(error)
        if code not in HEADS:
            raise
        return HEADS[code]
    return HERE


def _secrets(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    client = look.client("secretsmanager")
    # The names of originals, and of replicas here of what is made in another region.
    everywhere = look.subject.wanted.of("aws_secretsmanager_secret")
    new = [one for one in everywhere if not look.subject.held.has(one)]
    for one in new:
        here = {one.region, *(str(replica.get("region")) for replica in one.body.get("replica", ()))}
        name = look.subject.wanted.text(one.body.get("name"))
        if name is None or look.region not in here:
            continue
        try:
            found = client.describe_secret(SecretId=name)
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                continue
            raise
        if found.get("DeletedDate"):
            yield look.stops(
                f"the secret {name} is scheduled for deletion, and until then its name is taken",
                "delete it at once, for good, if nobody needs it; or restore it and import it",
                f"aws secretsmanager delete-secret --region {look.region} --secret-id {name} "
                "--force-delete-without-recovery",
                f"aws secretsmanager restore-secret --region {look.region} --secret-id {name}",
            )
        else:
            yield look.stops(
                f"the account has a secret {name} that no state knows, and it cannot be made again",
                IMPORT,
                f"aws secretsmanager describe-secret --region {look.region} --secret-id {name}",
            )


def _aliases(look: Look) -> Iterator[Finding]:
    wanted = set(look.names("aws_kms_alias", "name"))
    if not wanted:
        return
    taken = sorted(wanted & {str(one["AliasName"]) for one in look.pages("kms", "list_aliases", "Aliases")})
    if taken:
        yield look.stops(
            f"the account has aliases of keys that no state knows: {', '.join(taken)}",
            IMPORT,
            *(f"aws kms delete-alias --region {look.region} --alias-name {name}" for name in taken),
        )


def _log_groups(look: Look) -> Iterator[Finding]:
    client = look.client("logs")
    taken = []
    for name in look.names("aws_cloudwatch_log_group", "name"):
        answer = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        taken += [name for one in answer if one["logGroupName"] == name]
    if taken:
        yield look.stops(
            f"the account has log groups that no state knows: {', '.join(taken)}",
            IMPORT,
            *(f"aws logs delete-log-group --region {look.region} --log-group-name {name}" for name in taken),
        )


CHECKS = (
    Check(name="names of buckets", place="region", run=_buckets, actions=("s3:ListBucket",), of_ours=True),
    Check(
        name="names of secrets", place="region", run=_secrets, actions=("secretsmanager:DescribeSecret",), of_ours=True
    ),
    Check(name="aliases of keys", place="region", run=_aliases, actions=("kms:ListAliases",), of_ours=True),
    Check(name="log groups", place="region", run=_log_groups, actions=("logs:DescribeLogGroups",), of_ours=True),
)
