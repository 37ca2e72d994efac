"""The settings are declared once, and a value is checked, written and put in force, or all is as before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from npsgui.app.all_settings import SETTINGS
from npsgui.app.commands import execute
from npsgui.app.metrics_port import MetricsPort
from npsgui.app.preferences import Preferences
from npsgui.app.program import Program
from npsgui.app.setting import Kept
from npsgui.app.settings import Settings
from npsgui.model.entities import Everything
from npsgui.model.errors import BindFailed, FieldError
from npsgui.model.words import shown
from tests.app.running import is_open
from tests.relay.house import free_port

NAMED = {setting.name: setting for setting in SETTINGS}


def test_each_setting_has_a_name_of_its_own_and_a_default_that_may_be() -> None:
    for setting in SETTINGS:
        setting.rule.check(setting.default, setting.name)

    assert len(NAMED) == len(SETTINGS)


def test_what_everything_has_is_declared_with_its_defaults() -> None:
    words = shown(Everything())

    assert [
        setting.name
        for setting in SETTINGS
        if setting.kept is Kept.EVERYTHING and words[setting.name] != setting.default
    ] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("keep_minutes_days", "0"),
        ("keep_minutes_days", "many"),
        ("metrics_port", "65536"),
        ("metrics_port", "-1"),
        ("metrics_address", "nowhere"),
        ("update_url", "ftp://example.org/version"),
        ("update_url", "http://[broken"),
        ("ledger", "mysql://db"),
        ("ipv6_peers_by_network", "perhaps"),
    ],
)
def test_what_a_setting_may_not_be_is_refused_and_not_written(tmp_path: Path, name: str, value: str) -> None:
    settings = Settings(tmp_path)
    with pytest.raises(FieldError) as refused:
        asyncio.run(settings.choose(name, value))

    assert refused.value.field == name
    assert settings[name] == NAMED[name].default
    assert not (tmp_path / "settings.toml").exists()


def test_followers_are_told_of_a_choice_until_they_leave(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    told: list[str] = []

    async def follower(name: str) -> None:
        told.append(f"{name} {settings[name]}")

    async def body() -> None:
        leave = settings.follow(follower)
        await settings.choose("theme", "dark")
        leave()
        await settings.choose("theme", "light")

    asyncio.run(body())

    assert told == ["theme dark"]


def test_what_cannot_be_put_in_force_is_as_it_was(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        metrics = MetricsPort(program)
        try:
            await program.settings.choose("metrics_address", "0.0.0.0")
            with pytest.raises(BindFailed, match="need a token"):
                await program.settings.choose("metrics_port", "19100")
            assert program.settings["metrics_port"] == "0"
        finally:
            metrics.close()
            await program.close()

    asyncio.run(body())


def test_a_service_takes_what_another_process_has_written(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        told: list[str] = []

        async def follower(name: str) -> None:
            told.append(name)

        program.settings.follow(follower)
        Settings(tmp_path)["drain_seconds"] = "7"
        answer = await execute(program, "settings", {})
        await program.close()

        assert (answer.failed, told, program.settings["drain_seconds"]) == (False, ["drain_seconds"], "7")

    asyncio.run(body())


def test_the_ports_of_everything_are_settings_too(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        preferences = Preferences(program, program.settings)
        port, secure = NAMED["http_port"], NAMED["https_port"]
        try:
            await preferences.choose(port, "18480")
            assert preferences.value(port) == "18480"
            with pytest.raises(FieldError):
                preferences.check(secure, "18480")
            await program.undo()
            assert preferences.value(port) == "0"
        finally:
            await program.close()

    asyncio.run(body())


def test_two_choices_at_once_leave_one_port_open_for_metrics(tmp_path: Path) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path, relay=False)
        metrics, (first, second) = MetricsPort(program), (free_port(), free_port())
        await asyncio.gather(
            *(program.settings.choose("metrics_port", str(port)) for port in (first, second))
        )
        assert (await is_open(first), await is_open(second)) == (False, True)
        metrics.close()
        await program.close()

    asyncio.run(body())
