"""What is asked, without the polite words around it. Pure.

"Can you please tell me who won, as far as the articles say?" asks no more than "Who won?", but every further word had
to be found in a passage: the reader is less sure of the same answer, and fewer questions are answered.

Words are taken off one group at a time and a bounded number of times, so that no input takes long. When in doubt they
stay: a frame that is kept costs some confidence, a name or a condition that is lost changes the question.
"""

from __future__ import annotations

import re
from itertools import pairwise

_MOST = 8
"""Groups of words at one end of a question."""
_TAIL = 100
"""Characters at the end of a question in which its last words are looked for."""
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_GREETING = re.compile(
    r"(?:hi|hello|hey|ok|okay|so|well|right|thanks|thank you|sorry|excuse me|good (?:morning|afternoon|evening))"
    r"(?: there| again)?[,.!:–-] ?",
    re.I,
)
"""These are polite words alone; those below only before a frame."""
_FILLER = re.compile(
    r"(?:hi|hello|hey|there|ok|okay|so|well|and|but|now|also|please|pls|plz|kindly|thanks|thank you|sorry|excuse me|"
    r"again|exactly|perhaps|maybe)\b[ ,.!:–-]*",
    re.I,
)
_KNOW = r"(?:know|find out|learn|hear|understand|ask(?: you)?|figure out|work out)"
_ARTICLES = r"(?:the|these|those|this|your|our) (?:stored |indexed |given |news )?articles?"
_YOU = r"(?:you|u|i|we|anyone|anybody|someone|somebody)"
_TELL = r"(?:(?:tell|remind|inform|show|explain to) (?:me|us)|let (?:me|us) know)"
_FRAME = re.compile(
    r"(?:"
    rf"(?:can|could|would|will|may|might) {_YOU} (?:please |pls |kindly |perhaps |maybe |also |now )?"
    rf"(?:{_TELL}|ask(?: you)?|say|explain|find out|look up|happen to know)"
    rf"|would you mind telling (?:me|us)|(?:are you|would you be) able to tell (?:me|us)|{_TELL}"
    r"|do (?:you|u|we) (?:happen to )?(?:know|remember|recall)"
    r"|does (?:anyone|anybody|someone|somebody) (?:happen to )?know"
    r"|(?:(?:have you|do you have) )?any (?:idea|clue)s?"
    r"|(?:do you have|have you(?: got)?|is there) (?:any|some) (?:information|info|details?|news) (?:on|about|of|as to)"
    rf"|(?:do you have|is there) (?:anything|something)(?: in {_ARTICLES})? (?:on|about)"
    rf"|(?:i|we)(?:['’]d| would| should) (?:like|love|want) (?:you to tell (?:me|us)|to {_KNOW})"
    rf"|(?:i|we) (?:just |really |also )?(?:want|wanted|need|wish) (?:you to tell (?:me|us)|to {_KNOW})"
    rf"|i(?:['’]m| am) (?:just )?(?:trying|looking|hoping) to {_KNOW}"
    r"|(?:i(?:['’]m| am| was) )?(?:just |also )?(?:wondering|curious|interested to know)"
    r"(?: if you (?:can|could) tell (?:me|us))?"
    r"|i (?:wonder|wondered)(?: if you (?:can|could) tell (?:me|us))?"
    r"|(?:(?:my|one|a|another|here is my|i have a) )?(?:quick |short |next )?question(?: is\b| ?[:,–-])"
    rf"|do(?:es)? {_ARTICLES} (?:say|mention|report|tell (?:me|us)|explain)"
    rf"|what do(?:es)? {_ARTICLES} (?:say|report|tell (?:me|us)) about"
    r")(?: (?:about|as to)\b)?(?=[ ,:.;–-])[ ,:.;–-]*",
    re.I,
)
_ACCORDING = (
    rf"(?:(?:according to|judging by|based on|going by) {_ARTICLES}|as far as (?:you|we) (?:can )?(?:know|tell)|"
    rf"as far as {_ARTICLES} (?:say|tell|know|go|goe)s?(?: us)?)"
)
_SOURCE_FIRST = re.compile(rf"{_ACCORDING},? ", re.I)
_ASKS = re.compile(rf"(?:(?:in|on|at|by|to|from|for|of|with|under|about|during|since|until) )?{_WH}\b", re.I)
_BROKEN_OFF = re.compile(r"\W*[.?!;:]\W*\w|.*[?!] +\w")
"""After a question word: "Do you know what? The mayor resigned."."""
_RELATIVE = re.compile(rf"(?:which|whose|\w+ {_WH})\b.*, ?{_WH}\b", re.I)
"""What follows is about the articles: "According to the article which appeared in May, who died?"."""
_SOURCE_LAST = re.compile(rf"[ ,] ?(?:according to {_ARTICLES}|as far as {_ARTICLES} (?:say|tell)s?(?: us)?)[ .?!]*$")
_ASIDE = re.compile(
    r"(?:(?<!\bno)(?<!\byes),|(?<=[.?!])) ?"
    r"(?:please|(?:many )?thanks(?: a lot| in advance)?|thank you(?: very much| so much)?|if you know|"
    rf"if you don['’]t mind|do you know|{_ACCORDING})[ .?!]*$"
)
_THANKS = re.compile(r"(?<=[.?!]) ?(?:(?:Many t|T)hanks|Thank you|Please|Cheers)[a-z ]{0,20}[ .!]*$")
_INDIRECT = re.compile(
    r"(?P<asks>who|what|where|when|why|how(?: (?:old|tall|big|large|long|far|high|deep|heavy|fast))?) "
    r"(?P<subject>[^,;:?!]{1,60}) (?P<verb>is|was|are|were)(?P<end>[ .?!]*)$",
    re.I,
)
_PRONOUNS = frozenset("he she it they this that these those".split())
_OPENERS = frozenset("the a an his her its their this that these those".split())
_TIES = frozenset("of in to on for at by and with from".split())
_CLAUSES = frozenset(
    "who whom whose which what when where why how if whether because that than is was are were be been did do does "
    "has have had said say says think thinks thought believe believes believed claim claims claimed fear fears "
    "feared".split()
)


def without_frame(question: str) -> str:
    """``question`` as it would be asked plainly: what stands before a question word and at the very end is taken away.

    The same where there is nothing to take, or fewer than two words would be left.
    """
    text = " ".join(question.split())
    rest = without_opening(_without_ending(text))
    if rest == text or len(rest.split()) <= 1:
        return question
    return rest


def without_opening(question: str) -> str:
    """``question`` from its question word on, if only polite words stand before that; otherwise the same."""
    at, framed, source = 0, False, False
    for _ in range(_MOST):
        if found := _FRAME.match(question, at):
            framed = True
        elif found := _SOURCE_FIRST.match(question, at):
            framed = source = True
        elif found := _GREETING.match(question, at):
            framed = True
        elif not (found := _FILLER.match(question, at)):
            break
        at = found.end()
    asks = _ASKS.match(question, at) if framed else None
    if asks is None or _BROKEN_OFF.match(question, asks.end()):
        return question
    rest = question[at:]
    titled = rest[0].isupper() and question[at - 2 : at - 1].isalpha() and not question.isupper()
    if titled or (source and _RELATIVE.match(rest)):  # a title, "Tell Me Why was ..."; or about the articles themselves
        return question
    rest = _direct(rest)
    return rest[:1].upper() + rest[1:]


def _without_ending(text: str) -> str:
    for _ in range(_MOST):
        tail = text[-_TAIL:]
        found = _SOURCE_LAST.search(tail) or _THANKS.search(tail) or _ASIDE.search(tail)
        if found is None:
            break
        asked = text.rstrip(" .!").endswith("?")
        text = f"{text[:-_TAIL]}{tail[: found.start()]}".rstrip()
        if asked and not text.endswith("?"):
            text = f"{text}?"
    return text


def _direct(question: str) -> str:
    """ "How old she is?" in the order of a question, where its subject is plain enough to be sure of."""
    found = _INDIRECT.match(question)
    if found is None or not _is_subject(found["subject"].split()):
        return question
    return f"{found['asks']} {found['verb']} {found['subject']}{found['end']}"


def _is_subject(words: list[str]) -> bool:
    """A pronoun, a name, or a short phrase that a determiner opens, without a clause in it."""
    low = [word.lower() for word in words]
    if len(words) == 1 and low[0] in _PRONOUNS:
        return True
    if not _CLAUSES.isdisjoint(low) or not _PRONOUNS.isdisjoint(low[1:]):
        return False
    again = any(word in _OPENERS and before not in _TIES for before, word in pairwise(low))
    return not again and (low[0] in _OPENERS or all(word[0].isupper() for word in words))
