"""The webhook against a real server: signed, in order, tried again, given up, and nobody waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import msgspec
import pytest

from npsgui.app.webhook import MOST_WAITING, Address, Webhook, body_of, signature, trial_body
from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from tests.app.receiver import receiving

pytestmark = pytest.mark.asyncio

ALERT = Alert(1_700_000_000, AlertKind.CUT, OwnerKey(OwnerKind.CLIENT, 3), 3, "家", "1", {"used": 1024})


Ends = list[tuple[Alert, NpsError | None]]


def webhook(
    url: str, secret: str = "s3cret", pauses: tuple[float, ...] = (0.0, 0.0), ends: Ends | None = None
) -> Webhook:
    told = [] if ends is None else ends
    return Webhook(
        lambda: Address(url, secret), lambda *end: told.append(end), pauses, lambda: 1_700_000_123.9
    )


async def test_an_alert_is_posted_as_signed_json() -> None:
    async with receiving(204) as receiver:
        webhook(receiver.url).post(ALERT)
        await receiver.has(1)

    [head], [body] = receiver.heads, receiver.bodies
    assert head[""] == "POST /hook?a=1 HTTP/1.0"
    assert head["X-Npsgui-Timestamp"] == "1700000123"
    assert head["X-Npsgui-Signature"] == signature("s3cret", "1700000123", body)
    assert msgspec.json.decode(body) == {
        "alert": "cut",
        "at": "2023-11-14T22:13:20Z",
        "owner": {"kind": "client", "id": 3},
        "client": 3,
        "remark": "家",
        "title": "Quota used up",
        "text": "Client 3 “家” has used up its quota, 1 KiB: its visitors are turned away.",
        "details": {"used": 1024},
    }


async def test_the_signature_is_that_of_any_other_hmac() -> None:
    """Made by: printf '1700000000.{}' | openssl dgst -sha256 -hmac key."""
    assert (
        signature("key", "1700000000", b"{}")
        == "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    )


async def test_without_a_secret_it_is_not_signed() -> None:
    async with receiving(200) as receiver:
        webhook(receiver.url, secret="").post(ALERT)
        await receiver.has(1)

    assert "X-Npsgui-Signature" not in receiver.heads[0]


async def test_what_is_not_taken_is_tried_again_and_then_the_next_one() -> None:
    async with receiving(500, 0, 200) as receiver:
        ends: Ends = []
        hook = webhook(receiver.url, ends=ends)
        hook.post(ALERT)
        hook.post(ALERT)
        assert hook._work is not None
        await hook._work

    deliveries = [head["X-Npsgui-Delivery"] for head in receiver.heads]
    assert deliveries[0] == deliveries[1] == deliveries[2] != deliveries[3]
    assert set(receiver.bodies) == {body_of(ALERT)}
    assert ends == [(ALERT, None), (ALERT, None)]


async def test_it_is_given_up_after_the_last_pause(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving(503) as receiver:
        ends: Ends = []
        hook = webhook(receiver.url, ends=ends)
        hook.post(ALERT)
        assert hook._work is not None
        await hook._work

    assert len(receiver.bodies) == 3
    assert "given up" in caplog.messages[-1]
    assert [str(error) for _, error in ends] == ["It answered 503."]


async def test_what_is_refused_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving(404) as receiver:
        ends: Ends = []
        hook = webhook(receiver.url, ends=ends)
        hook.post(ALERT)
        assert hook._work is not None
        await hook._work

    assert len(receiver.bodies) == 1
    assert caplog.messages == ["The webhook: It answered 404."]
    assert [str(error) for _, error in ends] == ["It answered 404."]


async def test_what_too_many_wait_before_is_given_up() -> None:
    ends: Ends = []
    hook = webhook("http://127.0.0.1:1/", pauses=(60.0,), ends=ends)
    for number in range(MOST_WAITING + 2):
        hook.post(replace(ALERT, at=number))
    hook.close()

    assert [(alert.at, str(error)) for alert, error in ends] == [
        (0, "Too many alerts wait to be posted."),
        (1, "Too many alerts wait to be posted."),
    ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "address like"),
        ("ftp://127.0.0.1/", "address like"),
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("http://[x", "address like"),
    ],
)
async def test_a_trial_says_why_it_failed(url: str, said: str) -> None:
    with pytest.raises(NpsError, match=said):
        await webhook(url).post_now(trial_body(0))


async def test_a_trial_that_is_taken_says_nothing() -> None:
    async with receiving(200) as receiver:
        await webhook(receiver.url).post_now(trial_body(0))

    assert msgspec.json.decode(receiver.bodies[0])["alert"] == "test"


async def test_without_an_address_nothing_is_kept() -> None:
    hook = webhook("")
    hook.post(ALERT)

    assert hook._work is None


async def test_closing_it_ends_the_waiting() -> None:
    async with receiving(500) as receiver:
        hook = webhook(receiver.url, pauses=(3600.0,))
        hook.post(ALERT)
        await receiver.has(1)
        hook.close()
        assert hook._work is not None
        with contextlib.suppress(asyncio.CancelledError):
            await hook._work

    assert hook._work.cancelled()
