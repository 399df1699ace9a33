"""The little verb grammar that follow-up questions need: base forms and past forms. Pure; standard library only."""

from __future__ import annotations

import re
from functools import lru_cache

_IRREGULAR = {
    past: base
    for line in (
        "be was were been|begin began begun|become became|break broke broken|bring brought|build built|"
        "burn burnt|buy bought|catch caught|choose chose chosen|come came|do did done|draw drew drawn|"
        "drive drove driven|eat ate eaten|fall fell fallen|feel felt|fight fought|find found|flee fled|"
        "fly flew flown|forget forgot forgotten|get got gotten|give gave given|go went gone|grow grew grown|"
        "hang hung|have had|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid|lead led|"
        "leave left|lend lent|lie lay lain|lose lost|make made|mean meant|meet met|pay paid|ride rode ridden|"
        "rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|shake shook shaken|"
        "shoot shot|show showed shown|shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|sleep slept|"
        "speak spoke spoken|spend spent|stand stood|steal stole stolen|strike struck|swear swore sworn|"
        "swim swam swum|take took taken|teach taught|tell told|think thought|throw threw thrown|"
        "understand understood|wake woke woken|wear wore worn|win won|withdraw withdrew withdrawn|"
        "write wrote written|overtake overtook overtaken|oversee oversaw overseen|undergo underwent undergone"
    ).split("|")
    for base, *pasts in [line.split()]
    for past in pasts
}
PAST_OF = {base: past for past, base in reversed(_IRREGULAR.items())}
_UNCHANGED = frozenset("cut hit put set shut let cost hurt quit read spread split bet burst cast".split())
PAST_OF |= {base: base for base in _UNCHANGED}
VERBS = (
    frozenset(_IRREGULAR.values())
    | _UNCHANGED
    | frozenset(
        "accept accuse achieve act add address admit agree aim allow announce answer appeal appear appoint approve "
        "argue arrest arrive ask attack attend avoid ban believe belong blame block bomb call cancel capture carry "
        "cause celebrate change charge claim clear close collapse collect comment commit compare complain concern "
        "confirm consider contain continue control cover create criticise criticize cross damage deal decide "
        "declare defeat defend delay deliver demand deny depend describe design destroy detain develop die "
        "disappear discover discuss earn elect employ end enter escape establish estimate evacuate execute exist "
        "expect explain express face fail fear fire fix follow force free gain gather govern happen harm hate help "
        "hope identify ignore include increase injure insist intend invade invent investigate invite join jump kill "
        "land last launch lift like listen live look love manage mark marry measure mention move murder name need "
        "negotiate notice object occur offer open oppose order organise organize own paint participate pass permit "
        "plan play please point predict prepare prevent produce promise protect protest prove provide publish pull "
        "push question raise reach receive record recover reduce refer refuse release remain remember remove rent "
        "repair replace reply report represent request require rescue resign resist respond rest restore result "
        "retain return reveal rule save search seize serve share sign sound start state stay stop struggle study "
        "succeed suffer suggest support surrender surround survive suspect talk target tell testify threaten "
        "torture touch train travel treat try turn urge use visit vote wait walk want warn watch witness withdraw "
        "work worry wound lack veto host fund sponsor spot score award restore reopen rename donate affect apply "
        "apologise apologize beat boycott bury cease debate disrupt flood hire invest merge promote ration refloat "
        "resume retire settle sue swap".split()
    )
)


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """The verb's base form as well as rules know it: ``negotiated`` -> ``negotiate``, ``shot`` -> ``shoot``."""
    word = word.lower()
    if word in _IRREGULAR or word in VERBS:
        return _IRREGULAR.get(word, word)
    for ending, restored in (("ied", ("y",)), ("ies", ("y",)), ("ed", ("", "e")), ("es", ("", "e")), ("s", ("",))):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            listed = (stem + end for end in restored if stem + end in VERBS)
            guess = _regular(stem) if ending == "ed" else f"{stem}{restored[-1] if ending != 'es' else 'e'}"
            return next(listed, guess)
    return word


def _regular(stem: str) -> str:
    """The base form of an unlisted verb from its past without "ed": a doubled letter goes, a silent e comes back."""
    if stem[-1] == stem[-2:-1] and stem[:-1] in VERBS:
        return stem[:-1]
    if re.search(r"([bdgmnprt])\1$", stem):
        return stem[:-1]
    silent = r"(?:[aeiou](?:s|t|r|v|z|c|g|k|m|n|d|p)|[^aeiou]l|[lnr]c|[dnr]g|v|u|s)$"
    if re.search(r"(?:ea|oo|ou|ee|ai|oi)[a-z]$|(?:en|er|on|it|el|ow|ss)$", stem):
        return stem
    return stem + "e" if re.search(silent, stem) else stem


@lru_cache(maxsize=4096)
def is_past(word: str) -> bool:
    """A past tense or past participle form, as far as spelling tells."""
    word = word.lower()
    return word in _IRREGULAR or word in _UNCHANGED or (len(word) > 3 and word.endswith("ed") and word != "need")


@lru_cache(maxsize=4096)
def is_verb(word: str) -> bool:
    """A form of a listed verb, or a past form."""
    return is_past(word) or base_of(word) in VERBS


def third_person_of(verb: str) -> str:
    """The form after "he": ``say`` -> ``says``, ``deny`` -> ``denies``, ``reach`` -> ``reaches``."""
    if verb == "have":
        return "has"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def past_of(verb: str) -> str:
    """A past form: ``close`` -> ``closed``, ``shoot`` -> ``shot``."""
    past = PAST_OF.get(verb.lower())
    if past is not None:
        return past
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb):
        return f"{verb}{verb[-1]}ed"
    return f"{verb}ed"
