"""A panel fits into what Discord takes, and loses nothing without a sign of it."""

from bot.queue.reply import Panel
from bot.ui.panel import ALL, FIELDS, embed_of

NO_FILES: frozenset[str] = frozenset()


def test_it_shows_all_its_parts():
    panel = Panel("Who wrote", "Ben did.", (("Ben", "3"), ("Ada", "2")), "chart.png")
    embed = embed_of(panel, frozenset({"chart.png"}))
    assert (embed.title, embed.description) == ("Who wrote", "Ben did.")
    assert [(one.name, one.value) for one in embed.fields] == [("Ben", "3"), ("Ada", "2")]
    assert embed.image.url == "attachment://chart.png"


def test_a_picture_that_did_not_come_along_is_not_shown():
    assert embed_of(Panel("Who wrote", image="chart.png"), NO_FILES).image.url is None


def test_what_is_too_long_is_cut_with_a_sign():
    embed = embed_of(Panel("t" * 300, "x" * 9000, (("n" * 300, "v" * 2000),)), NO_FILES)
    assert len(embed) <= ALL
    for text in (embed.title, embed.description, embed.fields[0].name, embed.fields[0].value):
        assert text.endswith("…")


def test_fields_go_before_the_text_and_stay_within_discords_bounds():
    fields = tuple((str(n), "v" * 900) for n in range(40))
    embed = embed_of(Panel(text="x" * 4000, fields=fields), NO_FILES)
    assert len(embed) <= ALL
    assert 0 < len(embed.fields) <= FIELDS


def test_empty_and_unprintable_parts_are_taken():
    embed = embed_of(Panel("\0", " ", (("", ""), ("\ud800", "\n"))), NO_FILES)
    assert (embed.title, embed.description, len(embed.fields)) == (None, None, 2)
    assert all(one.name and one.value for one in embed.fields)


def test_a_panel_that_is_full_of_fields_leaves_its_text_out():
    fields = (*[("n" * 256, "v" * 1024)] * 4, ("n" * 100, "v" * 524))
    embed = embed_of(Panel("t" * 256, "Some text", fields), NO_FILES)
    assert len(embed) == ALL
    assert embed.description is None
