"""What may be sent along, as what, and why not."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lmstudio_tui.features.chat.attaching import (
    AttachError,
    attach,
    attach_all,
    caution,
    line_of,
    refusal,
    sees,
    size_in_tokens,
    words,
)
from lmstudio_tui.features.chat.browsing import FileKind, completed, list_for, pasted_paths
from lmstudio_tui.features.chat.images import LONGEST_SIDE, MOST_BYTES, preview
from lmstudio_tui.sdk import Capability, ModelSummary


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture that cannot be packed."""
    bands = {"RGB": 3, "RGBA": 4, "L": 1}[mode]
    return Image.frombytes(mode, (width, height), os.urandom(width * height * bands))


def file_of(folder: Path, name: str, image: Image.Image, **more: Any) -> Path:
    path = folder / name
    image.save(path, **more)
    return path


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


# Images


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_an_image_that_needs_nothing_is_sent_as_it_is(tmp_path: Path, name: str) -> None:
    path = file_of(tmp_path, name, noise(64, 48))
    found = attach(path)
    assert found.data == path.read_bytes()
    assert (found.attachment.kind, found.attachment.width, found.attachment.height) == ("image", 64, 48)
    assert found.attachment.size == len(found.data)
    assert found.note == ""
    kind = {"a.png": "png", "a.jpg": "jpeg", "a.webp": "webp"}[name]
    assert found.attachment.media_type == f"image/{kind}"


@pytest.mark.parametrize("name", ["a.bmp", "a.tiff", "a.gif"])
def test_what_servers_do_not_read_becomes_png(tmp_path: Path, name: str) -> None:
    found = attach(file_of(tmp_path, name, Image.new("RGB", (9, 7), "red")))
    assert found.attachment.media_type == "image/png"
    picture = opened(found.data)
    assert (picture.format, picture.size, picture.convert("RGB").getpixel((3, 3))) == ("PNG", (9, 7), (255, 0, 0))
    assert "converted from" in found.note
    assert found.attachment.name == name


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.tiff"])
def test_of_a_film_the_first_picture_is_sent(tmp_path: Path, name: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    found = attach(file_of(tmp_path, name, frames[0], save_all=True, append_images=frames[1:], lossless=True))
    red, green, blue = opened(found.data).convert("RGB").tobytes()[:3]
    assert red > 200
    assert max(green, blue) < 60
    assert "only the first picture" in found.note


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_pixel(tmp_path: Path, mode: str) -> None:
    image = Image.new(mode, (20, 10))
    found = attach(file_of(tmp_path, "a.tiff", image))
    assert opened(found.data).size == (20, 10)


def test_a_large_image_is_scaled(tmp_path: Path) -> None:
    found = attach(file_of(tmp_path, "a.png", Image.new("RGB", (4096, 1000), "blue")))
    assert (found.attachment.width, found.attachment.height) == (LONGEST_SIDE, 500)
    assert opened(found.data).size == (LONGEST_SIDE, 500)
    assert "scaled from 4096×1000 to 2048×500" in found.note


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_heavy_image_is_packed(tmp_path: Path, mode: str) -> None:
    path = file_of(tmp_path, "a.png", noise(1300, 1200, mode))
    assert path.stat().st_size > MOST_BYTES
    found = attach(path)
    assert len(found.data) <= MOST_BYTES
    assert found.note
    picture = opened(found.data)
    assert picture.size == (found.attachment.width, found.attachment.height)
    assert picture.has_transparency_data == (mode == "RGBA")


def exif(**more: Any) -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = "Camera"
    made.get_ifd(0x8825)[2] = (45.0, 45.0, 30.0)
    for tag, value in more.items():
        made[int(tag[1:], 16)] = value
    return made


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_where_a_photograph_was_taken_is_not_sent(tmp_path: Path, name: str) -> None:
    path = file_of(tmp_path, name, Image.new("RGB", (30, 20), "teal"), exif=exif())
    assert b"Camera" in path.read_bytes()
    found = attach(path)
    assert b"Camera" not in found.data
    assert len(opened(found.data).getexif()) == 0
    assert "metadata such as the place and the camera removed" in found.note
    assert (found.attachment.width, found.attachment.height) == (30, 20)


def test_a_comment_or_a_prompt_within_is_not_sent(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("parameters", "a secret prompt")
    assert b"a secret" not in attach(file_of(tmp_path, "a.png", Image.new("RGB", (9, 9)), pnginfo=told)).data
    path = file_of(tmp_path, "a.jpg", Image.new("RGB", (9, 9)), comment=b"a secret word")
    assert b"a secret" in path.read_bytes()
    assert b"a secret" not in attach(path).data


def test_of_several_views_in_one_photograph_the_first_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    first, second = Image.new("RGB", (16, 8), "red"), Image.new("RGB", (16, 8), "blue")
    first.save(path, "MPO", save_all=True, append_images=[second])
    found = attach(path)
    assert found.attachment.media_type == "image/jpeg"
    assert len(found.data) < path.stat().st_size
    assert opened(found.data).format == "JPEG"


def test_a_photograph_is_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    found = attach(file_of(tmp_path, "a.jpg", image, exif=exif(x0112=6), quality=95))
    assert (found.attachment.width, found.attachment.height) == (20, 40)
    assert "turned upright" in found.note
    pixel = opened(found.data).getpixel((10, 5))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert pixel[1] < 80


def test_broken_images(tmp_path: Path) -> None:
    whole = io.BytesIO()
    noise(64, 64).save(whole, "PNG")
    path = tmp_path / "a.png"
    for data in (whole.getvalue()[:3000], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xffwhatever", b"GIF89a" + b"\1" * 40):
        path.write_bytes(data)
        with pytest.raises(AttachError, match=r"a\.png begins as an image, but it is broken"):
            attach(path)


def test_a_bomb(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.png", Image.new("1", (20_000, 20_000)))
    assert path.stat().st_size < 100_000
    with pytest.raises(AttachError, match="million pixels") as caught:
        attach(path)
    assert caught.value.hint == "Scale it down first."


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"]), st.integers(0, 400))
def test_damage_of_any_kind_is_a_sentence(tmp_path: Path, damage: bytes, kind: str, at: int) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(buffer, kind)
    data = bytearray(buffer.getvalue())
    data[at : at + len(damage)] = damage
    path = tmp_path / "a"
    path.write_bytes(bytes(data))
    done, failed = attach_all([path])
    assert len(done) + len(failed) == 1
    assert all(error.message.endswith(".") for error in failed)


def test_a_small_one_to_look_at() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (500, 100), (0, 0, 0, 0)).save(buffer, "PNG")
    small = preview(buffer.getvalue(), 50)
    assert (small.size, small.mode, small.getpixel((1, 1))) == ((50, 10), "RGB", (255, 255, 255))


# Texts


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        ("naïve €".encode(), "naïve €", ""),
        ("naïve".encode("utf-8-sig"), "naïve", ""),
        ("naïve €".encode("utf-16"), "naïve €", "UTF-16"),
        ("naïve €".encode("utf-32"), "naïve €", "UTF-32"),
        ("naïve".encode("latin-1"), "naïve", "Latin-1"),
        (b"BM is how this begins", "BM is how this begins", ""),
    ],
)
def test_texts(tmp_path: Path, data: bytes, text: str, note: str) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(data)
    found = attach(path)
    assert found.data.decode() == text
    assert found.attachment.kind == "text"
    assert found.attachment.media_type.startswith("text/")
    assert (note in found.note) if note else not found.note
    assert found.attachment.size == len(text.encode())


def test_a_script_of_another_name_is_text(tmp_path: Path) -> None:
    path = tmp_path / "player.ts"
    path.write_text("let x = 1")
    assert attach(path).attachment.media_type == "text/plain"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"%PDF-1.7\n\x00\x01", "is a PDF"),
        (b"PK\x03\x04\x00\x00", "a packed file"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "cannot be read here (HEIC)"),
        (b"\x00\x01\x02 whatever", "neither a text nor an image"),
        (bytes(range(1, 256)) * 9, "neither a text nor an image"),
        (b"\xff\xfea\xd8\x00\x00b", "marked as UTF-16, but it is broken"),
        (b"x" * 2_000_001, "a text may have 2 MB"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "thing"
    path.write_bytes(data)
    with pytest.raises(AttachError) as caught:
        attach(path)
    assert words in caught.value.message
    assert caught.value.message.startswith("thing ")


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    for name, said in [
        ("nothing.png", "There is no file"),
        ("", "is a folder"),
        ("pipe", "no ordinary file"),
        ("gone", "There is no file"),
        ("a\0b", "cannot hold such a character"),
        ("n" * 300, "too long"),
    ]:
        with pytest.raises(AttachError) as caught:
            attach(tmp_path / name)
        assert said in caught.value.message, name
    with pytest.raises(AttachError):
        attach(tmp_path / "loop")
    with pytest.raises(AttachError, match="no such user"):
        attach(Path("~no-such-user-here/x"))


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AttachError, match="you may not read it"):
        attach(path)


def test_what_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(AttachError, match="larger than 50 MB"):
        attach(path)


def test_those_that_can_be_are_attached(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    done, failed = attach_all([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert [one.attachment.name for one in done] == ["a.txt"]
    assert len(failed) == 1


def test_in_words(tmp_path: Path) -> None:
    image = attach(file_of(tmp_path, "photo.png", Image.new("RGB", (640, 480)))).attachment
    (tmp_path / "notes\x1b[31m.md").write_text("abcd" * 300)
    text = attach(tmp_path / "notes\x1b[31m.md").attachment
    assert line_of(image).startswith("photo.png  640×480  ")
    assert line_of(text) == "notes.md  ~300 tokens  1 kB"
    assert (size_in_tokens(text), size_in_tokens(image)) == (300, 0)
    assert words([]) == ""
    assert words([image]) == "1 image"
    assert words([image, image, text]) == "2 images · 1 file"


# Whether the model sees


def model(**more: Any) -> ModelSummary:
    return ModelSummary.read({"id": "qwen3-8b", "type": "llm", **more})


YES = Capability(available=True, reason="x")
NO = Capability(available=False, reason="x")
UNKNOWN = Capability(available=None, reason="x")
V0, V1, OPENAI = ("/api/v0/models",), ("/api/v1/models",), ("/v1/models",)


@pytest.mark.parametrize(
    ("one", "capability", "answer"),
    [
        (model(type="vlm"), None, True),
        (model(capabilities=("vision",)), NO, True),
        (model(sources=V0), YES, False),
        (model(sources=V1, capabilities=("tools",)), YES, False),
        (model(sources=V1), YES, None),
        (model(sources=V1), NO, False),
        (model(type="embedding"), None, False),
        (model(type=None, sources=OPENAI), UNKNOWN, None),
        (model(type=None, sources=OPENAI), YES, True),
        (model(type=None, sources=OPENAI), NO, False),
        (None, None, None),
        (None, NO, False),
    ],
)
def test_whether_a_model_sees(
    tmp_path: Path, one: ModelSummary | None, capability: Capability | None, answer: bool | None
) -> None:
    assert sees(one, capability) is answer
    image = attach(file_of(tmp_path, "photo.png", Image.new("RGB", (9, 9)))).attachment
    (tmp_path / "a.txt").write_text("x")
    text = attach(tmp_path / "a.txt").attachment
    assert bool(refusal(image, one, capability)) == (answer is False)
    assert bool(caution(image, one, capability)) == (answer is None)
    assert refusal(text, one, capability) == caution(text, one, capability) == ""


# Paths


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("photo.png", "Photo2.JPG", "notes.md", "my photo.png", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "inside.txt").write_text("xyz")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", ["..", "photos", "my photo.png", "notes.md", "photo.png", "Photo2.JPG"]),
        ("ph", ["photos", "photo.png", "Photo2.JPG", "my photo.png"]),
        (".", ["photos", "my photo.png", "notes.md", "photo.png", "Photo2.JPG"]),
        (".h", [".hidden"]),
        ("photos/", ["..", "inside.txt"]),
        ("nothing", []),
    ],
)
def test_what_is_in_a_folder(folder: Path, typed: str, names: list[str]) -> None:
    found = list_for(typed, folder)
    assert found.problem == ""
    assert [entry.name for entry in found.entries if typed != "." or entry.name != ".."] == names


@pytest.mark.parametrize(
    ("typed", "names", "others"),
    [
        ("", ["..", "photos", "my photo.png", "photo.png"], 2),
        ("photos/", [".."], 1),
        ("p", ["photos", "photo.png", "my photo.png", "Photo2.JPG"], 0),
        ("notes.md", ["notes.md"], 0),
    ],
)
def test_files_of_one_kind_come_first_and_alone_until_a_name_is_begun(
    folder: Path, typed: str, names: list[str], others: int
) -> None:
    found = list_for(typed, folder, FileKind("drawings", frozenset({".png"})))
    assert ([entry.name for entry in found.entries], found.others) == (names, others)


def test_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert list_for("~", Path("/")).entries[1].name == "photos"
    assert list_for("~/ph", Path("/")).entries[0].name == "photos"
    assert list_for("~no-such-user-here/", folder).problem == "There is no such user."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nowhere/x", "no such folder"),
        ("photo.png/x", "no such folder"),
        ("a\0/x", "such a character"),
        ("n" * 300 + "/", "cannot be read"),
    ],
)
def test_folders_that_are_none(folder: Path, typed: str, said: str) -> None:
    found = list_for(typed, folder)
    assert found.entries == ()
    assert said in found.problem


@pytest.mark.parametrize(
    ("typed", "longer"),
    [
        ("p", "photo"),
        ("photos", "photos/"),
        ("no", "notes.md"),
        ("PHO", "photo"),
        ("x", "x"),
        ("", ""),
        ("ph", "photo"),
    ],
)
def test_completing(folder: Path, typed: str, longer: str) -> None:
    assert completed(list_for(typed, folder)) == longer


def test_a_folder_of_thousands(tmp_path: Path) -> None:
    for number in range(450):
        (tmp_path / f"{number:04}").touch()
    found = list_for("", tmp_path)
    assert (len(found.entries), found.more) == (401, 50)


def test_pasted_paths(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    one, two = folder / "photo.png", folder / "my photo.png"
    escaped = str(two).replace(" ", "\\ ")
    for text, paths in [
        (f"{one}\n", (one,)),
        (str(two), (two,)),
        (f"'{two}'", (two,)),
        (escaped, (two,)),
        (f"{one} {escaped}", (one, two)),
        (f"'{one}' '{two}'", (one, two)),
        (f"{one}\n{two}", (one, two)),
        (two.as_uri(), (two,)),
        ("~/photo.png", (one,)),
        ("photo.png", ()),
        (f"{one} and more", ()),
        (str(folder), ()),
        ("it's", ()),
        ("", ()),
        ("/\0", ()),
        ("/" + "n" * 5000, ()),
        ("file:///nowhere", ()),
    ]:
        assert pasted_paths(text) == paths, text
