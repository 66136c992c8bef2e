"""AWS's list prices, as data: in US dollars, on demand, without taxes, free tiers and discounts, each with its source.

There is no bill behind them, but copies and quotations of AWS's pages and Price List: each says how it was read, and
docs/cost.md shows it. AWS's calculator (https://calculator.aws) is right where the two differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.usage import ACCOUNT

HOURS = 730
"""Hours of a month, as AWS counts."""
AS_OF = "November 2026"
"""When the table was last gone through."""
SAME = frozenset({"us-east-1", "us-west-2"})
"""Regions where everything in the table costs the same."""

#: AWS's pages with the prices.
PAGES: Mapping[str, str] = {
    "VPC": "https://aws.amazon.com/vpc/pricing/",
    "PrivateLink": "https://aws.amazon.com/privatelink/pricing/",
    "EC2": "https://aws.amazon.com/ec2/pricing/on-demand/",
    "EBS": "https://aws.amazon.com/ebs/pricing/",
    "RDS for PostgreSQL": "https://aws.amazon.com/rds/postgresql/pricing/",
    "Elastic Load Balancing": "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "CloudWatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "AWS WAF": "https://aws.amazon.com/waf/pricing/",
    "Route 53": "https://aws.amazon.com/route53/pricing/",
    "KMS": "https://aws.amazon.com/kms/pricing/",
    "Secrets Manager": "https://aws.amazon.com/secrets-manager/pricing/",
    "AWS Config": "https://aws.amazon.com/config/pricing/",
    "CloudTrail": "https://aws.amazon.com/cloudtrail/pricing/",
    "S3": "https://aws.amazon.com/s3/pricing/",
    "DynamoDB": "https://aws.amazon.com/dynamodb/pricing/",
}
NOT_READ = "not read"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one of a thing costs.

    Parameters
    ----------
    usd : float
        Dollars in us-east-1, for an hour or for a month. What has no entry in `other` costs the same in `SAME`, and
        stands in for the price of other regions.
    page : str
        The page of AWS that has it, by its name in `PAGES`.
    read : str
        How and when it was read: `quoted` from another site with a date, from the `Price List`, or `NOT_READ`.
    hourly : bool
        Whether it is for an hour. By default for a month.
    other : mapping
        Dollars in other regions, each from AWS's Price List of 2026.
    everywhere : bool
        Whether it is the same in every region.
    """

    usd: float
    page: str
    read: str
    hourly: bool = False
    other: Mapping[str, float] = field(default_factory=dict)
    everywhere: bool = False

    def monthly(self, region: str) -> float:
        """Dollars a month for one of it."""
        return self.other.get(region, self.usd) * (HOURS if self.hourly else 1)

    def known(self, region: str) -> bool:
        """Whether the price is this region's own."""
        return self.everywhere or region in {*SAME, *self.other, ACCOUNT}


_SPRING, _YEAR, _YEARS = "quoted, May and June 2026", "quoted, 2026", "quoted, 2025 and 2026"


def _database(usd: float, **other: float) -> Price:
    regions = {name.replace("_", "-"): price for name, price in other.items()}
    return Price(usd=usd, page="RDS for PostgreSQL", read=_SPRING, hourly=True, other=regions)


#: By the names of `usage`.
PRICES: Mapping[str, Price] = {
    # A standby doubles instance and storage.
    "Multi-AZ db.m7g.large": _database(0.336),
    "Multi-AZ db.t4g.medium": _database(0.13),
    "Multi-AZ db.t4g.micro": _database(0.032, ap_south_1=0.042),
    "Single-AZ db.m7g.large": _database(0.168),
    "Single-AZ db.t4g.medium": _database(0.065),
    "Single-AZ db.t4g.micro": _database(0.016),
    "Multi-AZ GiB of gp3": Price(usd=0.23, page="RDS for PostgreSQL", read=_SPRING),
    "Single-AZ GiB of gp3": Price(usd=0.115, page="RDS for PostgreSQL", read=_SPRING),
    "endpoint interfaces": Price(usd=0.01, page="PrivateLink", read=_SPRING, hourly=True, other={"ap-south-1": 0.013}),
    "m6g.large instances": Price(usd=0.077, page="EC2", read=_YEARS, hourly=True),
    "t4g.small instances": Price(usd=0.0168, page="EC2", read=_YEARS, hourly=True),
    "NAT gateways": Price(usd=0.045, page="VPC", read=_SPRING, hourly=True, other={"ap-south-1": 0.056}),
    "public IPv4 addresses": Price(usd=0.005, page="VPC", read=_SPRING, hourly=True, everywhere=True),
    # Without capacity units.
    "load balancers": Price(
        usd=0.0225, page="Elastic Load Balancing", read=NOT_READ, hourly=True, other={"ap-south-1": 0.0239}
    ),
    "KMS keys": Price(usd=1, page="KMS", read=NOT_READ, everywhere=True),
    "web ACLs": Price(usd=5, page="AWS WAF", read=NOT_READ, everywhere=True),
    "web ACL rules": Price(usd=1, page="AWS WAF", read=NOT_READ, everywhere=True),
    # Seven metrics an instance at 0.30, and two of the agent's: memory and disk.
    "instances in detail": Price(usd=2.7, page="CloudWatch", read=NOT_READ, everywhere=True),
    # An alarm on metric math is charged for each of its metrics.
    "metrics in alarms": Price(usd=0.1, page="CloudWatch", read=_YEAR, everywhere=True),
    "composite alarms": Price(usd=0.5, page="CloudWatch", read=_YEAR, everywhere=True),
    "dashboards": Price(usd=3, page="CloudWatch", read=NOT_READ, everywhere=True),
    "GiB of instance volumes": Price(usd=0.08, page="EBS", read=NOT_READ, other={"ap-south-1": 0.0912}),
    "secrets": Price(usd=0.4, page="Secrets Manager", read=NOT_READ, everywhere=True),
    # An endpoint inside AWS, 0.50, and HTTPS as an optional feature, 1.00; the first was quoted.
    "health checks": Price(usd=1.5, page="Route 53", read=NOT_READ, everywhere=True),
    "hosted zones": Price(usd=0.5, page="Route 53", read=NOT_READ, everywhere=True),
}


@dataclass(frozen=True, kw_only=True)
class Use:
    """A charge by use, with an example.

    Parameters
    ----------
    name : str
        What is charged.
    usd : float
        Dollars for one unit in us-east-1.
    unit : str
        What it is counted in, as in `GB`.
    example : float
        An amount a month.
    because : str
        What it depends on.
    page, read : str
        As in `Price`.
    """

    name: str
    usd: float
    unit: str
    example: float
    because: str
    page: str
    read: str

    @property
    def monthly(self) -> float:
        """Dollars a month for the example."""
        return self.usd * self.example


#: What the fixed cost leaves out, in us-east-1; the examples are amounts and no forecast.
USES: tuple[Use, ...] = (
    Use(
        name="traffic out to the internet",
        usd=0.09,
        unit="GB",
        example=1000,
        because="users",
        page="EC2",
        read="quoted, April to June 2026",
    ),
    Use(
        name="traffic between regions",
        usd=0.02,
        unit="GB",
        example=1000,
        because="replication of database, objects and sessions, copies of backups; much more from some regions",
        page="EC2",
        read="quoted, March 2026",
    ),
    Use(
        name="traffic between zones, each way",
        usd=0.01,
        unit="GB",
        example=1000,
        because="load balancer to instances, instances to the database",
        page="EC2",
        read="quoted, April to June 2026",
    ),
    Use(
        name="traffic through NAT gateways",
        usd=0.045,
        unit="GB",
        example=1000,
        because="calls out of the private tier to services without an endpoint, S3 and DynamoDB excepted",
        page="VPC",
        read=_SPRING,
    ),
    Use(
        name="traffic through interface endpoints",
        usd=0.01,
        unit="GB",
        example=100,
        because="calls to the services with an endpoint: logs above all",
        page="PrivateLink",
        read="quoted, April 2026",
    ),
    Use(
        name="log data taken in",
        usd=0.5,
        unit="GB",
        example=100,
        because="flow logs of all traffic, requests in AWS WAF, database, trail, instances",
        page="CloudWatch",
        read=NOT_READ,
    ),
    Use(
        name="requests in AWS WAF",
        usd=0.6,
        unit="million",
        example=100,
        because="users",
        page="AWS WAF",
        read=NOT_READ,
    ),
    Use(
        name="capacity of load balancers",
        usd=0.008 * HOURS,
        unit="LCU for a month",
        example=5,
        because="users: 25 new connections a second, or 1 GB an hour, are one LCU",
        page="Elastic Load Balancing",
        read=NOT_READ,
    ),
    Use(
        name="data events of the trail",
        usd=1.0,
        unit="million",
        example=263,
        because="requests for objects and items: the example is 100 a second",
        page="CloudTrail",
        read=NOT_READ,
    ),
    Use(
        name="items recorded by AWS Config",
        usd=0.003,
        unit="item",
        example=10_000,
        because="changes: network interfaces of functions and instances count; an evaluation is 0.001 more",
        page="AWS Config",
        read=_YEAR,
    ),
    Use(
        name="writes to the session table, in each region",
        usd=0.625,
        unit="million",
        example=100,
        because="users; each replica of the table is charged for each write",
        page="DynamoDB",
        read="quoted, without a date",
    ),
    Use(
        name="objects and their copies in S3",
        usd=0.023,
        unit="GB",
        example=1000,
        because="what is kept, and for how long, in each region that has it",
        page="S3",
        read=NOT_READ,
    ),
)

#: How many of the smallest size a size is; sizes of one family cost in proportion, but for rounding.
_SIZES = {"nano": 0.25, "micro": 0.5, "small": 1.0, "medium": 2.0, "large": 4.0, "xlarge": 8.0}
_INSTANCES = " instances"


def price_of(name: str) -> tuple[Price, bool] | None:
    """Return the price of a thing, and whether it stands in the table; nothing where there is none.

    Another size of an instance type or class in the table has a price in proportion, which does not stand in it.
    """
    if name in PRICES:
        return PRICES[name], True
    family, size = _parts(name)
    for other, price in PRICES.items():
        if size and _parts(other)[0] == family and (known := _parts(other)[1]):
            factor = size / known
            regions = {region: usd * factor for region, usd in price.other.items()}
            scaled = Price(usd=price.usd * factor, page=price.page, read=price.read, hourly=price.hourly, other=regions)
            return scaled, False
    return None


def _parts(name: str) -> tuple[str, float | None]:
    """Return family and size of an instance type or class: `Multi-AZ db.m7g` and 4 of `Multi-AZ db.m7g.large`."""
    family, _, size = name.removesuffix(_INSTANCES).rpartition(".")
    suffix = _INSTANCES if name.endswith(_INSTANCES) else ""
    if size in _SIZES:
        return family + suffix, _SIZES[size]
    times = size.removesuffix("xlarge")
    return family + suffix, int(times) * _SIZES["xlarge"] if times.isdecimal() and size != times else None
