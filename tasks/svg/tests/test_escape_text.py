from escape_text import escape_text


def test_the_five_special_characters_are_replaced():
    assert escape_text("&<>\"'") == "&amp;&lt;&gt;&quot;&apos;"
    assert escape_text("a < b && c") == "a &lt; b &amp;&amp; c"


def test_each_character_is_replaced_once():
    assert escape_text("&lt;") == "&amp;lt;"
    assert escape_text("&amp;") == "&amp;amp;"


def test_control_characters_are_dropped_but_white_space_stays():
    assert escape_text("a\x00b\x1b[1mc\x1f") == "ab[1mc"
    assert escape_text("a\tb\nc\r d") == "a\tb\nc\r d"


def test_other_text_stays():
    assert escape_text("") == ""
    assert escape_text("Grüße · 10 % ~\x7f") == "Grüße · 10 % ~\x7f"
