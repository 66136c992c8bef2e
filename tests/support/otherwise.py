"""Settings at other values than their defaults that do not touch each other: one synthesis for the tests of all."""

from __future__ import annotations

from typing import Any

from tests.support.region_sets import ONE, TAKEN_OVER, TWO

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
#: A container with its image in the platform's account.
IMAGE = f"{ACCOUNT}.dkr.ecr.{{region}}.amazonaws.com/web:1"
#: What a container is told of Secrets Manager.
SECRETS = {
    "BY_NAME": "team/token",
    "BY_ARN": f"arn:aws:secretsmanager:{{region}}:{ACCOUNT}:secret:team/key-AbCdEf",
    "ELSEWHERE": "arn:aws:secretsmanager:us-east-1:210987654321:secret:shared-AbCdEf",
}
#: A VPC of another account, and one in a region that is none of the platform's.
PEER = {"vpc_id": "vpc-0123456789abcdef0", "cidrs": ["192.168.0.0/20"], "account_id": "999999999999"}
FAR = {"vpc_id": "vpc-01234567", "cidrs": ["192.168.64.0/20", "192.168.96.0/20"], "region": "eu-central-1"}

#: For ``ONE``.
OTHERWISE: dict[str, Any] = {
    "backup": {"start": "22:30"},
    "compute": {
        "container": {"image": IMAGE, "environment": {"GREETING": "it's \\n $HOME"}, "secrets": SECRETS},
        "image_ids": {ONE[0]: "ami-01234567"},
    },
    "configuration": {"frequency": "DAILY"},
    "database": {
        "backup_window": "08:00-09:00",
        "rotation": {"after_days": "7", "immediately": "false", "reserved_concurrency": "5"},
    },
    "entry": {
        "deletion_protection": "false",
        "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "health_check_interval": "10",
        "hosted_zone": "managed",
        "firewall": {
            "common": "count",
            "known_bad_inputs": "off",
            "anonymous_ip": "block",
            "rate_limit": "99",
            "counted_rules": {"sql_injection": ["SQLi_COOKIE", "SQLi_BODY"]},
        },
    },
    "identity": {"permissions_boundary": BOUNDARY},
    "keys": {"deletion_window_days": "7"},
    "logs": {"retention_days": "30"},
    "network": {
        "interface_endpoints": ["bedrock-runtime", "kinesis-streams", "monitoring"],
        "peers": {ONE[0]: [PEER, FAR]},
        "readable_buckets": ["partner-data"],
    },
    "secrets": {"recovery_window_days": "0"},
    "sessions": {"deletion_protection": "false"},
    "state": {"dynamodb_lock": "false"},
    "storage": {
        "administrators": [f"{ROLE}/{name}" for name in ("administrator", "meridian-planner", "meridian-deployer")],
        "keep_logs_days": "60",
    },
    "trail": {"insights": "false", "data_events": "false", "lock_days": "30"},
}
#: For ``ONE``: what is left out.
LESS: dict[str, Any] = {
    "account": dict.fromkeys(
        (
            *("access_analyzer", "ebs_encryption", "password_policy"),
            *("private_documents", "s3_public_access_block", "session_manager"),
        ),
        "existing",
    ),
    "network": {"interface_endpoints": []},
}
#: For ``TWO``.
TWO_OTHERWISE: dict[str, Any] = {
    "database": {"application": {"authentication": "iam"}, "instances": {TWO[0]: {"backups_in": "none"}}},
    "failover": {"enabled": False},
    "findings": {"security_hub": {TWO[1]: "existing"}},
    "network": {"zones": {"us-west-1": ["usw1-az3", "usw1-az1"], "us-east-1": ["us-east-1f", "us-east-1b"]}},
    "state": {"kept_in": TWO[1]},
}
#: For ``THREE``.
THREE_OTHERWISE: dict[str, Any] = {
    "account_id": ACCOUNT,
    "identity": {"permissions_boundary": BOUNDARY},
    "storage": {"administrators": [f"{ROLE}/deploy-*", f"{ROLE}/break.glass"]},
}
#: For ``THREE``, after the second region has taken over, with less protection than the defaults.
OPENED: dict[str, Any] = TAKEN_OVER | {
    "database": {
        "instances": {
            "us-east-1": {"role": "detached", "fenced": False},
            "ap-south-1": {"of": "us-east-1", "deletion_protection": False},
        }
    },
    "policy": {"allow_loss": {"aws_vpc.ap-south-1_*": "the region is built anew from nothing"}},
}
#: For any regions; what regions have to do with it, ``SMALL_SETS`` show.
ANYWHERE: dict[str, Any] = {
    "backup": {"cold_storage_after_days": "0", "daily_retention_days": "400", "restore_testing": "true"},
    "budget": {"monthly_usd": "1000"},
    "entry": {"routing": "latency"},
    "logs": {"retention_days": "30"},
    "storage": {"force_destroy": "true"},
}
