"""What is asked, without the polite words around it. Pure.

"Can you please tell me who, as far as the articles say, ...?" asks no more than "Who ...?", but every further word had
to be found in a passage: the reader is less sure of the same answer, and fewer questions are answered.
"""

from __future__ import annotations

import re

_FILLER = r"(?:please|kindly|perhaps|maybe|just|quickly|okay|ok|well|so|and|hi|hello|hey|there|thanks|thank\ you)"
_KNOW = r"(?:know|find\ out|learn|hear|ask(?:\ you)?|understand)"
_FRAME = rf"""
    (?:can|could|would|will|may|might)\ (?:you|i|we|anyone|anybody|someone|somebody)\ (?:{_FILLER}\ )*
        (?:(?:tell|remind|inform|show|give|explain\ to)\ (?:me|us)|ask(?:\ you)?|say|explain|let\ (?:me|us)\ know)
  | (?:please\ )?(?:tell|remind|inform|explain\ to)\ (?:me|us)
  | let\ me\ know
  | do\ (?:you|we)\ (?:happen\ to\ )?know
  | does\ (?:anyone|anybody|someone|somebody)\ (?:happen\ to\ )?know
  | (?:have\ you|do\ you\ have)\ any\ idea
  | (?:i|we)(?:['’]d|\ would|\ should)\ (?:like|love|want)\ (?:you\ to\ tell\ me|to\ {_KNOW})
  | (?:i|we)\ (?:want|wanted|need|wish)\ to\ {_KNOW}
  | i(?:['’]m|\ am|\ was)\ (?:(?:just|also)\ )?(?:wondering|curious|interested\ to\ know)
  | i\ (?:wonder|wondered)
  | (?:my|the|one|a|here\ is\ my)\ (?:quick\ |short\ )?question(?:\ is)?
  | (?:do|don['’]t)\ the\ articles\ say
"""
_SOURCE = r"(?:the|these|those|this|your|our)\ (?:stored\ |indexed\ |given\ |news\ )?(?:articles?|stor(?:y|ies)|texts?)"
_ACCORDING = rf"""
    (?:according\ to|judging\ by|based\ on|going\ by)\ {_SOURCE}
  | as\ far\ as\ (?:{_SOURCE}\ (?:say|says|tell|tells|know|knows|go|goes)(?:\ us)?|(?:you|we)\ (?:can\ )?(?:know|tell))
"""
_THANKS = r"(?:please|thanks(?:\ a\ lot|\ in\ advance)?|thank\ you)"
_ASIDE = r"(?:if\ you\ (?:can|could|know|please|don['’]t\ mind)|do\ you\ know|can\ you\ tell\ me|i\ wonder)"
_ASKS = r"""(?=(?:(?:in|on|at|by|to|from|for|of|with|under|about|during|since|until)\ )?
    (?:who|whom|whose|what|which|when|where|why|how)\b)"""
_BEFORE = re.compile(
    rf"(?:{_FILLER}[\ ,.!:]+)*(?:(?:{_FRAME}|{_ACCORDING})(?:[\ ,:]+{_FILLER}\b)*[\ ,:.;–-]+)+{_ASKS}", re.I | re.X
)
_AFTER = re.compile(
    rf"(?:[\ ,;.?!–-]+(?:{_ACCORDING})|[,;.?!–-]\ *(?:{_THANKS}|{_ASIDE}))+(?P<end>[\ .?!]*)$", re.I | re.X
)
_INDIRECT = re.compile(
    r"^(?P<asks>who|what|where|when|why|how(?: (?:old|tall|big|large|long|far|high|deep|heavy|fast))?) "
    r"(?P<subject>(?:(?:the|a|an|his|her|its|their|he|she|it|they|this|that|these|those)\b|(?-i:[A-Z])).*?) "
    r"(?P<verb>is|was|are|were)(?P<end>\W*)$",
    re.I,
)
"""What is asked in the order of a statement, as after "tell me": "how old she is"."""


def without_frame(question: str, *, fewest: int = 2) -> str:
    """``question`` as it would be asked plainly; the same where nothing is around it, or less than ``fewest`` words.

    Only what stands before a question word, or at the very end, is taken away; what is named stays.
    """
    text = " ".join(question.split())
    rest = text
    if found := _AFTER.search(rest):
        rest = f"{rest[: found.start()].rstrip(' ,;')}{found['end']}"
    if found := _BEFORE.match(rest):
        rest = _INDIRECT.sub(r"\g<asks> \g<verb> \g<subject>\g<end>", rest[found.end() :])
    if rest == text or len(rest.split()) < fewest:
        return question
    if text.endswith("?") and not rest.endswith("?"):
        rest = f"{rest.rstrip('.! ')}?"
    return rest[:1].upper() + rest[1:]
