import pytest

from pgviz.display import has_display


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_that_a_named_display_is_a_display(variable: str) -> None:
    assert has_display({variable: "0"}, "linux")


def test_that_linux_without_a_named_display_has_none() -> None:
    assert not has_display({"DISPLAY": ""}, "linux")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_that_windows_and_macos_always_have_one(platform: str) -> None:
    assert has_display({}, platform)


@pytest.mark.parametrize("drawn", ["offscreen", "minimal", "offscreen:size=800x600", "vnc"])
@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_that_drawing_in_memory_is_no_display(drawn: str, platform: str) -> None:
    assert not has_display({"DISPLAY": ":0", "QT_QPA_PLATFORM": drawn}, platform)


def test_that_a_platform_with_windows_may_be_chosen_by_name() -> None:
    assert has_display({"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, "linux")
