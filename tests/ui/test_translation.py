"""The texts in Chinese keep their placeholders, and a missing one stays English."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from npsgui.app.all_settings import SETTINGS
from npsgui.app.resources import resource
from npsgui.model import errors
from npsgui.model.entities import GLOBAL_KEY, Mode, OwnerKey, OwnerKind
from npsgui.model.gate import Cause
from npsgui.model.views import Sentence, State, named
from npsgui.ui.sentences import Sentences
from npsgui.ui.translation import Translation
from tests.source import Source, sources

SAID = {name for name in vars(errors) if name != "ProtocolError"} | {"Sentence"}
"""What is made of a template, in any floor, and shown by the window."""


def texts_in(source: Source) -> Iterator[str]:
    """Every text of a file that the window shows: ``tr("...")``, templates of sentences and errors."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            at = 1 if called == "FieldError" else 0
            if (called == "tr" or called in SAID) and len(node.args) > at:
                text = node.args[at]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


@pytest.mark.parametrize("source", sources("npsgui"), ids=lambda source: source.module)
def test_every_text_of_the_window_is_there_in_chinese(source: Source) -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))

    assert [text for text in texts_in(source) if text not in texts] == []


def test_every_text_of_a_setting_is_there_in_chinese() -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))
    names = {"English", "简体中文"}

    assert {text for setting in SETTINGS for text in setting.texts()} - texts.keys() == names


def test_chinese_sentences_have_chinese_punctuation() -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))
    narrow = re.compile(r"[\u4e00-\u9fff][,;?!](?!\w*stopped)|[,;] ?[\u4e00-\u9fff]|[\u4e00-\u9fff] ?[()]")

    assert [said for said in texts.values() if narrow.search(said)] == []


def test_chinese_stands_apart_from_letters_and_digits() -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))
    close = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]")
    dates = {text for text in texts if re.search(r"\bMMM\b", text)}

    assert [
        said
        for text, said in texts.items()
        if text not in dates and close.search(re.sub(r"{\w*}", " ", said))
    ] == []


def test_no_translation_is_left_over() -> None:
    texts = json.loads(resource("i18n/zh_CN.json").read_text("utf-8"))
    said = {
        node.value
        for source in sources("npsgui")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert texts.keys() - said == set()


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


@pytest.mark.usefixtures("chinese")
def test_an_owner_without_a_name_is_called_in_the_users_language() -> None:
    client = OwnerKey(OwnerKind.CLIENT, 3)

    assert Sentences().name("", client) == Sentences().name(str(client), client) == "客户端 3"
    assert Sentences().name("nas", client) == "nas"


def test_a_window_made_after_a_switch_has_the_words_of_the_new_language(qapp: QApplication) -> None:
    def words() -> list[str]:
        said = Sentences()
        return [
            said.state(State.RUNNING),
            said.kind(OwnerKind.TUNNEL),
            said.mode(Mode.FILE),
            said.cause(Cause.IDLE),
        ]

    english, chinese = words(), Translation("zh_CN")
    qapp.installTranslator(chinese)
    try:
        assert words() == [chinese.translate("Sentences", word) for word in english] != english
    finally:
        qapp.removeTranslator(chinese)
    assert words() == english


def test_a_name_in_quotes_stands_close_to_the_chinese_around_it(qapp: QApplication) -> None:
    chinese, nas = Translation("zh_CN"), OwnerKey(OwnerKind.CLIENT, 1)
    qapp.installTranslator(chinese)
    try:
        said = [
            Sentences().of(Sentence("The time of {owner} is over.", (("owner", owner),)))
            for owner in (nas, named(nas, "nas"), GLOBAL_KEY)
        ]
    finally:
        qapp.removeTranslator(chinese)

    assert said == ["客户端 1 已过期。", "客户端 1“nas”已过期。", "全局已过期。"]
