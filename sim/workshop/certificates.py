"""A certificate for one session, which nobody vouches for: it keeps what is sent from being read.

People who compare its fingerprint with the one the server printed know whom they talk to.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAYS: Final = 7
_SLACK: Final = timedelta(days=1)


class Certificate(NamedTuple):
    """A key and a certificate as PEM, and the certificate's fingerprint as browsers show it."""

    key: str
    certificate: str
    fingerprint: str


def certificate(host: str) -> Certificate:
    """Return a certificate for a host, a name or an address, that holds for a week."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deconflict workshop")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([_named(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    return Certificate(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"),
        made.public_bytes(Encoding.PEM).decode("ascii"),
        made.fingerprint(SHA256()).hex(":").upper(),
    )


def holds(made: Certificate, host: str) -> bool:
    """Whether a certificate that was kept still holds for a host."""
    if not made.certificate:
        return False
    found = x509.load_pem_x509_certificate(made.certificate.encode("ascii"))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return _named(host) in names and datetime.now(UTC) < found.not_valid_after_utc - _SLACK


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
