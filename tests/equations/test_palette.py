"""The hues can be read, and can be told apart, whoever looks."""

from itertools import combinations

import pytest

from lstm_lib.equations.palette import HUES, NEUTRALS, css_variables, declarations, tint

THEMES = ("light", "dark")

#: WCAG 2.1, success criterion 1.4.3: text of normal size.
AA = 4.5

#: Least distance of two hues in OKLab, times 100.  About 2 is just noticeable between touching
#: patches; thin lines apart from each other need several times that.
APART = 8.0

#: Machado, Oliveira & Fernandes (2009), severity 1.0: matrices on linear RGB.
VISION = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

#: Ottosson (2020): linear RGB to cone responses, and their cube roots to OKLab.
CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OPPONENTS = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def times(matrix, vector):
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def linear(colour):
    """Linear RGB of ``#rrggbb``."""
    channels = [byte / 255 for byte in bytes.fromhex(colour[1:])]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(one, other):
    """The contrast ratio of WCAG 2.1."""
    red, green, blue = 0.2126, 0.7152, 0.0722
    light = [sum(times([(red, green, blue)], linear(colour))) for colour in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def seen(colour, vision):
    """OKLab, times 100, of what a person with this vision sees."""
    rgb = [min(max(c, 0), 1) for c in times(VISION[vision], linear(colour))]
    cones = [c ** (1 / 3) for c in times(CONES, rgb)]
    return [100 * c for c in times(OPPONENTS, cones)]


def distance(one, other, vision):
    pairs = zip(seen(one, vision), seen(other, vision), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def shade(name, theme):
    return getattr((HUES | NEUTRALS)[name], theme)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*HUES, "ink", "muted"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_every_hue_reads_as_text(name, ground, theme):
    assert contrast(shade(name, theme), shade(ground, theme)) >= AA


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", HUES)
def test_ink_muted_and_the_hue_itself_read_on_a_tint(name, theme):
    for text in ("ink", "muted", name):
        assert contrast(shade(text, theme), tint(name, theme)) >= AA


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("pair", list(combinations(HUES, 2)), ids="-".join)
def test_any_two_hues_stay_apart(pair, vision, theme):
    one, other = (shade(name, theme) for name in pair)
    assert distance(one, other, vision) >= APART


@pytest.mark.parametrize("theme", THEMES)
def test_css_declares_every_colour_once(theme):
    names = [line.split(":")[0].strip() for line in declarations(theme).split(";")[:-1]]
    fills = [f"--{name}-fill" for name in HUES]
    assert names == [f"--{name}" for name in HUES | NEUTRALS] + fills


def test_css_can_be_kept_to_one_kind_of_element():
    css = css_variables(".drawing")
    assert ":root" not in css
    assert 'html[data-theme="dark"] .drawing' in css
