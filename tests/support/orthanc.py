"""A real Orthanc with the DICOMweb plug-in for tests: a configuration of its own, loopback, free ports, own process.

Tests skip where it is not installed, and fail under CI. The DICOM port answers known modalities on loopback only.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.plug import Plug

PLUGINS = (
    Path("/usr/share/orthanc/plugins"),
    Path("/usr/lib/orthanc/plugins"),
    Path("/usr/local/share/orthanc/plugins"),
)
PLUGIN = "libOrthancDicomWeb.so"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0


@dataclass(frozen=True)
class OrthancSettings:
    """modalities: name -> (AE title, port) of a DIMSE peer on loopback that may ask and be sent to."""

    aet: str = "ORTHANC"
    user: str = ""
    password: str = ""
    tls: bool = False
    client_certificate: bool = False  # only clients that show a certificate of the same authority
    dicom: bool = False
    keep_alive: bool = True
    tcp_no_delay: bool = True
    compression: bool = False
    modalities: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  # any further line of the configuration


@dataclass
class Orthanc:
    """One server; `start` after `stop` or `kill` finds the same ports and the same studies."""

    folder: Path
    settings: OrthancSettings
    http_port: int
    dicom_port: int
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    front: Plug | None = None
    _process: subprocess.Popen[bytes] | None = None
    _logged: int = 0  # what earlier starts wrote

    @property
    def url(self) -> str:
        if self.front is not None:
            return f"https://127.0.0.1:{self.front.port}"
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def dicomweb(self) -> str:
        return f"{self.url}/dicom-web"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(_configuration(self)), encoding="utf-8")
        self._logged = len(self._words())
        with (self.folder / "orthanc.log").open("ab") as log:
            self._process = subprocess.Popen([_program(), str(file)], stdout=log, stderr=log, cwd=self.folder)
        self._wait()

    def stop(self) -> None:
        """Ask it to end; kill it where it does not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_LIMIT_S)

    def kill(self) -> None:
        """As a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(STOP_LIMIT_S)

    def client(self) -> Any:
        """An httpx client of the REST interface, with everything this server asks for."""
        import httpx

        verify: ssl.SSLContext | bool = True
        if self.ca_file is not None:
            verify = ssl.create_default_context(cafile=str(self.ca_file))
            if self.client_cert is not None:
                verify.load_cert_chain(str(self.client_cert), str(self.client_key))
        auth = (self.settings.user, self.settings.password) if self.settings.user else None
        return httpx.Client(base_url=self.url, verify=verify, auth=auth, timeout=30, trust_env=False)

    def put(self, files: Iterable[Path]) -> None:
        """Store files through the REST interface."""
        with self.client() as client:
            for file in files:
                client.post("/instances", content=file.read_bytes()).raise_for_status()

    def count(self) -> int:
        """Instances it holds."""
        with self.client() as client:
            return int(client.get("/statistics").json()["CountInstances"])

    def _words(self) -> str:
        log = self.folder / "orthanc.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def _wait(self) -> None:
        end = time.monotonic() + START_LIMIT_S
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            if "Orthanc has started" in self._words()[self._logged :]:
                return
            time.sleep(0.03)
        words = self._words()[-2000:]
        self.kill()
        pytest.fail(f"Orthanc did not start: {words}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_orthanc(folder: Path, settings: OrthancSettings | None = None) -> Iterator[Orthanc]:
    """A started Orthanc with an empty database in `folder`; ended whatever happens."""
    missing = [name for name in ("Orthanc", PLUGIN) if not _found(name)]
    if missing:
        words = f"not installed: {', '.join(missing)} (apt-get install orthanc orthanc-dicomweb)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    folder.mkdir(parents=True, exist_ok=True)
    server = Orthanc(folder, settings or OrthancSettings(), free_port(), free_port())
    if server.settings.tls:
        _certify(server)
    try:
        server.start()
        yield server
    finally:
        if server.front is not None:
            server.front.close()
        server.stop()


def _certify(server: Orthanc) -> None:
    """TLS by a gateway before it, as hospitals have it: Debian's Orthanc 1.10.1 dies of the first HTTPS request."""
    import trustme

    authority = trustme.CA()
    server.ca_file = server.folder / "ca.pem"
    authority.cert_pem.write_to_path(str(server.ca_file))
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(server.folder / "server.pem")
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(server.ca_file))
    context.load_cert_chain(str(server.folder / "server.pem"))
    if server.settings.client_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        reader = authority.issue_cert("reader@localhost.test")
        server.client_cert, server.client_key = server.folder / "client.pem", server.folder / "client.key"
        reader.cert_chain_pems[0].write_to_path(str(server.client_cert))
        reader.private_key_pem.write_to_path(str(server.client_key))
    server.front = Plug(server.http_port, context)


def _configuration(server: Orthanc) -> dict[str, Any]:
    wanted = server.settings
    told: dict[str, Any] = {
        "StorageDirectory": str(server.folder / "db"),
        "IndexDirectory": str(server.folder / "db"),
        "HttpPort": server.http_port,
        "HttpBindAddresses": ["127.0.0.1"],
        "RemoteAccessAllowed": False,
        "DicomServerEnabled": wanted.dicom,
        "DicomPort": server.dicom_port,
        "DicomAet": wanted.aet,
        "DicomCheckCalledAet": True,
        "DicomCheckModalityHost": True,
        "DicomModalities": {
            name: [aet, "127.0.0.1", port] for name, (aet, port) in wanted.modalities.items()
        },
        "AuthenticationEnabled": bool(wanted.user),
        "RegisteredUsers": {wanted.user: wanted.password} if wanted.user else {},
        "HttpCompressionEnabled": wanted.compression,
        "KeepAlive": wanted.keep_alive,
        "TcpNoDelay": wanted.tcp_no_delay,
        "Plugins": [_found(PLUGIN)],
        "DicomWeb": {
            "Enable": True,
            "Root": "/dicom-web/",
            "StudiesMetadata": "Full",
            "SeriesMetadata": "Full",
        },
    }
    return told | dict(wanted.more)


def _program() -> str:
    return _found("Orthanc")


def _found(name: str) -> str:
    """Where a program or plug-in lies, or ''."""
    if name == PLUGIN:
        return next((str(folder / name) for folder in PLUGINS if (folder / name).exists()), "")
    return shutil.which(name) or next(
        (path for path in ("/usr/sbin/Orthanc", "/usr/bin/Orthanc") if Path(path).exists()), ""
    )
