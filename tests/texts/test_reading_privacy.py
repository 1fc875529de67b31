"""What somebody reads before they agree, and whenever they ask what is kept of them."""

from __future__ import annotations

import hashlib

from bot.texts import privacy, start
from bot.texts.callbacks import Agree
from bot.texts.catalogue import translator

EN = translator("en")


class TestConsent:
    def test_the_welcome_is_three_lines_and_a_question(self) -> None:
        said = start.welcome(EN, "leaflet")
        greeting, question = said.plain.split("\n\n")
        assert len(greeting.splitlines()) == 3
        assert "don't replace your doctor" in greeting
        assert "/privacy" in question
        assert question.endswith("Is that OK?")
        assert said.buttons[0][0].data == Agree(privacy.CONSENT_VERSION, "leaflet")
        assert said.reply is None

    def test_once_agreed_to_the_same_words_stay_without_the_button(self) -> None:
        said = start.agreed(EN)
        assert said.plain.startswith(start.welcome(EN).plain.split("\n\n")[0])
        assert "/forget" in said.plain
        assert said.buttons == ()


class TestPrivacy:
    def test_it_says_who_answers_on_what_ground_and_where_to_complain(self) -> None:
        said = privacy.privacy(EN, contact="Jane Doe, privacy@example.org").plain
        assert "Who answers for it: Jane Doe, privacy@example.org" in said
        assert "because you said yes" in said
        assert "GDPR Article 6(1)(a)" in said
        assert "data-protection authority where you live" in said
        assert "take it back any time" in said

    def test_without_a_contact_it_does_not_pretend(self) -> None:
        assert "hasn't said how to reach them" in privacy.privacy(EN).plain

    def test_the_year_is_the_operator_s(self) -> None:
        assert "after 365 days" in privacy.privacy(EN).plain
        assert "after 90 days." in privacy.privacy(EN, erase_after_days=90).plain
        assert "after 1 day." in privacy.privacy(EN, erase_after_days=1).plain


def test_what_a_reader_agrees_to_has_a_version() -> None:
    """When this fails, the words changed: raise CONSENT_VERSION if their meaning did too."""
    shown = start.welcome(EN).plain + privacy.privacy(EN).plain
    digest = hashlib.sha256(shown.encode()).hexdigest()[:12]
    assert (privacy.CONSENT_VERSION, digest) == (6, "4444bdc69536")
