import pytest

from pgviz import assets
from pgviz.errors import UsageError


def test_that_a_shipped_file_is_found_in_the_checkout() -> None:
    assert assets.path("icons/pgviz.svg").read_text(encoding="utf-8").startswith("<svg")


def test_that_a_folder_is_found_too() -> None:
    assert assets.path("icons").is_dir()


def test_that_a_file_that_was_not_shipped_is_named() -> None:
    with pytest.raises(UsageError, match=r"icons/nobody\.png"):
        assets.path("icons/nobody.png")
