"""Telegram's HTML mode: what is understood, and how broken markup is refused."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.model.entities import FormattedText, tidy, utf16_length
from bot.sandbox.model.errors import ApiError
from bot.sandbox.model.markup import normal_url, parse_html
from bot.sandbox.model.safe_html import render

SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)
TAGS = ["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "code", "pre"]
TAGS += ["blockquote"]


def utf16_slice(text: str, offset: int, length: int) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def spans(source: str) -> list[tuple[str, int, int]]:
    return [(e["type"], e["offset"], e["length"]) for e in parse_html(source).entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("&lt;&gt;&amp;&quot;&laquo;&#12345678;", '<>&"&laquo;&#12345678;', []),
        ("&#65;&#x42;&lt🏟", "AB<🏟", []),
        ("&Or;&ltx", "&Or;&ltx", []),
        ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [("italic", 5, 6)]),
        (
            "🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>",
            "🏟 🏟🏟 ><🏟",
            [("italic", 5, 7), ("bold", 9, 3)],
        ),
        ("x<i    aba  =  190azAz-.   >a</i>", "xa", [("italic", 1, 1)]),
        ("x<i  aba = '&lt;&gt;'>a</>", "xa", [("italic", 1, 1)]),
        ("<i>a</i   >", "a", [("italic", 0, 1)]),
        ("<B>a</b>", "a", [("bold", 0, 1)]),
        ("x<b></b>", "x", []),
        ('<span class = "tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<code><i><b> </b></i></code>", " ", [("code", 0, 1), ("bold", 0, 1), ("italic", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<blockquote cite="" x>a</blockquote>', "a", [("blockquote", 0, 1)]),
        ("<pre><code>a</code></pre>", "a", [("pre", 0, 1), ("code", 0, 1)]),
        ("<a>nowhere </a>", "nowhere ", []),
        ("<a href='tel://'>a</a>", "a", [("text_link", 0, 1)]),
    ],
)
def test_what_is_understood(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    assert parse_html(source).text == text
    assert spans(source) == entities


def test_every_tag_has_its_entity() -> None:
    kinds = [spans(f"<{tag}>x</{tag}>")[0][0] for tag in TAGS]

    assert kinds == [
        *("bold", "bold", "italic", "italic", "underline", "underline"),
        *("strikethrough", "strikethrough", "strikethrough", "spoiler", "code", "pre"),
        "blockquote",
    ]


def test_a_custom_emoji_keeps_its_identifier() -> None:
    (emoji,) = parse_html('<tg-emoji emoji-id="54321">🏟</tg-emoji>').entities

    assert emoji == {"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "54321"}


def test_code_with_a_language_inside_pre_gives_pre_its_language() -> None:
    whole = parse_html('<pre><code class="language-fift">a</code></pre>').entities
    partial = parse_html('<pre> <code class="language-fift">a</code></pre>').entities

    assert whole == [{"type": "pre", "offset": 0, "length": 1, "language": "fift"}]
    assert [e["type"] for e in partial] == ["pre", "code"]
    assert all("language" not in e for e in partial)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("&#57311;", SURROGATES),
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("<b/>", 'Unsupported start tag "b/" at byte offset 0'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("<i aba", 'Unclosed start tag "i" at byte offset 0'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ('🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        ('<i aba="x"', "Unclosed start tag at byte offset 0"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></b>", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<i>a</em   >",
         'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="-5">x</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)  # fmt: skip
def test_how_broken_markup_is_refused(source: str, error: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(source)

    assert refusal.value.description == f"Bad Request: can't parse entities: {error}"


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("telegram.org", "http://telegram.org/"),
        ("https://DOI.org/10.1/AbC?x=<y>", "https://doi.org/10.1/AbC?x=<y>"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("tg://user?id=1", "tg://user?id=1"),
        ("https://User@host.org", "https://User@host.org/"),
        ("javascript://example.org", ""),
        ("nowhere", ""),
        ("http://[broken", ""),
    ],
)
def test_how_links_are_kept(given_url: str, kept: str) -> None:
    assert normal_url(given_url) == kept


texts = st.text(st.characters(blacklist_categories=["Cs"]))


@given(texts)
def test_any_escaped_text_comes_through_unchanged(text: str) -> None:
    parsed = parse_html(escape(text).replace("&#x27;", "'"))

    assert parsed == FormattedText(text, [])


@given(st.recursive(texts.map(lambda t: (t, escape(t))), lambda inner: st.tuples(
    st.sampled_from(TAGS), st.lists(inner, max_size=3)).map(
        lambda node: (
            "".join(plain for plain, _ in node[1]),
            f"<{node[0]}>{''.join(marked for _, marked in node[1])}</{node[0]}>",
        )), max_leaves=12))  # fmt: skip
def test_well_nested_markup_keeps_its_text_and_its_entities_stay_inside(
    node: tuple[str, str],
) -> None:
    text, source = node

    parsed = parse_html(source)

    assert parsed.text == text
    for entity in parsed.entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(text)


@given(st.text(st.sampled_from("<>/&;=\"' abi#x1pre🏟"), max_size=30))
def test_markup_is_understood_or_refused_but_never_breaks_the_parser(source: str) -> None:
    try:
        length = utf16_length(parse_html(source).text)
    except ApiError as refusal:
        error, length = refusal.description, 0
    else:
        error = ""

    assert error.startswith("Bad Request: can't parse entities: ") or not error
    assert length <= utf16_length(source)


@given(st.text())
def test_utf16_length_counts_two_units_beyond_the_basic_plane(text: str) -> None:
    assert utf16_length(text) == sum(2 if c > "\uffff" else 1 for c in text)


@given(texts, texts, texts)
def test_a_slice_by_utf16_units_finds_the_text_between(before: str, middle: str, end: str) -> None:
    assert utf16_slice(before + middle + end, utf16_length(before), utf16_length(middle)) == middle


@given(texts, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4))
def test_tidied_entities_stay_inside_the_trimmed_text(
    text: str, stretches: list[tuple[int, int]]
) -> None:
    limit = utf16_length(text)
    entities = [
        {"type": "bold", "offset": offset, "length": length}
        for offset, length in stretches
        if offset + length <= limit
    ]

    tidied = tidy(FormattedText(text, entities))

    assert tidied.text == tidied.text.strip()
    for entity in tidied.entities:
        end = entity["offset"] + entity["length"]
        assert 0 <= entity["offset"] < end <= utf16_length(tidied.text)


def test_entities_move_with_what_is_removed_and_trimmed() -> None:
    bold = {"type": "bold", "offset": 4, "length": 4}

    tidied = tidy(FormattedText("  \ra\u202bb\r\u0001c  ", [bold]))

    assert tidied.text == "ab c"
    assert tidied.entities == [{"type": "bold", "offset": 1, "length": 2}]


def test_an_entity_over_nothing_but_trimmed_space_goes() -> None:
    space = {"type": "bold", "offset": 0, "length": 2}

    assert tidy(FormattedText("  x", [space])).entities == []


def test_commands_and_links_are_marked_outside_code_and_links() -> None:
    source = (
        "/start /help@GutSkinBot see https://a.org/x. <code>/no</code> <a href='a.org'>/no</a>"
    )

    found = tidy(parse_html(source))

    marked = {
        (e["type"], utf16_slice(found.text, e["offset"], e["length"])) for e in found.entities
    }
    assert ("bot_command", "/start") in marked
    assert ("bot_command", "/help@GutSkinBot") in marked
    assert ("url", "https://a.org/x") in marked
    assert ("bot_command", "/no") not in marked


def test_at_most_a_hundred_entities_are_kept() -> None:
    found = tidy(parse_html("<b>x</b> " * 150))

    assert len(found.entities) == 100


class TestPageHtml:
    def test_entities_become_tags_and_everything_else_is_escaped(self) -> None:
        parsed = parse_html('<b>&lt;x&gt; <i>y</i></b> <a href="https://a.org/?q=&quot;">z</a>')

        assert render(parsed.text, parsed.entities) == (
            "<b>&lt;x&gt; <i>y</i></b> "
            '<a href="https://a.org/?q=&quot;" target="_blank" rel="noopener noreferrer">z</a>'
        )

    def test_overlapping_entities_are_nested_anew(self) -> None:
        entities = [
            {"type": "bold", "offset": 0, "length": 2},
            {"type": "italic", "offset": 1, "length": 2},
        ]

        assert render("abc", entities) == "<b>a<i>b</i></b><i>c</i>"

    def test_a_link_with_an_unsafe_scheme_is_not_a_link(self) -> None:
        entities = [{"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}]

        assert render("x", entities) == "<span>x</span>"

    def test_a_bare_link_leads_to_itself(self) -> None:
        found = tidy(FormattedText("see https://a.org/x"))

        assert 'href="https://a.org/x"' in render(found.text, found.entities)

    def test_a_command_that_was_marked_already_is_one_link(self) -> None:
        marked = [{"type": "bot_command", "offset": 0, "length": 6}]

        found = tidy(FormattedText("/start", marked))

        assert found.entities == marked

    def test_a_link_within_a_link_leaves_no_empty_one(self) -> None:
        twice = [{"type": "bot_command", "offset": 0, "length": 4} for _ in range(2)]
        outer = {"type": "text_link", "offset": 0, "length": 6, "url": "https://a.org"}

        for entities in (twice, [outer, *twice]):
            assert render("/tip x", entities).count("<a ") == 1

    def test_a_command_that_is_cut_by_other_markup_stays_whole(self) -> None:
        bold = {"type": "bold", "offset": 0, "length": 3}
        command = {"type": "bot_command", "offset": 1, "length": 4}

        shown = render("x/tip", [bold, command])

        assert shown.count('data-command="/tip"') == 2

    def test_a_block_leaves_no_blank_line_before_or_behind_it(self) -> None:
        parsed = parse_html("a\n<blockquote expandable>b\nc</blockquote>\nd\n<pre>e</pre>\n\nf")

        assert render(parsed.text, parsed.entities) == (
            'a<blockquote class="expandable">b\nc</blockquote>d<pre>e</pre>\nf'
        )

    @given(texts)
    def test_no_text_brings_a_tag_into_the_page(self, text: str) -> None:
        bold = [{"type": "bold", "offset": 0, "length": utf16_length(text)}] if text else []

        shown = render(text, bold)

        assert shown.count("<") == 2 * len(bold)
