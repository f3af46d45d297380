"""TLS, with an authority of the test's own for the one name and address the server has."""

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.telegram import connections
from bot.telegram.connections import MaybeSent, NotSent

from .servers import CLOSE, HEAD, OK, WAIT, ask, opened, serving, until_noticed


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "aftersales test")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    connections._tls.cache_clear()
    yield
    connections._tls.cache_clear()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_server_that_is_who_it_says(tls: ssl.SSLContext, host: str) -> None:
    async with serving(tls=tls) as server, opened() as client:
        for _ in range(2):
            assert await ask(client, f"https://{host}:{server.port}/") == (200, b"ok")

        assert server.used == [0, 0]


@pytest.mark.parametrize("last", [[HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"], [OK, CLOSE]])
async def test_connection_that_is_at_its_end(tls: ssl.SSLContext, last: Sequence[bytes]) -> None:
    async with serving(last, tls=tls) as server, opened() as client:
        assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")
        if CLOSE in last:
            await until_noticed(client)

        assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")
        assert server.used == [0, 1]


@pytest.mark.parametrize("pieces", [[CLOSE], [WAIT]])
async def test_answer_that_does_not_come(tls: ssl.SSLContext, pieces: Sequence[bytes]) -> None:
    async with serving(pieces, tls=tls) as server, opened() as client:
        with pytest.raises(MaybeSent):
            await ask(client, f"https://localhost:{server.port}/", read=0.2)

        assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")


async def test_server_of_another_name_is_told_nothing(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    really = loop.getaddrinfo
    monkeypatch.setattr(loop, "getaddrinfo", lambda host, port, **how: really("127.0.0.1", port, **how))
    async with serving(tls=tls) as server, opened() as client:
        with pytest.raises(NotSent):
            await ask(client, f"https://api.example:{server.port}/")

        assert server.requests == []


async def test_server_nobody_vouches_for_is_told_nothing(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    connections._tls.cache_clear()
    async with serving(tls=tls) as server, opened() as client:
        with pytest.raises(NotSent):
            await ask(client, f"https://localhost:{server.port}/")

        assert server.requests == []


async def test_server_that_does_not_shake_hands_was_not_reached() -> None:
    async with serving() as server, opened() as client:
        with pytest.raises(NotSent):
            await ask(client, f"https://127.0.0.1:{server.port}/", connect=0.1)
