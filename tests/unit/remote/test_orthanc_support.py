from pathlib import Path

from tests.support.dicom_files import write_stack
from tests.support.orthanc import OrthancSettings, running_orthanc


def test_orthanc_starts_keeps_files_over_a_kill_and_asks_for_a_password(tmp_path: Path) -> None:
    files = write_stack(tmp_path / "in", [(0.0, 0.0, float(z)) for z in range(3)])
    with running_orthanc(tmp_path / "server", OrthancSettings(user="u", password="p")) as server:
        server.put(files)
        assert server.count() == 3
        server.kill()
        server.start()
        assert server.count() == 3
        with server.client() as client:
            assert client.get("/system", auth=("u", "wrong")).status_code == 401


def test_orthanc_with_certificates_on_both_sides(tmp_path: Path) -> None:
    with running_orthanc(tmp_path, OrthancSettings(tls=True, client_certificate=True)) as server:
        assert server.url.startswith("https://")
        with server.client() as client:
            assert client.get("/dicom-web/studies").json() == []
