"""Text made safe for XML."""

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
ALLOWED_CONTROLS = "\t\n\r"


def escape_text(text: str) -> str:
    """Replace the five special characters of XML and drop control characters that XML forbids."""
    kept = (char for char in text if char >= " " or char in ALLOWED_CONTROLS)
    return "".join(ENTITIES.get(char, char) for char in kept)
