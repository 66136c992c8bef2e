"""The certificates of RDS out of AWS's bundle."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from modules.areas.rotation.certificates import BUNDLE, DIGEST, CertificateError, covered_regions, rds_certificates
from modules.settings.region_table import REGIONS
from tests.rotation.authority import Authority


def test_the_bundle_covers_every_region_that_the_settings_take() -> None:
    assert covered_regions(rds_certificates()) >= REGIONS


def test_every_certificate_of_the_bundle_loads_and_is_a_root_that_has_not_run_out() -> None:
    pem = rds_certificates()
    context = ssl.create_default_context(cadata=pem)
    loaded = context.get_ca_certs()
    assert len(loaded) == pem.count("BEGIN CERTIFICATE") >= 3 * len(REGIONS)
    assert all(it["subject"] == it["issuer"] for it in loaded)
    assert all(int(str(it["notAfter"]).split()[3]) > 2060 for it in loaded)


def test_rejects_a_bundle_that_is_not_the_one_of_aws(tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(BUNDLE.read_bytes() + b"\n")
    with pytest.raises(CertificateError, match=f"its SHA-256 is [0-9a-f]{{64}}, expected: {DIGEST}"):
        rds_certificates(other)


def test_roots_are_sorted_and_named_and_their_order_in_the_bundle_does_not_matter(tmp_path: Path) -> None:
    names = [f"Amazon RDS {region} Root CA {kind} G1" for region in ("us-west-2", "ap-south-1") for kind in KINDS]
    pems = [Authority(name).pem for name in names]
    text = _certificates(tmp_path / "one", pems)
    assert text == _certificates(tmp_path / "two", pems[::-1])
    assert [line[2:] for line in text.splitlines() if line.startswith("#")] == sorted(names)
    assert all(pem in text for pem in pems)
    assert covered_regions(text) == {"us-west-2", "ap-south-1"}


def test_two_roots_of_one_name_are_both_kept(tmp_path: Path) -> None:
    pems = [Authority("Amazon RDS us-west-2 Root CA RSA2048 G1").pem for _ in range(2)]
    assert _certificates(tmp_path, pems).count("BEGIN") == 2


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
    assert _certificates(tmp_path, [Authority(name).pem, kept]).count("BEGIN") == 1


def test_a_certificate_that_is_no_authority_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    name = "Amazon RDS us-west-2 Root CA RSA2048 G1"
    leaf = Authority("Someone Else").issue(name).certificate.decode()
    assert _certificates(tmp_path, [leaf, Authority(name).pem]).count("BEGIN") == 1


def test_rejects_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"nowhere\.pem: missing"):
        rds_certificates(tmp_path / "nowhere.pem")


def test_rejects_a_bundle_without_a_root_of_rds(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="none of 1 certificates is a root of RDS"):
        _certificates(tmp_path, [Authority("Someone Else").pem])


def test_rejects_an_empty_bundle(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="0 certificates begin, 0 can be read"):
        _certificates(tmp_path, [])


def test_rejects_a_certificate_that_is_cut_short(tmp_path: Path) -> None:
    pem = Authority("Amazon RDS us-west-2 Root CA RSA2048 G1").pem
    with pytest.raises(CertificateError, match="2 certificates begin, 1 can be read"):
        _certificates(tmp_path, [pem, pem.partition("-----END")[0]])


def test_rejects_a_certificate_that_is_none(tmp_path: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with pytest.raises(CertificateError, match="a certificate cannot be read"):
        _certificates(tmp_path, [pem])


KINDS = ("RSA2048", "RSA4096", "ECC384")


def _certificates(folder: Path, pems: list[str]) -> str:
    folder.mkdir(exist_ok=True)
    bundle = folder / "bundle.pem"
    bundle.write_text("".join(pems))
    return rds_certificates(bundle, digest=None)
