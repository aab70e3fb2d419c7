DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_base(n: int, base: int) -> str:
    """Return n written in the given base."""
    if base < 2 or base > len(DIGITS):
        raise ValueError("base must be from 2 to 36")
    rest = abs(n)
    text = ""
    while rest:
        rest, digit = divmod(rest, base)
        text = DIGITS[digit] + text
    text = text or "0"
    return "-" + text if n < 0 else text
