"""The CA certificates of RDS: the roots in AWS's bundle for all regions, which stands beside this file.

AWS publishes it without a version at https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem, so it is pinned
by its hash. An update is another file and another ``DIGEST``.

See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

from __future__ import annotations

import hashlib
import re
import ssl
from pathlib import Path
from typing import cast

BUNDLE = Path(__file__).with_name("global-bundle.pem")
#: SHA-256 of ``BUNDLE``.
DIGEST = "e5bb2084ccf45087bda1c9bffdea0eb15ee67f0b91646106e466714f9de3c7e3"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)
BEGIN = "-----BEGIN CERTIFICATE-----"
#: Root CAs in use. Those named Beta and Preview are not for production.
ROOT = re.compile(r"Amazon RDS (?P<region>[a-z]+(?:-[a-z]+)+-\d+) Root CA (?:RSA2048|RSA4096|ECC384) G\d+")


class CertificateError(ValueError):
    """The bundle does not have the expected content. The message is one line."""


def rds_certificates(bundle: Path = BUNDLE, *, digest: str | None = DIGEST) -> str:
    """Root CAs in a bundle of certificates.

    Parameters
    ----------
    bundle
        A PEM file. The one of AWS by default.
    digest
        Its SHA-256. That of AWS's bundle by default; ``None`` takes any.

    Returns
    -------
    str
        The current root CAs of RDS for all regions, sorted by name, as PEM. The same bundle gives the same text.

    Raises
    ------
    CertificateError
        If the bundle is missing or another one, or a certificate in it cannot be read.
    """
    if not bundle.is_file():
        raise CertificateError(f"{bundle}: missing")
    content = bundle.read_bytes()
    if digest is not None and (found := hashlib.sha256(content).hexdigest()) != digest:
        raise CertificateError(f"{bundle}: its SHA-256 is {found}, expected: {digest}")
    text = content.decode("ascii", "replace")
    pems = CERTIFICATE.findall(text)
    if not pems or len(pems) != text.count(BEGIN):
        raise CertificateError(f"{bundle}: {text.count(BEGIN)} certificates begin, {len(pems)} can be read")
    roots = {(name, pem) for pem in pems if ROOT.fullmatch(name := _common_name(pem, bundle))}
    if not roots:
        raise CertificateError(f"{bundle}: none of {len(pems)} certificates is a root of RDS")
    return "".join(f"# {name}\n{pem}" for name, pem in sorted(roots))


def covered_regions(pem: str) -> set[str]:
    """Names of the regions whose RDS instances the output of ``rds_certificates`` can verify."""
    return {match["region"] for match in ROOT.finditer(pem)}


def _common_name(pem: str, source: Path) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except ssl.SSLError as error:
        raise CertificateError(f"{source}: a certificate cannot be read: {error.reason}") from None
    for certificate in context.get_ca_certs():
        subject = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate["subject"])
        return next((value for part in subject for key, value in part if key == "commonName"), "")
    return ""
