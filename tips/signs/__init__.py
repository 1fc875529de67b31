"""Warning signs: does a message describe something that cannot wait for an answer?

Two matchers, either is enough: rules that anyone can read and mend, one file a language, and
models that learned from described emergencies. Recall goes before precision: told once too often
to seek care, a subscriber loses a minute.
"""

from .language import Advice, SignLanguage, read_languages
from .signs import Suspicion, WarningSigns

__all__ = ["Advice", "SignLanguage", "Suspicion", "WarningSigns", "read_languages"]
