"""Plots as inline SVG: text that scales with the page and takes its colours from the style sheet. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from .measures import Metric
from .report import number

Point = tuple[float, float]

_COLOURS = ("#1f5fbf", "#b3541e", "#2e7d4f", "#8a3ffc", "#666666", "#a4133c")
_STYLE = "<style>text{font:11px system-ui,sans-serif}.grid{stroke:#8884}svg{background:#fff}</style>"

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 430, 250, 44, 24, 34, 24


def bars(metrics: Sequence[Metric]) -> str:
    """A bar a metric, 0 to 1, with its 95 % interval as a line."""
    row, label, wide = 22, 150, 330
    height = row * len(metrics) + 24
    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = label + tick * wide
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{height - 20}"/>')
        parts.append(_text(x, height - 6, f"{tick:g}", "middle"))
    for number_, metric in enumerate(metrics):
        y, value = number_ * row + 4, metric.value or 0.0
        parts.append(_text(label - 6, y + 11, metric.name, "end"))
        parts.append(f'<rect class="bar" x="{label}" y="{y}" width="{value * wide:.1f}" height="14"/>')
        if metric.interval:
            low, high = (label + bound * wide for bound in (metric.interval.low, metric.interval.high))
            parts.append(f'<line class="interval" x1="{low:.1f}" y1="{y + 7}" x2="{high:.1f}" y2="{y + 7}"/>')
        parts.append(_text(label + wide + 6, y + 11, number(metric.name, metric.value), "start"))
    return _svg(label + wide + 60, height, parts, "Metrics with their 95 % intervals")


def curve(points: Sequence[Point], x_name: str, y_name: str, x_max: float = 1.0) -> str:
    """A line through the points; x in 0..x_max, y in 0..1."""
    parts = [*_axes(x_name, y_name, [(tick * x_max, f"{tick * x_max:g}") for tick in (0, 0.5, 1)], x_max)]
    path = " ".join(f"{_x(x, x_max):.1f},{_y(y):.1f}" for x, y in thinned(points))
    parts.append(f'<polyline class="line" points="{path}"/>')
    return _svg(WIDTH, HEIGHT, parts, f"{y_name} over {x_name}")


def growth(lines: Mapping[str, Sequence[Point]], x_name: str, y_name: str) -> str:
    """Named lines over two logarithmic axes, for a file of its own: it brings its colours."""
    points = [point for line in lines.values() for point in line]
    (x_low, x_high), (y_low, y_high) = (_decades(values) for values in zip(*points, strict=True))
    wide = WIDTH + 60

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), _y(up)

    parts = []
    for power in range(y_low, y_high + 1):
        _, y = at(10**x_low, 10**power)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{10.0**power:g}", "end"))
    for power in range(x_low, x_high + 1):
        parts.append(_text(at(10**power, 1)[0], HEIGHT - BOTTOM + 15, f"{10**power:,}", "middle"))
    for number_, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number_ % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in sorted(line)))
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        parts += [
            f'<circle fill="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in (at(*point) for point in line)
        ]
        parts.append(f'<g fill="{colour}">{_text(WIDTH - RIGHT + 8, TOP + 8 + 16 * number_, name, "start")}</g>')
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 3, x_name, "middle"))
    parts.append(_text(LEFT, 10, y_name, "middle"))
    drawn = _svg(wide, HEIGHT, [_STYLE, *parts], f"{y_name} over {x_name}: {', '.join(lines)}")
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that hold all values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def reliability(bins: Sequence[tuple[float, float, int]]) -> str:
    """A point a bin at (confidence, share that is true), larger for more cases; calibrated ones lie on the line."""
    parts = _axes("confidence", "answerable", [(tick, f"{tick:g}") for tick in (0, 0.5, 1)], 1.0)
    parts.append(f'<line class="grid" x1="{_x(0, 1):.1f}" y1="{_y(0):.1f}" x2="{_x(1, 1):.1f}" y2="{_y(1):.1f}"/>')
    most = max((count for _, _, count in bins), default=1)
    parts += [
        f'<circle class="bar" cx="{_x(said, 1):.1f}" cy="{_y(held):.1f}" r="{3 + 7 * math.sqrt(count / most):.1f}"/>'
        for said, held, count in bins
    ]
    return _svg(WIDTH, HEIGHT, parts, "How often a question of each confidence is answerable")


def histogram(values: Sequence[float], x_name: str, bins: int = 24) -> str:
    """How many values fall where, on a logarithmic axis: latencies have a long tail."""
    positive = [max(value, 0.01) for value in values]
    low, high = math.log10(min(positive)), math.log10(max(positive))
    width = max(high - low, 0.1)
    counts = [0] * bins
    for value in positive:
        counts[min(int((math.log10(value) - low) / width * bins), bins - 1)] += 1
    ticks = [(share, _plain(10 ** (low + share * width))) for share in (0, 0.5, 1)]
    most = max(counts) + max(counts) % 2  # half of it is a count, too
    parts = [*_axes(x_name, "cases", ticks, 1.0, y_max=most)]
    step = (WIDTH - LEFT - RIGHT) / bins
    for place, count in enumerate(counts):
        y = _y(count / most)
        tall = HEIGHT - BOTTOM - y
        parts.append(
            f'<rect class="bar" x="{LEFT + place * step:.1f}" y="{y:.1f}" width="{step - 1:.1f}" height="{tall:.1f}"/>'
        )
    return _svg(WIDTH, HEIGHT, parts, f"How many cases took how long ({x_name})")


def thinned(points: Sequence[Point], most: int = 300) -> list[Point]:
    """At most `most` of the points, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(place * step)] for place in range(most)]


def _axes(
    x_name: str, y_name: str, x_ticks: Sequence[tuple[float, str]], x_max: float, y_max: float = 1.0
) -> list[str]:
    parts = []
    for tick in (0, 0.5, 1):
        y = _y(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{tick * y_max:g}", "end"))
    parts += [_text(_x(place, x_max), HEIGHT - BOTTOM + 15, label, "middle") for place, label in x_ticks]
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 3, x_name, "middle"))
    parts.append(_text(LEFT, 10, y_name, "middle"))
    return parts


def _plain(value: float) -> str:
    """Three digits, and never a power of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _x(value: float, x_max: float) -> float:
    return LEFT + value / x_max * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - value * (HEIGHT - BOTTOM - TOP)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    inner = "".join(parts)
    name = escape(title, quote=True)
    return f'<svg role="img" aria-label="{name}" viewBox="0 0 {width:g} {height:g}" width="{width:g}">{inner}</svg>'
