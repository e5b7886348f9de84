"""Tabs with an icon above a word."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK
from pgviz.gui.widgets.panel_tabs import PanelTabs, Tab

TABS = (
    Tab("Controls", "mdi6.tune"),
    Tab("Inspector", "mdi6.microscope", begins_group=True),
    Tab("Doctor", "mdi6.pin"),
)


@pytest.fixture
def tabs(qtbot: QtBot) -> PanelTabs:
    made = PanelTabs(TABS)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(("width", "words"), [(100, False), (600, True)])
def test_that_there_are_words_where_there_is_room(tabs: PanelTabs, width: int, words: bool) -> None:
    tabs.resize(width, tabs.height())
    assert tabs.shows_words is words
    tabs.grab()


def test_that_the_tabs_take_the_whole_width_and_no_more(tabs: PanelTabs) -> None:
    tabs.resize(500, tabs.height())
    tabs.grab()
    assert tabs.tabRect(2).right() == 499
    tabs.setTabVisible(1, False)
    assert tabs.tabRect(2).right() == 499


def test_that_a_badge_is_told_in_the_tool_tip_too(tabs: PanelTabs) -> None:
    tabs.set_badge(2, "12")
    tabs.apply_theme(DARK)
    tabs.grab()
    assert tabs.tabToolTip(2) == "Doctor (12)"
    tabs.set_badge(2, "")
    assert tabs.tabToolTip(2) == "Doctor"
