"""From synthesized JSON to what is in the picture."""

from collections.abc import Mapping
from typing import Any

from tools.diagram.contents import contents_of, reached, role, tiers_of
from tools.diagram.lanes import lanes_of
from tools.diagram.model import PRIMARY, Picture, Region, Stock
from tools.errors import ToolError


def picture_of(*stacks: Mapping[str, Any]) -> Picture:
    """Return what is in the picture of stacks.

    Parameters
    ----------
    *stacks : mapping
        The synthesized JSON of one or more stacks. Resource types that are not known here are named with their region.

    Raises
    ------
    ToolError
        When there is no region with a VPC.
    """
    stock = Stock(stacks)
    counts = stock.per_region()
    names = sorted({one.region for one in stock.of("aws_vpc")})
    if not names:
        raise ToolError("there is no VPC in the output, so there is nothing to draw")
    regions = [_region(stock, name, resources=counts[name]) for name in names]
    regions.sort(key=lambda one: (one.reached != PRIMARY, one.role != "writer", one.name))
    tags = _default_tags(stacks)
    return Picture(
        project=tags.get("Project", ""),
        environment=tags.get("Environment", ""),
        suffix=_suffix(stock),
        domain=_domain(stock),
        regions=tuple(regions),
        lanes=lanes_of(stock),
        records=len(stock.of("aws_route53_record")),
        health_checks=len(stock.of("aws_route53_health_check")),
        resources=len(stock.resources),
        elsewhere={name: number for name, number in sorted(counts.items()) if name not in names},
    )


def _region(stock: Stock, name: str, *, resources: int) -> Region:
    return Region(
        name=name,
        cidr=str(stock.of("aws_vpc", name)[0].body.get("cidr_block", "")),
        role=role(stock, name),
        reached=reached(stock, name),
        tiers=tiers_of(stock, name),
        contents=contents_of(stock, name),
        resources=resources,
    )


def _default_tags(stacks: tuple[Mapping[str, Any], ...]) -> dict[str, str]:
    for stack in stacks:
        for provider in stack.get("provider", {}).get("aws", ()):
            for block in provider.get("default_tags", ()):
                return dict(block.get("tags", {}))
    return {}


def _suffix(stock: Stock) -> str:
    """Return the suffix of the environment: parameters of Systems Manager are named `/PROD/{suffix}/…`."""
    paths = [str(one.body.get("name", "")).split("/") for one in stock.of("aws_ssm_parameter")]
    return next((path[2] for path in paths if len(path) > 3), "")  # noqa: PLR2004 - "", environment, suffix, the rest


def _domain(stock: Stock) -> str:
    """Return the shortest name that leads to a load balancer, or to a record that does."""
    names = [
        str(one.body.get("name", ""))
        for one in stock.of("aws_route53_record")
        if str(one.body.get("alias", {}).get("name", "")).startswith(("${aws_lb.", "${aws_route53_record."))
    ]
    return min(names, key=len, default="")
