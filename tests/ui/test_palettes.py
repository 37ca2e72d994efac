"""Both palettes can be read by everyone: contrast after WCAG 2.2, and what the colour-blind see."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from npsgui.model.views import Health, State
from npsgui.ui.delegates import shape_of
from npsgui.ui.theme import DARK, LIGHT, Colors

both = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])

BLIND = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What each sees of linear light. Source: Machado, Oliveira, Fernandes 2009, severity 1."""

TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
"""Source: IEC 61966-2-1."""

TELLABLE = 25.0
"""Distance in Lab from which two lines of a chart are told apart at a glance; 2.3 is just noticeable."""


def linear(color: str) -> np.ndarray:
    part = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, contrast ratio."""
    dark, light = sorted(float(np.dot(TO_XYZ[1], linear(color))) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ light, 0.0) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen_apart(one: str, other: str, eye: list[list[float]]) -> float:
    seen = [lab(np.clip(np.array(eye) @ linear(color), 0, 1)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@both
def test_text_has_the_contrast_of_aa(colors: Colors) -> None:
    grounds = (colors.window, colors.surface, colors.sunken, colors.accent_wash)
    pairs = [
        *product((colors.text, colors.muted), grounds),
        *product((colors.accent, colors.ok, colors.warn, colors.bad), (colors.window, colors.surface)),
        (colors.on_accent, colors.accent),
    ]

    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@both
def test_what_is_drawn_has_the_contrast_of_aa(colors: Colors) -> None:
    drawn = (*colors.series, colors.inlet, colors.export, colors.ok, colors.warn, colors.bad, colors.accent)
    pairs = product(drawn, (colors.window, colors.surface))

    assert [pair for pair in pairs if contrast(*pair) < 3.0] == []


@both
@pytest.mark.parametrize("eye", BLIND)
def test_the_colour_blind_tell_inlet_from_export(colors: Colors, eye: str) -> None:
    assert seen_apart(colors.inlet, colors.export, BLIND[eye]) >= TELLABLE


@both
def test_states_in_different_colours_have_different_shapes(colors: Colors) -> None:
    for one, other in combinations([*State, *Health], 2):
        (shape, color), (other_shape, other_color) = shape_of(one, colors), shape_of(other, colors)
        assert color == other_color or shape != other_shape, (one, other)


@both
@pytest.mark.parametrize("eye", BLIND)
def test_the_colour_blind_tell_the_parts_of_a_stack_apart(colors: Colors, eye: str) -> None:
    stacked = [*colors.series, colors.muted]
    beside = min(seen_apart(one, other, BLIND[eye]) for one, other in pairwise(stacked))
    anywhere = min(seen_apart(one, other, BLIND[eye]) for one, other in combinations(stacked, 2))

    assert beside >= TELLABLE
    assert anywhere >= 20.0
