"""`overread listen` in a process of its own: what dcmtk sends arrives, Ctrl-C and SIGTERM end it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.held import hits, key_file_for, spellings
from tests.support.web import stack

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_what_is_sent_arrives_and_a_signal_ends_it(tmp_path: Path, ending: signal.Signals) -> None:
    if signal.getsignal(ending) is signal.SIG_IGN:
        pytest.skip(f"{ending.name} is ignored by whatever runs these tests, and so by what they start")
    sender = shutil.which("storescu")
    if sender is None:
        assert not os.environ.get("CI"), "dcmtk is not installed"
        pytest.skip("dcmtk is not installed")
    files = stack(tmp_path / "in", 3)
    key_file_for(tmp_path / "home" / "settings")
    environment = {**os.environ, "OVERREAD_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "app", "listen", "--port", "0", "--title", "HERE"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found is not None
        port = found.group(1)
        subprocess.run(
            [sender, "-aet", "THERE", "-aec", "HERE", "127.0.0.1", port, *map(str, files)],
            check=True,
            timeout=60,
        )
        process.send_signal(ending)
        assert process.stderr is not None
        # Not `communicate`: it loses what came in the same breath as the line that was read above.
        out, err = process.stdout.read(), process.stderr.read()
        process.wait(60)
    finally:
        process.kill()
        with process:  # closes its pipes and waits
            pass
    assert "3 objects were received" in out
    assert "encrypted" in out
    assert "Traceback" not in err
    assert len(list((tmp_path / "home").rglob("*.dcm"))) == 3
    assert not hits([tmp_path / "home" / "data" / "received"], spellings(["Doe", "Jane", "1.2.3."]))
