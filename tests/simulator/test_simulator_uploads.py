"""Long bodies: on disk while they are worked on, and not whole in the journal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator_asks import serving
from tone_parts import spoken, wav

from lmstudio_tui.simulator import SimulatorConfig
from lmstudio_tui.simulator.forms import FormError, read_form
from lmstudio_tui.simulator.journal import Journal, RecordedRequest
from lmstudio_tui.simulator.uploads import Part, Upload

MIB = 1024 * 1024


def form_of(*parts: tuple[str, bytes], boundary: str = "xyz") -> bytes:
    mark = boundary.encode()
    blocks = [
        b"--" + mark + f"\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data for head, data in parts
    ]
    return b"\r\n".join([*blocks, b"--" + mark + b"--\r\n"])


def test_a_long_upload_is_answered_and_shortened_in_the_journal() -> None:
    sound = wav(spoken("A long file."))
    with serving(SimulatorConfig(flavour="openai", speed=0)) as (server, client):
        files = {"file": ("long.wav", io.BytesIO(sound + bytes(12 * MIB)))}
        assert client.post("/v1/audio/transcriptions", files=files).json() == {"text": "A long file."}
        request = server.requests[0]
        assert request.size > 12 * MIB
        assert len(request.body) == 64 * 1024
        client.post("/v1/audio/speech", json={"input": "Hi."})
        assert server.requests[1].size == len(server.requests[1].body)


def test_the_journal_forgets_the_ends_of_the_oldest_long_bodies() -> None:
    journal = Journal()
    for number in range(20):
        body = bytes([number]) * 6 * MIB
        journal.add(RecordedRequest("POST", f"/{number}", "", {}, body, size=len(body)))
    kept = journal.snapshot()
    assert sum(len(request.body) for request in kept) <= 64 * MIB
    assert len(kept[0].body) == 64 * 1024
    assert len(kept[-1].body) == kept[0].size == 6 * MIB
    journal.clear()
    journal.add(RecordedRequest("POST", "/", "", {}, b"x"))
    assert journal.snapshot()[0].body == b"x"


@settings(max_examples=50)
@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(1, 200))
def test_a_form_is_read_to_the_byte(first: bytes, second: bytes, size: int) -> None:
    data = form_of(('name="one"; filename="ä.wav"', first + b"\r\n--xy"), ('name="file"; filename="b"', second))
    upload = Upload()
    for start in range(0, len(data), size):
        upload.add(data[start : start + size])
    form = read_form(upload, 'multipart/form-data; boundary="xyz"')
    assert form.files["one"].open().read() == first + b"\r\n--xy"
    assert form.files["file"].open().read() == second
    upload.release()


def test_fields_come_in_their_order_and_files_have_names() -> None:
    data = form_of(
        ('name="a"', b"1"),
        ('name="a"', b"zwei"),
        ('name="file"; filename="x y.mp3"\r\nContent-Type: audio/mpeg', b"sound"),
        ("filename=lost", b"without a name"),
    )
    upload = Upload(data)
    form = read_form(upload, "multipart/form-data; boundary=xyz")
    assert form.fields == {"a": ["1", "zwei"]}
    assert (form.value("a"), form.value("b")) == ("zwei", "")
    file = form.files["file"]
    assert (file.filename, file.media_type, file.size) == ("x y.mp3", "audio/mpeg", 5)
    upload.release()


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"{}", "application/json"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"", ""),
    ],
)
def test_what_is_no_form_is_said(data: bytes, content_type: str) -> None:
    upload = Upload(data)
    with pytest.raises(FormError):
        read_form(upload, content_type)
    upload.release()


def test_an_upload_stays_open_for_who_holds_it() -> None:
    upload = Upload(b"0123456789")
    held = upload.hold()
    upload.release()
    part = io.BufferedReader(Part(held, 2, 7))
    assert part.read(3) == b"234"
    assert part.seek(-1, io.SEEK_END) == 4
    assert part.read() == b"6"
    assert part.seek(1) == 1
    assert (part.read(), part.tell(), part.seekable()) == (b"3456", 5, True)
    held.release()
    with pytest.raises(ValueError, match="closed"):
        held.whole()
