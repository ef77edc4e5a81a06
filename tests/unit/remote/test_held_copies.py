"""Copies of a server's study lie encrypted, resume after a kill, and are refused where they were touched (RQ-63)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from app.domain.held import HeldFileError
from app.domain.study import Study
from app.settings.connections import Connection
from app.studies.decode import decode_frame
from app.studies.decoding.compressed import decode_compressed
from app.studies.display_sets import display_sets
from app.studies.index import StudyIndex
from app.studies.load import load_volume
from app.studies.pixel_header import read_pixel_header
from app.studies.remote.dimse_source import DimseSource
from app.studies.remote.kept_copies import kept_studies, purge
from app.studies.remote.web_source import WebSource
from app.studies.slow_headers import read_dataset
from app.support.held import doors
from app.support.held.keys import KEY_FILE
from app.support.held.vault import Vault
from app.support.whole_files import copy_whole
from tests.support.dicom_files import ct_dataset, write
from tests.support.enhanced import enhanced_ct
from tests.support.held import hits, master, spellings, vault_in
from tests.support.odd_server import Answer, Asked, OddServer, chunked, multipart
from tests.support.orthanc import OrthancSettings, free_port, running_orthanc
from tests.support.small_archive import AS_USUAL, PARTS, SmallArchive
from tests.support.web import stack

STUDY = "1.2.3"
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def opened(server: OddServer, cache: Path) -> Iterator[WebSource]:
    source = WebSource(Connection("pacs", url=server.url), cache)
    try:
        yield source
    finally:
        source.close()


def fetched(archive: SmallArchive, cache: Path) -> Study:
    with OddServer(archive) as server, opened(server, cache) as source:
        return source.open(STUDY).studies[0]


def paths_of(study: Study) -> list[Path]:
    return [one.path for series in study.series for one in series.instances]


def test_the_copy_is_the_study_and_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(-1000, 1000, (64, 64), dtype=np.int16).tobytes()
    files = stack(tmp_path / "in", 9, Rows=64, Columns=64, PixelData=pixels, PatientName="Canary^Иванов")
    with vault_in(tmp_path / "cache" / "remote"):
        study = fetched(SmallArchive(files), tmp_path / "cache")
        assert study.patient.name == "Canary^Иванов"
        volume = load_volume(display_sets(study)[0])
        assert volume.pixels[0].tobytes() == pixels
        for path in paths_of(study):
            uid = str(read_dataset(path).SOPInstanceUID)
            original = next(one for one in files if pydicom.dcmread(one).SOPInstanceUID == uid)
            assert doors.read_whole(path) == original.read_bytes()
        needles = spellings(
            ["Canary", "Иванов", "Jane", STUDY + ".", *(one.stem for one in files if "." in one.stem)]
        )
        assert not hits([tmp_path / "cache"], needles | {pixels[:48]: "pixels", b"DICM": "DICM"})


def test_what_is_held_is_not_fetched_again_by_another_process_with_the_key(tmp_path: Path) -> None:
    archive, key = SmallArchive(stack(tmp_path / "in", 9)), master()
    with OddServer(archive) as server:
        for _ in range(2):
            with (
                vault_in(tmp_path / "cache" / "remote", key=key),
                opened(server, tmp_path / "cache") as source,
            ):
                assert len(paths_of(source.open(STUDY).studies[0])) == 9
    assert archive.sent.count("series") == 1


def test_a_lost_key_is_a_study_fetched_again(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 9))
    with OddServer(archive) as server:
        for _ in range(2):
            with vault_in(tmp_path / "cache" / "remote"), opened(server, tmp_path / "cache") as source:
                assert len(paths_of(source.open(STUDY).studies[0])) == 9
    assert archive.sent.count("series") == 2


@pytest.mark.parametrize("victim", ["image", "key"])
def test_a_byte_turned_is_a_sentence_and_then_fetched_again(tmp_path: Path, victim: str) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 5))
    key = master()
    with OddServer(archive) as server:
        with vault_in(tmp_path / "cache" / "remote", key=key), opened(server, tmp_path / "cache") as source:
            first = paths_of(source.open(STUDY).studies[0])[2]
        touched = first if victim == "image" else first.parent / KEY_FILE
        raw = bytearray(touched.read_bytes())
        raw[len(raw) // 2] ^= 4
        touched.write_bytes(raw)
        with vault_in(tmp_path / "cache" / "remote", key=key), opened(server, tmp_path / "cache") as source:
            with pytest.raises(HeldFileError):
                decode_frame(read_pixel_header(first))
            archive.sent.clear()
            assert len(paths_of(source.open(STUDY).studies[0])) == 5
            assert doors.read_whole(first)[128:132] == b"DICM"
    assert archive.sent == ([archive.sent[0]] if victim == "image" else ["series"])


def test_a_picture_is_never_shown_of_pixels_that_were_touched(tmp_path: Path) -> None:
    """The header is in the first piece and whole; the damage lies in the pixels."""
    files = stack(tmp_path / "in", 1, Rows=256, Columns=256, PixelData=bytes(2 * 256 * 256))
    with vault_in(tmp_path / "cache" / "remote"):
        (path,) = paths_of(fetched(SmallArchive(files), tmp_path / "cache"))
        raw = bytearray(path.read_bytes())
        raw[-20] ^= 1
        path.write_bytes(raw)
        header = read_pixel_header(path)
        with pytest.raises(HeldFileError) as caught:
            decode_frame(header)
    assert caught.value.key == "error.held.altered"


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99"])
def test_files_for_pydicom_and_decoder_processes_are_read_as_well(tmp_path: Path, syntax: str) -> None:
    """RLE by a codec, and by pydicom in its process; deflated by pydicom here: whoever has no key gets bytes."""
    pixels = np.arange(64, dtype=np.int16).reshape(8, 8)
    dataset = ct_dataset(Rows=8, Columns=8, PixelData=pixels.tobytes())
    plain = tmp_path / "in" / "a.dcm"
    if syntax.endswith(".5"):
        dataset.compress(syntax, generate_instance_uid=False)
        write(dataset, plain)
    else:
        plain.parent.mkdir(parents=True)
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
        dataset.save_as(plain, enforce_file_format=True)
    with vault_in(tmp_path / "cache" / "remote"):
        (path,) = paths_of(fetched(SmallArchive([plain]), tmp_path / "cache"))
        header = read_pixel_header(path)
        shown = decode_frame(header)
        if header.syntax.endswith(".5"):
            lost = replace(header, offset=None)  # as of a file whose fragments only pydicom finds
            assert decode_compressed(lost, 0).tolist() == pixels.tolist()
    assert shown.tolist() == decode_frame(read_pixel_header(plain)).tolist() == pixels.tolist()


def test_colours_of_a_palette_come_from_an_encrypted_copy_too(tmp_path: Path) -> None:
    table = np.arange(256, dtype="<u2") * 257
    colours = {
        f"{colour}PaletteColorLookupTable{part}": value
        for colour, data in (("Red", table), ("Green", table[::-1]), ("Blue", table))
        for part, value in (("Descriptor", [256, 0, 16]), ("Data", data.tobytes()))
    }
    dataset = ct_dataset(
        PhotometricInterpretation="PALETTE COLOR",
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelRepresentation=0,
        Rows=8,
        Columns=8,
        PixelData=bytes(range(64)),
        RescaleSlope=None,
        RescaleIntercept=None,
        **colours,
    )
    plain = write(dataset, tmp_path / "in" / "a.dcm")
    with vault_in(tmp_path / "cache" / "remote"):
        (path,) = paths_of(fetched(SmallArchive([plain]), tmp_path / "cache"))
        shown = decode_frame(read_pixel_header(path))
    assert shown.shape == (8, 8, 3)
    assert shown.tolist() == decode_frame(read_pixel_header(plain)).tolist()
    assert shown[0, 1].tolist()[0] < shown[0, 1].tolist()[1]


def test_single_frames_and_heads_that_come_first_are_encrypted_too(tmp_path: Path) -> None:
    values = np.arange(7 * 8 * 10, dtype=np.int16).reshape(7, 8, 10)
    file = enhanced_ct(tmp_path / "in", values, "")
    archive = SmallArchive([file])
    with (
        vault_in(tmp_path / "cache" / "remote"),
        OddServer(archive) as server,
        opened(server, tmp_path / "cache") as source,
    ):
        (one,) = source.announce(STUDY)
        bring = source.frames_of(one)
        assert bring is not None
        alone = bring(3)
        assert alone is not None
        assert decode_frame(read_pixel_header(alone)).tolist() == values[2].tolist()
        needles = spellings([one.patient.name.partition("^")[0] or "Doe", "1.2.3.900"])
        assert not hits([tmp_path / "cache"], needles | {values[2].tobytes()[:32]: "pixels"})
        purge(tmp_path / "cache", 0)
        assert not list((tmp_path / "cache").rglob("*.dcm"))


def test_a_purge_leaves_nothing_that_can_be_decrypted(tmp_path: Path) -> None:
    archive, key = SmallArchive(stack(tmp_path / "in", 5)), master()
    with vault_in(tmp_path / "cache" / "remote", key=key):
        study = fetched(archive, tmp_path / "cache")
        (kept,) = kept_studies(tmp_path / "cache")
        assert (kept.files, kept.name) == (5, doors.name_for(kept.folder.parent, STUDY))
        stolen = {path: path.read_bytes() for path in paths_of(study)}
        assert purge(tmp_path / "cache", 0, frozenset({STUDY})) == ()
        assert len(purge(tmp_path / "cache", 0)) == 1
        assert not [one for one in (tmp_path / "cache").rglob("*") if one.is_file()]
        kept.folder.mkdir(parents=True, exist_ok=True)
        for path, raw in stolen.items():
            path.write_bytes(raw)
        for path in stolen:
            with pytest.raises(HeldFileError):
                doors.read_whole(path)


def test_a_purge_killed_after_the_key_is_ended_by_the_next_and_never_read(tmp_path: Path) -> None:
    with vault_in(tmp_path / "cache" / "remote") as vault:
        study = fetched(SmallArchive(stack(tmp_path / "in", 3)), tmp_path / "cache")
        folder = paths_of(study)[0].parent
        out = folder.parent / ".gone" / "1-1"
        out.parent.mkdir()
        folder.rename(out)
        vault.erase(folder, out)  # here it was killed
        with pytest.raises(FileNotFoundError):
            doors.read_whole(folder / "x.dcm")
        purge(tmp_path / "cache", 10**9)
        assert not out.exists()


def test_the_index_knows_copies_and_its_file_says_nothing_of_them(tmp_path: Path) -> None:
    key = master()
    files = stack(
        tmp_path / "in", 3, PatientName="Canary^Jane", PatientID="CANARY-77", AccessionNumber="CANARYACC"
    )
    file = tmp_path / "index" / "index.sqlite"
    with vault_in(tmp_path / "cache" / "remote", key=key) as vault, closing(StudyIndex(file)) as index:
        with OddServer(SmallArchive(files)) as server, opened(server, tmp_path / "cache") as source:
            source.open(STUDY, index.add)
        (study,) = index.studies()
        assert (study.patient.name, study.patient.patient_id) == ("Canary^Jane", "CANARY-77")
        assert index.study(STUDY) == study
        known = index.known_file()
        path = paths_of(study)[0]
        assert known(path, path.stat().st_mtime_ns, doors.size_of(path)) is not None
        assert not hits([file.parent], spellings(["Canary", "CANARY", "Jane", STUDY + "."]))
        vault.erase(path.parent)
        assert index.studies() == ()
    with vault_in(tmp_path / "cache" / "remote"), closing(StudyIndex(file)) as index:
        assert index.studies() == (), "without the key there is nothing to tell"


def test_a_local_study_stays_in_the_index_as_it_was(tmp_path: Path) -> None:
    from app.studies.scan import scan

    with vault_in(tmp_path / "cache" / "remote"), closing(StudyIndex(tmp_path / "index.sqlite")) as index:
        stack(tmp_path / "mine", 3)
        scan([tmp_path / "mine"], on_batch=index.add)
        assert index.study(STUDY) == index.studies()[0]


def test_an_index_file_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(StudyIndex(tmp_path / "index.sqlite")) as index:
        index.add([])
        for path in tmp_path.iterdir():
            assert os.name == "nt" or path.stat().st_mode & 0o077 == 0, path.name


def test_a_copy_leaves_as_it_was(tmp_path: Path) -> None:
    files = stack(tmp_path / "in", 1)
    with vault_in(tmp_path / "cache" / "remote"):
        (path,) = paths_of(fetched(SmallArchive(files), tmp_path / "cache"))
        copy_whole(path, tmp_path / "out.dcm")
        assert doors.is_same(path, files[0])
    assert (tmp_path / "out.dcm").read_bytes() == files[0].read_bytes()


CHILD = """
import sys
from pathlib import Path
from app.settings.connections import Connection
from app.studies.remote.web_source import WebSource
from app.support.held import doors
from app.support.held.keys import KeyPlace, Master
from app.support.held.vault import Vault
cache, url = Path(sys.argv[1]), sys.argv[2]
key = Master(bytes(32), KeyPlace.KEY_FILE)
doors.lay(Vault(cache / "remote", 2, lambda: key))
print("begun", flush=True)
WebSource(Connection("pacs", url=url), cache).open("1.2.3", lambda batch: print(len(batch), flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="killed by a signal")
def test_killed_in_the_middle_the_rest_comes_and_no_half_is_taken_for_a_whole(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 99, (256, 256), dtype=np.int16).tobytes()
    archive = SmallArchive(stack(tmp_path / "in", 20, Rows=256, Columns=256, PixelData=pixels))
    gate, bodies = threading.Event(), list(archive.bodies.values())

    def slow(asked: Asked) -> Answer | str:
        if gate.is_set() or not asked.path.partition("?")[0].endswith("/series/1.2.3.4"):
            return AS_USUAL
        whole = multipart(bodies)

        def pieces() -> Iterator[bytes]:
            yield chunked([whole[: len(whole) * 2 // 3]], PARTS, is_whole=False)
            gate.wait(60)

        return pieces()

    archive.odd = slow
    with OddServer(archive) as server:
        command = [sys.executable, "-c", CHILD, str(tmp_path / "cache"), server.url]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child.stdout:
            for _ in range(11):  # begun, and ten images
                child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        gate.set()
        archive.sent.clear()
        from app.support.held.keys import KeyPlace, Master

        with vault_in(tmp_path / "cache" / "remote", key=Master(bytes(32), KeyPlace.KEY_FILE)):
            with opened(server, tmp_path / "cache") as source:
                report = source.open(STUDY)
            paths = paths_of(report.studies[0])
            assert len(paths) == 20
            assert not report.remarks
            assert 0 < len(archive.sent) <= 11, "what had come before the kill is not fetched again"
            assert all(doors.read_whole(path) in bodies for path in paths)


def test_two_windows_fetch_one_study_under_one_key(tmp_path: Path) -> None:
    archive, key = SmallArchive(stack(tmp_path / "in", 9)), master()
    with vault_in(tmp_path / "cache" / "remote", key=key):
        threads = [threading.Thread(target=fetched, args=(archive, tmp_path / "cache")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        study = fetched(archive, tmp_path / "cache")
        assert all(doors.read_whole(path)[128:132] == b"DICM" for path in paths_of(study))


def test_dimse_copies_are_encrypted_and_can_be_sent_on(tmp_path: Path) -> None:
    settings = OrthancSettings(dicom=True, modalities={"overread": ("OVERREAD", free_port())})
    with running_orthanc(tmp_path / "server", settings) as server, vault_in(tmp_path / "cache" / "remote"):
        server.put(stack(tmp_path / "in", 4, PatientName="Canary^Jane"))
        pacs = Connection("pacs", "dimse", host="127.0.0.1", port=server.dicom_port, called_aet=settings.aet)
        source = DimseSource(pacs, tmp_path / "cache")
        paths = paths_of(source.open(STUDY).studies[0])
        assert len(paths) == 4
        assert all(str(read_dataset(path).PatientName) == "Canary^Jane" for path in paths)
        assert not hits([tmp_path / "cache"], spellings(["Canary", "Jane", STUDY + "."]))
        assert all(not one.reason for one in source.store(paths))
        web = WebSource(Connection("web", url=server.dicomweb), tmp_path / "cache")
        assert all(not one.reason for one in web.store(paths))
        web.close()


def test_a_vault_and_its_master_say_no_secret(tmp_path: Path) -> None:
    key = master()
    vault = Vault(tmp_path, 2, lambda: key)
    assert key.secret.hex() not in f"{vault!r}{vars(vault)!r}"
