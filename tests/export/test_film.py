"""Films: what is written is what was drawn, at the right time, whole or not at all."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from pgviz.errors import UsageError
from pgviz.export import extras
from pgviz.export.film import FORMATS, film_at
from pgviz.export.whole import ExportError
from tests.export.films import drawn, seen


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)


def give_up(path: Path) -> None:
    """Begin a film and press Ctrl+C."""
    try:
        with film_at(path, 10) as film:
            film.add(drawn(0), 0)
            film.add(drawn(1), 1)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass


@pytest.mark.parametrize("suffix", FORMATS)
def test_that_a_film_shows_each_picture_at_its_moment(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"with space ü{suffix}"
    moments = [0, 1, 2, 5, 9]

    with film_at(path, 10) as film:
        for moment in moments:
            film.add(drawn(moment), moment)
        film.finish(14)

    context, pictures = seen(path)
    times = [time for time, _ in pictures]
    assert times[: len(moments)] == pytest.approx([moment / 10 for moment in moments], abs=0.011)
    assert times[-1] == pytest.approx(1.3, abs=0.011)  # the last picture stays until the end
    for moment, (_, picture) in zip(moments, pictures, strict=False):
        assert np.abs(picture.astype(int) - drawn(moment))[8:-8, 8:40].max() <= 6
        assert np.abs(picture.astype(int) - drawn(moment))[8:-8, 56:-8].max() <= 8
    assert suffix == ".gif" or context.pix_fmt == "yuv420p"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_that_odd_sides_are_made_even(suffix: str, tmp_path: Path) -> None:
    with film_at(tmp_path / f"odd{suffix}", 10) as film:
        film.add(drawn(3, 95, 63), 0)
        film.finish(1)

    context, pictures = seen(tmp_path / f"odd{suffix}")
    assert (context.width, context.height) == (96, 64)
    assert len(pictures) == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_that_a_film_given_up_leaves_what_was_there_before(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    path.write_bytes(b"the one before")

    give_up(path)

    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"the one before"


def test_that_without_an_encoder_there_are_numbered_pictures(no_encoder: None, tmp_path: Path) -> None:
    with film_at(tmp_path / "film.mp4", 10) as film:
        for moment in (0, 1, 3):
            film.add(drawn(moment, 33, 21), moment)
        film.finish(5)

    folder = tmp_path / "film-pictures"
    names = sorted(each.name for each in folder.iterdir())
    assert names == [f"picture-{moment:06d}.png" for moment in range(5)]
    for name, moment in zip(names, (0, 1, 1, 3, 3), strict=True):
        _, pictures = seen(folder / name)
        assert np.array_equal(pictures[0][1], drawn(moment, 33, 21))
    assert [each.name for each in tmp_path.iterdir()] == [folder.name]


def test_that_pictures_of_before_are_not_overwritten(no_encoder: None, tmp_path: Path) -> None:
    (tmp_path / "film-pictures").mkdir()

    with pytest.raises(UsageError, match="is there already"):
        film_at(tmp_path / "film.mp4", 10)


def test_that_pictures_given_up_leave_nothing(no_encoder: None, tmp_path: Path) -> None:
    give_up(tmp_path / "film.mp4")

    assert list(tmp_path.iterdir()) == []


def test_that_what_a_killed_film_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    (tmp_path / "film.mp4.part").write_bytes(b"half a film")

    with film_at(tmp_path / "film.mp4", 10) as film:
        film.add(drawn(0), 0)
        film.finish(1)

    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("name", ["film.avi", "film", "folder.mp4", "nowhere/film.mp4"])
def test_that_a_place_that_cannot_be_filmed_to_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()

    with pytest.raises(UsageError, match=r"a film is a file|cannot write"):
        film_at(tmp_path / name, 10)

    assert [each.name for each in tmp_path.iterdir()] == ["folder.mp4"]


def test_that_a_film_of_nothing_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="nothing to film"), film_at(tmp_path / "film.mp4", 10) as film:
        film.finish(10)

    assert list(tmp_path.iterdir()) == []


def test_that_pictures_of_another_shape_or_time_are_refused(tmp_path: Path) -> None:
    with film_at(tmp_path / "film.mp4", 10) as film:
        film.add(drawn(0), 4)
        for wrong in (drawn(0)[..., 0], drawn(0).astype(float), drawn(0, 64, 64), drawn(0)[:0]):
            with pytest.raises(ValueError, match="picture"):
                film.add(wrong, 9)
        with pytest.raises(ValueError, match="comes after"):
            film.add(drawn(0), 4)
        film.discard()


@pytest.mark.parametrize("suffix", FORMATS)
def test_that_a_full_disk_is_one_sentence_and_no_file(suffix: str, tmp_path: Path) -> None:
    program = f"""
        import resource, sys
        from pathlib import Path
        import numpy as np
        from pgviz.export.film import film_at
        from pgviz.export.whole import ExportError
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
        noise = np.random.default_rng(0)
        try:
            with film_at(Path({str(tmp_path / f"film{suffix}")!r}), 10) as film:
                for moment in range(60):
                    film.add(noise.integers(0, 256, (128, 128, 3), np.uint8), moment)
                film.finish(60)
        except ExportError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.count("\n") == 1, done.stderr
    assert "cannot write" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_that_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    with film_at(tmp_path / "film.webm", 30) as film:
        for moment in range(100):
            film.add(np.roll(picture, moment, 1), moment)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for moment in range(100, 300):  # 46 MB of pictures
            film.add(np.roll(picture, moment, 1), moment)
        film.finish(300)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
