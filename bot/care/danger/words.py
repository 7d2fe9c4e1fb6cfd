"""Hear words in a text: slang and dialect as one canonical word, disguises lifted, particles gone, clauses counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.care.danger.letters import undress
from bot.care.danger.spelling import Stems, fill_gaps, list_fuller, repair

#: What every way of saying "not" becomes.
NOT = "tidak"
#: Asks for agreement wherever it stands: ga overdosis kan ini?
_KAN = "kan"
_TOKENS = re.compile(r"[^\W_*](?:[\w*@$!']{0,40}[\w*@$])?|\*[^\W_][\w*]*|[.!?;:,\n…()]+")
_ENDS = re.compile(r"[.!?;:,\n…()]")
_TWICE = re.compile(r"([^\W\d_]{2,})2([^\W\d_]{0,4})")
_COUNTED = re.compile(r"(\d{1,4})([^\W\d_]{1,9})")
_RUN = re.compile(r"(.)\1+")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_FIGURES = str.maketrans("41035789@$!", "aioestbgasi")
_CLITICS = (
    "nya",
    "lah",
    "kah",
    "pun",
    "ku",
    "mu",
    "ma",
    "ka",
    "ki",
    "ko",
    "mi",
    "ji",
    "pi",
    "mo",
    "na",
    "ne",
    "e",
    "in",
)
#: What Banjar and Makassar put before a verb: bagantung, taminum, nabunuh.
_PREFIXES = ("ba", "ma", "ta", "na")
_GLUED_NOT = ("nggak", "ngga", "gak", "ga", "gk", "ndak", "nda", "dak", "teu", "kada", "tra", "ora")
_SHORTEST_REST = 3
#: So many different words of one text are taken apart; a message with more is made to hold us up.
MOST_RESOLVED = 400


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known about words.

    `canonical`: as written -> canonical words.  `noise`: words that say nothing here.  `known`: words that need no
    repair.  `beginnings`: what concept words begin with where any ending will do.  `stems`: what is repaired to, and
    `tails`: the same words, looked for at the end of two written as one.  `skeletons`: without vowels -> words written
    so.  `joins`: words that open a new clause.
    """

    canonical: Mapping[str, tuple[str, ...]]
    noise: frozenset[str]
    known: frozenset[str]
    beginnings: tuple[str, ...]
    stems: Stems
    tails: frozenset[str]
    skeletons: Mapping[str, tuple[str, ...]]
    emoji: Mapping[str, str]
    joins: frozenset[str]
    tags: frozenset[str]  #: after one of them a "not" only asks: boleh ga, bahaya ga

    def knows(self, word: str) -> bool:
        """Tell whether a word means something here as it is written."""
        return word in self.known or word in self.canonical or self.begins_known(word)

    def begins_known(self, word: str) -> bool:
        """Tell whether a word is a concept word with any ending."""
        return word.startswith(self.beginnings)


@dataclass(frozen=True, slots=True)
class Heard:
    """A text in canonical words.

    `clauses`: number of the clause each word is in.  `asking`: places of a "not" that only asks.  `asks`: a question
    mark was written.
    """

    words: tuple[str, ...]
    clauses: tuple[int, ...]
    asking: frozenset[int]
    asks: bool


def hear(text: str, lexicon: Lexicon) -> Heard:
    """Hear the words of a text.  Never raises."""
    return hear_plain(undress(text, lexicon.emoji), lexicon, {})


def hear_plain(text: str, lexicon: Lexicon, resolved: dict[str, tuple[str, ...]]) -> Heard:
    """Hear the words of a text that is undressed already.  Never raises.

    `resolved`: what words of the same text were resolved to, which is kept so that none is resolved twice.
    """
    hearing = _Hearing(lexicon)
    for token in _join_prefixes(_TOKENS.findall(text), lexicon):
        if _ENDS.match(token):
            hearing.end_clause(is_question="?" in token)
            continue
        if token not in resolved:
            crowded = len(resolved) >= MOST_RESOLVED
            resolved[token] = lexicon.canonical.get(token, (token,)) if crowded else resolve(token, lexicon)
        for word in resolved[token]:
            hearing.add(word)
    hearing.end_clause(is_question=True)
    return Heard(tuple(hearing.words), tuple(hearing.clauses), frozenset(hearing.asking), "?" in text)


class _Hearing:
    """Words heard so far, and which "not" among them only asks."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.words: list[str] = []
        self.clauses: list[int] = []
        self.asking: set[int] = set()
        self._clause = 0
        self._not: int | None = None  # place of the last "not" of this clause

    def add(self, word: str) -> None:
        if word in self.lexicon.noise:
            self._hear_tag(word)
            return
        if word in self.lexicon.joins:
            self._clause, self._not = self._clause + 1, None
        if word == NOT:
            self._not = len(self.words)
            if self.words and self.words[-1] in self.lexicon.tags:
                self.asking.add(self._not)
        self.words.append(word)
        self.clauses.append(self._clause)

    def end_clause(self, *, is_question: bool) -> None:
        if is_question and self._not is not None and self._not == len(self.words) - 1:
            self.asking.add(self._not)
        self._clause, self._not = self._clause + 1, None

    def _hear_tag(self, word: str) -> None:
        """Take "ga sih" and "ga ya" for a question, and "ga ... kan" wherever the two stand in a clause."""
        if self._not is not None and word in self.lexicon.tags and (word == _KAN or self._not == len(self.words) - 1):
            self.asking.add(self._not)


def resolve(token: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the canonical words of one written word."""
    found = _look_up(token, lexicon)
    if found is not None:
        return found
    for shape in _reshape(token):
        found = _look_up(shape, lexicon)
        if found is not None:
            return found
    plain = _RUN.sub(r"\1", token.replace("'", "")) if _LONG_RUN.search(token) else token.replace("'", "")
    return _take_apart(plain, lexicon)


def _look_up(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    if token in lexicon.canonical:
        return lexicon.canonical[token]
    return (token,) if token in lexicon.known or token.isdecimal() or lexicon.begins_known(token) else None


def _reshape(token: str) -> list[str]:
    """List what a disguised word may have been, likeliest first."""
    if token.isalpha() and "v" not in token and not _RUN.search(token):
        return []
    plain = token.replace("'", "")
    once, twice = _RUN.sub(r"\1", plain), _LONG_RUN.sub(r"\1\1", plain)
    shapes = [plain, twice, once]
    if not plain.isalpha() and any(one.isalpha() for one in plain):
        shapes += [_FIGURED.sub(_letter, plain), _RUN.sub(r"\1", plain.translate(_FIGURES))]
    if "v" in plain:
        shapes.append(once.replace("v", "u"))
    return [shape for shape in dict.fromkeys(shapes) if shape != token]


_FIGURED = re.compile(r"[0-9@$!]")


def _letter(figure: re.Match[str]) -> str:
    return figure[0].translate(_FIGURES)


def _take_apart(token: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Resolve a word that is none: doubled, counted, starred, glued or misspelt; else it stays as it is."""
    return (None if token.isalpha() else _take_figures_apart(token, lexicon)) or (
        _unglue(token, lexicon)
        or _split(token, lexicon)
        or _fill_vowels(token, lexicon)
        or _known_parts(repair(token, lexicon.stems) or token, lexicon)
    )


def _take_figures_apart(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    twice = _TWICE.fullmatch(token)
    if twice:
        once = resolve(twice[1], lexicon)
        return (*once, *once)
    counted = _COUNTED.fullmatch(token)
    if counted:
        return (counted[1], *(_look_up(counted[2], lexicon) or (counted[2],)))
    if "*" in token:
        return _known_parts(fill_gaps(token, lexicon.stems) or token.replace("*", ""), lexicon)
    return None


def _fill_vowels(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    """Resolve a word written without some of its vowels, if the shortest it may be all mean one thing."""
    fuller = list_fuller(token, lexicon.skeletons)
    shortest = min(map(len, fuller), default=0)
    meant = {_known_parts(full, lexicon) for full in fuller if len(full) == shortest}
    return meant.pop() if len(meant) == 1 else None


def _known_parts(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    return lexicon.canonical.get(word, (word,))


def _unglue(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    for clitic in _CLITICS if token.endswith(_CLITICS) else ():
        rest = token.removesuffix(clitic)
        if rest != token and len(rest) >= _SHORTEST_REST:
            found = _look_up(rest, lexicon)
            if found is not None:
                return found
    for glued in _GLUED_NOT if token.startswith(_GLUED_NOT) else ():
        rest = token.removeprefix(glued)
        if rest != token and len(rest) >= _SHORTEST_REST:
            found = _look_up(rest, lexicon)
            if found is not None:
                return (NOT, *found)
    return _strip_prefix(token, lexicon)


def _strip_prefix(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    rests = (token.removeprefix(prefix) for prefix in _PREFIXES if token.startswith(prefix))
    return next((found for rest in rests if len(rest) > _SHORTEST_REST and (found := _look_up(rest, lexicon))), None)


def _split(token: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    """Part two words written as one, if the second is one that must not be missed: pengenmati."""
    for at in range(_SHORTEST_REST, len(token)):
        if token[at:] in lexicon.tails:
            found = _look_up(token[:at], lexicon)
            if found is not None:
                return (*found, *_known_parts(token[at:], lexicon))
    return None


def _join_prefixes(tokens: list[str], lexicon: Lexicon) -> list[str]:
    """Put `d pukuli`, `di pukuli` and `ke telen` together where the whole is a word that counts."""
    joined: list[str] = []
    for token in tokens:
        last = joined[-1] if joined else ""
        prefix = "di" if last in ("d", "di") else "ke" if last == "ke" else ""
        whole = prefix + token
        if prefix and (lexicon.knows(whole) or (last == "d" and list_fuller(whole, lexicon.skeletons))):
            joined[-1] = whole
        else:
            joined.append(token)
    return joined
