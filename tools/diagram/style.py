"""The colours of the picture, light and dark: those of AWS's categories, so that they match its icons."""

from collections.abc import Mapping

Theme = Mapping[str, str]

THEMES: Mapping[str, Theme] = {
    "light": {
        "sheet": "#ffffff",
        "strong": "#16191f",
        "soft": "#545b64",
        "region": "#f7fafb",
        "edge": "#006c72",
        "vpc": "#ffffff",
        "network": "#6b35d6",
        "database": "#a81bb0",
        "storage": "#4f7a0b",
        "security": "#bf1f36",
        "public": "#f3f8e9",
        "private": "#e8f6f6",
        "database-fill": "#fbeefb",
        "band": "#ffffff",
        "band-edge": "#d5dbdb",
        "on-pill": "#ffffff",
    },
    "dark": {
        "sheet": "#0d1117",
        "strong": "#f0f3f6",
        "soft": "#a4adb8",
        "region": "#131a22",
        "edge": "#2fb7bd",
        "vpc": "#0d1117",
        "network": "#b394ff",
        "database": "#e68cec",
        "storage": "#a5cf55",
        "security": "#ff8494",
        "public": "#1a2413",
        "private": "#10262a",
        "database-fill": "#27142b",
        "band": "#0d1117",
        "band-edge": "#30363d",
        "on-pill": "#0d1117",
    },
}
"""By name, the colours of a theme."""
#: The first that a machine has. The widths in `shapes` are enough for the widest that `sans-serif` usually is.
_FONTS = '"Amazon Ember", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif'


def sheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    rules = {
        "text": f"font-family: {_FONTS}; fill: {theme['strong']}",
        ".bold": "font-weight: 700",
        ".end": "text-anchor: end",
        ".middle": "text-anchor: middle",
        ".sheet": f"fill: {theme['sheet']}",
        "text.soft": f"fill: {theme['soft']}",
        "text.name, text.private": f"fill: {theme['edge']}",
        "rect.region": f"fill: {theme['region']}; stroke: {theme['edge']}; stroke-width: 1.5",
        "rect.vpc": f"fill: {theme['vpc']}; stroke: {theme['network']}; stroke-width: 1.5",
        "rect.band": f"fill: {theme['band']}; stroke: {theme['band-edge']}",
        "rect.public": f"fill: {theme['public']}; stroke: {theme['storage']}; stroke-dasharray: 4 3",
        "rect.private": f"fill: {theme['private']}; stroke: {theme['edge']}; stroke-dasharray: 4 3",
        "rect.band.database": f"fill: {theme['database-fill']}; stroke: {theme['database']}; stroke-dasharray: 4 3",
        "text.public": f"fill: {theme['storage']}",
        "rect.pill": f"fill: none; stroke: {theme['edge']}",
        "rect.pill.writer": f"fill: {theme['edge']}",
        "text.on-replica, text.on-detached": f"fill: {theme['edge']}",
        "text.on-writer": f"fill: {theme['on-pill']}",
        # Only ours: a rule for every path would take the icons their colours.
        "path.route, path.tie, path.lane": "fill: none",
        "path.route": f"stroke: {theme['network']}; stroke-width: 2.5",
        "path.standby": "stroke-width: 1.5; stroke-dasharray: 6 4",
        "path.head": f"fill: {theme['network']}",
        "path.tie": f"stroke: {theme['soft']}; stroke-width: 1; opacity: .45",
        "path.lane": "stroke-width: 2.5",
        "circle.ring": f"fill: {theme['sheet']}; stroke-width: 2.5",
    }
    for service in ("network", "database", "storage", "security"):
        rules[f"text.{service}, circle.dot.{service}"] = f"fill: {theme[service]}"
        rules[f"path.lane.{service}, circle.{service}"] = f"stroke: {theme[service]}"
    return "\n".join(f"{name} {{ {rule} }}" for name, rule in rules.items())
