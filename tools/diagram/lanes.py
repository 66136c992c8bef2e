"""What connects regions: peering, and each kind of replication and copying."""

from collections.abc import Callable, Iterator

from tools.diagram.model import Lane, Stock

Edges = Iterator[tuple[str | None, str | None]]


def lanes_of(stock: Stock) -> tuple[Lane, ...]:
    """Return what connects regions, each kind that there is."""
    found = []
    for name, detail, service, edges in _KINDS:
        pairs = frozenset((source, to) for source, to in edges(stock) if source and to and source != to)
        if pairs:
            found.append(Lane(name=name, detail=detail, service=service, edges=pairs))
    return tuple(found)


def _peerings(stock: Stock) -> Edges:
    for one in stock.of("aws_vpc_peering_connection"):
        # A peering with somebody else's VPC leads to no region of ours.
        to = stock.region_at(one.body.get("peer_vpc_id"))
        yield one.region, to
        yield to, one.region


def _databases(stock: Stock) -> Edges:
    for one in stock.of("aws_db_instance"):
        yield stock.region_at(one.body.get("replicate_source_db")), one.region


def _automated_backups(stock: Stock) -> Edges:
    for one in stock.of("aws_db_instance_automated_backups_replication"):
        yield stock.region_at(one.body.get("source_db_instance_arn")), one.region


def _buckets(stock: Stock, *, stack: str) -> Edges:
    for one in stock.of("aws_s3_bucket_replication_configuration"):
        if str(one.body["//"]["metadata"]["path"]).startswith(f"{stack}/"):
            for rule in one.body.get("rule", ()):
                yield one.region, stock.region_at(rule.get("destination", {}).get("bucket"))


def _tables(stock: Stock) -> Edges:
    # Every replica of a global table takes writes, and passes them to all others.
    for one in stock.of("aws_dynamodb_table"):
        members = [one.region, *(str(each.get("region_name")) for each in one.body.get("replica", ()))]
        yield from ((source, to) for source in members for to in members)


def _secrets(stock: Stock) -> Edges:
    for one in stock.of("aws_secretsmanager_secret"):
        yield from ((one.region, each.get("region")) for each in one.body.get("replica", ()))


def _keys(stock: Stock) -> Edges:
    for one in stock.of("aws_kms_replica_key"):
        yield stock.region_at(one.body.get("primary_key_arn")), one.region


def _backups(stock: Stock) -> Edges:
    for one in stock.of("aws_backup_plan"):
        for rule in one.body.get("rule", ()):
            for copy in rule.get("copy_action", ()):
                yield one.region, stock.region_at(copy.get("destination_vault_arn"))


_KINDS: tuple[tuple[str, str, str, Callable[[Stock], Edges]], ...] = (
    ("VPC peering", "between private networks", "network", _peerings),
    ("PostgreSQL replication", "asynchronous read replicas", "database", _databases),
    ("Automated DB backups", "for point-in-time restores", "database", _automated_backups),
    ("Session table", "global table, last writer wins", "database", _tables),
    ("S3 data buckets", "S3 replication", "storage", lambda stock: _buckets(stock, stack="platform")),
    ("Backup vaults", "copies by AWS Backup", "storage", _backups),
    ("Secrets", "replicas of Secrets Manager", "security", _secrets),
    ("Multi-region keys", "replicas of KMS keys", "security", _keys),
    ("Terraform state", "S3 replication", "storage", lambda stock: _buckets(stock, stack="state-backend")),
)
