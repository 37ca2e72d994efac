from __future__ import annotations

from npsgui.model.events import ClockJumped, Event, Events


def test_an_event_reaches_every_subscriber_in_the_order_they_came() -> None:
    events = Events()
    seen: list[tuple[str, Event]] = []
    events.subscribe(lambda event: seen.append(("first", event)))
    events.subscribe(lambda event: seen.append(("second", event)))
    events.push(ClockJumped(5.0))

    assert seen == [("first", ClockJumped(5.0)), ("second", ClockJumped(5.0))]


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    events = Events()
    seen: list[Event] = []

    def once(event: Event) -> None:
        seen.append(event)
        leave()

    leave = events.subscribe(once)
    events.subscribe(seen.append)
    events.push(ClockJumped(1.0))
    events.push(ClockJumped(2.0))
    leave()

    assert seen == [ClockJumped(1.0), ClockJumped(1.0), ClockJumped(2.0)]
