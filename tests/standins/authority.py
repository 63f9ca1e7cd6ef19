"""A throw-away certificate authority for TLS stand-ins, made with the openssl command at test time."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """A CA in a folder, able to issue server certificates."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        """The CA's certificate in PEM."""
        return self.folder / "ca.pem"

    def server_context(self, name: str = "localhost", expired: bool = False) -> ssl.SSLContext:
        """A server-side TLS context with a certificate for one DNS name, valid now or over for years."""
        key, request, certificate, names = (
            self.folder / f"{name}{expired}.{end}" for end in ("key", "csr", "pem", "ext")
        )
        names.write_text(f"subjectAltName=DNS:{name}\n")
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", f"/CN={name}")  # fmt: skip
        if expired:
            _openssl(*_ca_command(self.folder), "-in", request, "-out", certificate, *(
                "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-extfile", names))  # fmt: skip
        else:
            _openssl("x509", "-req", "-in", request, "-CA", self.ca_file, "-CAkey", self.folder / "ca.key",
                     "-CAcreateserial", "-out", certificate, "-extfile", names, "-days", "2")  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def make_authority(folder: Path) -> Authority:
    """Create a CA in an existing folder."""
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=Test CA",
             "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign")  # fmt: skip
    return Authority(folder)


def _ca_command(folder: Path) -> list[str | Path]:
    """`openssl ca`, the one command of old releases that takes a start date in the past."""
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("1000\n")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\n"
        f"new_certs_dir={folder}\ndatabase={folder}/index.txt\nserial={folder}/serial\n"
        f"certificate={folder}/ca.pem\nprivate_key={folder}/ca.key\ndefault_md=sha256\npolicy=p\n"
        "[p]\ncommonName=supplied\n"
    )
    return ["ca", "-batch", "-config", folder / "ca.cnf"]


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
