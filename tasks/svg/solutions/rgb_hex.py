"""Colours as hexadecimal codes."""


def rgb_hex(red: int, green: int, blue: int) -> str:
    """Write a colour as `#rrggbb`, or `#rgb` where that says the same."""
    channels = (red, green, blue)
    for channel in channels:
        if isinstance(channel, bool) or not isinstance(channel, int):
            raise TypeError(f"a channel is a whole number, not {channel!r}")
        if not 0 <= channel <= 255:
            raise ValueError(f"channel {channel} is not between 0 and 255")
    if all(channel % 17 == 0 for channel in channels):
        return "#" + "".join(f"{channel // 17:x}" for channel in channels)
    return "#" + "".join(f"{channel:02x}" for channel in channels)
