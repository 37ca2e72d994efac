"""The mux: two of them wired by hand, and one against bytes that a peer should not have sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.bridge import frames
from npsgui.bridge.frames import ACK, CLOSE, OPEN, OPEN_FAIL, OPEN_OK
from npsgui.bridge.mux import Arrived, Asked, Channel, Ended, Event, Mux, Ponged, Ready, State
from npsgui.bridge.window import INITIAL, OURS, ReceiveWindow, window_of
from npsgui.model.errors import ProtocolError
from tests.bridge.captured import CAPTURES, hexed, plain


class Wire:
    """Two muxes, the server's and the agent's, and what each has met."""

    def __init__(self) -> None:
        self.server, self.agent = Mux(), Mux()

    def to_agent(self) -> list[Event]:
        return self.agent.receive(self.server.take())

    def to_server(self) -> list[Event]:
        return self.server.receive(self.agent.take())

    def stream(self) -> tuple[Channel, Channel]:
        """A stream that the server opened and the agent took."""
        ours = self.server.open()
        (asked,) = self.to_agent()
        assert isinstance(asked, Asked)
        self.agent.accept(asked.channel)
        self.to_server()
        self.to_agent()
        return ours, asked.channel


def data_of(events: list[Event]) -> bytes:
    return b"".join(part for event in events if isinstance(event, Arrived) for part in event.run.parts)


def test_a_stream_is_opened_used_and_closed() -> None:
    wire = Wire()
    ours, theirs = wire.stream()

    assert wire.server.send(ours, b"hello") == 5
    assert data_of(wire.to_agent()) == b"hello"
    wire.agent.close(theirs)

    assert [type(event) for event in wire.to_server()] == [Ended]
    assert not wire.agent.channels


def test_nothing_is_sent_before_the_peer_has_taken_the_stream() -> None:
    mux = Mux()
    channel = mux.open()

    assert mux.send(channel, b"early") == 0
    assert plain(mux.take()) == [(OPEN, 1, b"")]
    (ready,) = mux.receive(frames.short(OPEN_OK, 1))
    assert isinstance(ready, Ready)
    assert mux.send(channel, b"late") == 4


def test_data_that_overtakes_the_answer_is_taken() -> None:
    mux = Mux()
    mux.open()

    assert data_of(mux.receive(b"".join(frames.data_frames(1, b"x")) + frames.short(OPEN_OK, 1))) == b"x"


def test_the_answer_is_given_once() -> None:
    wire = Wire()
    _ours, theirs = wire.stream()

    wire.agent.accept(theirs)

    assert wire.agent.take() == b""


def test_a_second_answer_is_ignored() -> None:
    wire = Wire()
    ours, _theirs = wire.stream()

    assert wire.server.receive(frames.short(OPEN_OK, ours.ident)) == []
    assert ours.state is State.OPEN


def test_a_refused_stream_ends() -> None:
    mux = Mux()
    channel = mux.open()

    (ended,) = mux.receive(frames.short(OPEN_FAIL, 1))

    assert isinstance(ended, Ended)
    assert channel.state is State.ENDED


def test_a_peer_that_never_acks_stalls_the_sender_after_thirty_frames() -> None:
    mux = Mux()
    channel = mux.open()
    mux.receive(frames.short(OPEN_OK, 1))
    mux.take()

    assert mux.send(channel, bytes(200_000)) == INITIAL == 122_550
    assert [len(body) for _flag, _ident, body in plain(mux.take())] == [4085] * 30
    assert mux.send(channel, b"more") == 0


def test_an_ack_of_more_than_was_sent_is_ignored() -> None:
    mux = Mux()
    channel = mux.open()
    mux.receive(frames.short(OPEN_OK, 1))
    mux.send(channel, bytes(100))

    assert mux.receive(frames.ack(1, 101, 500_000)) == []
    assert channel.room == INITIAL - 100
    assert len(mux.receive(frames.ack(1, 100, 500_000))) == 1
    assert (channel.room, channel.acked) == (500_000, 100)


def test_a_window_may_shrink_below_what_was_sent() -> None:
    mux = Mux()
    channel = mux.open()
    mux.receive(frames.short(OPEN_OK, 1))
    mux.send(channel, bytes(100_000))
    mux.receive(frames.ack(1, 0, 50_000))

    assert channel.room == 0


def test_our_window_is_announced_once_and_reported_as_it_is_read() -> None:
    wire = Wire()
    server, agent = wire.stream()
    wire.server.send(server, bytes(1000))
    wire.to_agent()

    wire.agent.consumed(agent, 400)
    assert wire.agent.take() == b""
    wire.agent.consumed(agent, 600)
    assert plain(wire.agent.take()) == [(ACK, agent.ident, f"1000/{OURS}".encode())]


def test_a_quarter_of_the_window_is_reported_at_once() -> None:
    wire = Wire()
    server, agent = wire.stream()
    wire.server.send(server, bytes(OURS))
    wire.to_agent()

    wire.agent.consumed(agent, OURS // 4)

    assert plain(wire.agent.take()) == [(ACK, agent.ident, f"{OURS // 4}/{OURS}".encode())]


def test_a_bulk_is_reported_by_quarters_of_the_window_and_the_rest_with_the_next_ping() -> None:
    wire = Wire()
    server, agent = wire.stream()
    wire.server.send(server, bytes(100_000))
    wire.to_agent()
    wire.agent.consumed(agent, 100_000)

    assert wire.agent.take() == b""
    wire.agent.tick(b"t")
    assert (ACK, agent.ident, f"100000/{OURS}".encode()) in plain(wire.agent.take())


def test_many_streams_share_the_budget_down_to_the_initial_window() -> None:
    assert [window_of(count) for count in (1, 16, 64, 10_000)] == [OURS, OURS, OURS // 4, INITIAL]


def test_what_a_larger_window_allowed_may_still_come_when_it_shrinks() -> None:
    window = ReceiveWindow(500_000)
    window.arrived(100)
    window.consumed(100)
    window.report(INITIAL)

    window.arrived(500_000)
    with pytest.raises(ProtocolError):
        window.arrived(1)


def test_held_reports_grow_into_one() -> None:
    wire = Wire()
    server, agent = wire.stream()
    for _ in range(3):
        wire.server.send(server, bytes(10))
        wire.to_agent()
        wire.agent.consumed(agent, 10)
        assert wire.agent.take(acks=False) == b""

    assert plain(wire.agent.take()) == [(ACK, agent.ident, f"30/{OURS}".encode())]


def test_a_window_overrun_ends_the_session() -> None:
    mux = Mux()
    mux.receive(frames.short(OPEN, 1))

    with pytest.raises(ProtocolError):
        mux.receive(b"".join(frames.data_frames(1, bytes(OURS + 1))))


def test_data_for_a_stream_that_is_closed_or_unknown_is_dropped() -> None:
    wire = Wire()
    server, agent = wire.stream()
    wire.server.send(server, b"late")
    wire.agent.close(agent)

    assert wire.to_agent() == []
    assert wire.agent.receive(frames.ack(77, 1, 1) + frames.short(CLOSE, 78)) == []


def test_data_after_a_close_is_dropped() -> None:
    mux = Mux()
    mux.receive(frames.short(OPEN, 1))

    events = mux.receive(frames.short(CLOSE, 1) + b"".join(frames.data_frames(1, b"x")))

    assert [type(event) for event in events] == [Ended]


def test_a_stream_opened_twice_ends_the_session() -> None:
    mux = Mux()
    mux.receive(frames.short(OPEN, 1))

    with pytest.raises(ProtocolError):
        mux.receive(frames.short(OPEN, 1))


def test_a_ping_is_echoed_to_the_letter() -> None:
    mux = Mux()
    stamp = b"2026-11-24T07:00:00.123456789Z"

    mux.receive(hexed("00ffffffff1e00") + stamp)

    assert mux.take() == hexed("08ffffffff1e00") + stamp


def test_a_silent_peer_ends_the_session_after_three_missed_pings() -> None:
    mux = Mux()
    mux.receive(frames.ping(b"x"))
    for _ in range(3):
        mux.tick(b"t")

    with pytest.raises(ProtocolError):
        mux.tick(b"t")


def test_a_peer_that_talks_and_never_answers_ends_it_after_sixty() -> None:
    mux = Mux()
    for _ in range(60):
        mux.receive(frames.ping(b"x"))
        mux.tick(b"t")

    mux.receive(frames.ping(b"x"))
    with pytest.raises(ProtocolError):
        mux.tick(b"t")


def test_an_answer_starts_the_count_anew() -> None:
    mux = Mux(missed_pings=1)
    for _ in range(5):
        mux.tick(b"t")
        assert mux.receive(frames.ping(b"t", frames.PONG)) == [Ponged(b"t")]


def test_ids_in_use_are_skipped() -> None:
    mux = Mux()
    mux.receive(frames.short(OPEN, 1))

    assert mux.open().ident == 2


def test_a_message_that_does_not_fit_keeps_its_boundary() -> None:
    mux = Mux()
    channel = mux.open()
    mux.receive(frames.short(OPEN_OK, 1))
    mux.send(channel, bytes(INITIAL - 100))
    mux.take()

    assert mux.send(channel, bytes(150), message=True) == 100
    assert plain(mux.take()) == [(frames.PART, 1, bytes(100))]


@given(st.data())
def test_any_split_of_the_captures_gives_the_same_events(draw: st.DataObject) -> None:
    data = frames.short(OPEN, 1) + b"".join(row[1] for row in CAPTURES[1:])
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=10).map(sorted))
    whole, split = Mux(), Mux()

    expected = [(type(event), data_of([event])) for event in whole.receive(data)]
    events = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        events += [(type(event), data_of([event])) for event in split.receive(data[start:end])]

    assert b"".join(body for _kind, body in events) == b"".join(body for _kind, body in expected)
    assert [kind for kind, _ in events if kind is not Arrived] == [
        kind for kind, _ in expected if kind is not Arrived
    ]
    assert split.take() == whole.take()
