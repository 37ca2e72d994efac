"""Who may visit while only registered addresses may."""

from __future__ import annotations

from npsgui.model.registrations import HOUR, MOST, Registrations


def test_everybody_is_let_in_unless_registration_is_required() -> None:
    registrations = Registrations()
    assert registrations.lets_in("192.0.2.7:4000", 0.0)

    registrations.required = True
    assert not registrations.lets_in("192.0.2.7:4000", 0.0)


def test_an_address_is_let_in_for_its_hours_from_any_port() -> None:
    registrations = Registrations()
    registrations.required = True
    registrations.register("[2001:db8::7]:4000", 3, 1000.0)

    assert registrations.lets_in("[2001:db8::7]:5000", 1000.0 + 3 * HOUR - 1)
    assert not registrations.lets_in("[2001:db8::7]:5000", 1000.0 + 3 * HOUR)
    assert not registrations.lets_in("[2001:db8::8]:5000", 1000.0)
    for hours in (0, -3):
        registrations.register("[2001:db8::7]:4000", hours, 1000.0)
        assert not registrations.lets_in("[2001:db8::7]:5000", 1000.0)


def test_a_flood_of_addresses_costs_bounded_memory() -> None:
    registrations = Registrations()
    registrations.required = True
    for number in range(MOST + 1):
        registrations.register(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}:1", 1, 0.0)

    assert not registrations.lets_in("10.0.0.0:1", 1.0)
    assert registrations.lets_in("10.0.0.1:1", 1.0)
