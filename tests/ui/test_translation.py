"""The texts in Chinese keep their placeholders, and a missing one stays English."""

from __future__ import annotations

import json
import re

from npsgui.app.resources import resource
from npsgui.ui.translation import Translation


def test_every_translation_has_the_placeholders_of_its_text() -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))
    places = re.compile(r"{\w*}")

    assert [
        text for text, said in texts.items() if set(places.findall(text)) != set(places.findall(said))
    ] == []


def test_a_text_without_a_translation_stays_english() -> None:
    assert Translation("zh_CN").translate("Window", "No such text") == "No such text"


def test_the_names_on_the_screen_follow_nps() -> None:
    chinese = Translation("zh_CN")

    assert [chinese.translate("", text) for text in ("Client", "Tunnel", "Inlet", "Export", "Quota")] == [
        "客户端",
        "隧道",
        "入口流量",
        "出口流量",
        "流量限制",
    ]
