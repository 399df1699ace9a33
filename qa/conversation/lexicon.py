"""Closed word lists and the little English grammar that follow-up questions need. Pure; standard library only.

Open classes cannot be listed, so each list only holds what is common in news; every rule that uses one has a fallback.
"""

from __future__ import annotations

import re
from functools import lru_cache

WH = frozenset("who whom whose what which when where why how".split())
BE = frozenset("is are was were am be been being".split())
DO = frozenset("do does did".split())
HAVE = frozenset("has have had".split())
MODAL = frozenset("will would can could shall should may might must".split())
AUX = DO | HAVE | MODAL | frozenset("is are was were am".split())
DETERMINERS = frozenset("the a an his her its their my your our this that these those some any every each no".split())
PREPOSITIONS = frozenset(
    "in on at of to for by with from about against between during after before near under over into onto through "
    "within without among around across behind beside towards toward until till since upon despite per via".split()
)
SUBORDINATORS = frozenset(
    "when while after before because if unless although though that who which whose as since until once so where why "
    "how whether and but or".split()
)
PRONOUNS = frozenset(
    "he she it they him her them his hers its their theirs i you we me us my your our this that these those".split()
)
MALE, FEMALE = frozenset("he him his himself".split()), frozenset("she her hers herself".split())

PERSON_NOUNS = frozenset(
    "man woman boy girl person president minister ambassador envoy spokesman spokeswoman spokesperson commander leader "
    "official officer judge lawyer doctor singer actor actress author writer director mother father wife husband son "
    "daughter brother sister teacher student player coach driver pilot suspect victim candidate senator governor mayor "
    "king queen prince princess pope bishop reporter journalist correspondent soldier general colonel chief chairman "
    "chairwoman adviser advisor secretary commissioner diplomat resident survivor witness founder owner manager "
    "scientist professor researcher engineer artist winner teen teenager mom dad child baby neighbour neighbor expert "
    "analyst activist lawmaker congressman librarian baker farmer fisherman head boss rebel civilian insurgent fighter refugee migrant protester demonstrator hostage passenger troop"
    " citizen worker employee neighbor agent guard gunman attacker terrorist militant american russian syrian somebody someone anyone".split()
)
_MALE_NOUNS = frozenset("man boy spokesman actor father husband son brother king prince pope chairman dad".split())
_FEMALE_NOUNS = frozenset(
    "woman girl spokeswoman actress mother wife daughter sister queen princess chairwoman mom".split()
)
PLURAL_NOUNS = frozenset("people men women children police families troops militia crew staff media".split())
GROUP_NOUNS = frozenset(
    "government army group company team council party police military family committee board court ministry union bank "
    "force agency organisation organization coalition alliance crew parliament congress senate court militia council "
    "airline firm club band association commission university museum city town village".split()
)
PLACE_NOUNS = frozenset(
    "city town country village place area region district state province island river mosque school building bridge "
    "harbour harbor port museum library hospital street border".split()
)
ORGANISATION_WORDS = frozenset(
    "council nations army ministry party group bank company university court corporation inc ltd committee commission "
    "agency department union times post reuters association club front forces organization organisation league museum "
    "government congress senate parliament institute foundation team hospital school airlines society trust".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir lord lady president minister ambassador secretary-general general senator governor mayor "
    "king queen prince princess pope chancellor commissioner captain colonel professor judge spokesman spokeswoman "
    "commander envoy chief director secretary adviser chairman chairwoman".split()
)
_TITLE_GENDER = {"mr": "m", "sir": "m", "lord": "m", "king": "m", "prince": "m", "pope": "m", "spokesman": "m"} | {
    "mrs": "f", "ms": "f", "miss": "f", "lady": "f", "queen": "f", "princess": "f", "spokeswoman": "f", "chairman": "m",
    "chairwoman": "f",
}  # fmt: skip
PLACES = frozenset(
    "syria russia turkey iran iraq israel lebanon jordan egypt france germany britain england scotland wales ireland "
    "spain italy china japan india pakistan afghanistan ukraine poland america canada mexico brazil argentina australia "
    "kenya nigeria rwanda ethiopia sudan libya yemen qatar greece sweden norway finland denmark netherlands belgium "
    "austria switzerland hungary romania cuba venezuela colombia chile peru indonesia vietnam thailand korea europe "
    "africa asia london paris moscow washington beijing tokyo berlin rome madrid damascus aleppo ankara tehran baghdad "
    "jerusalem cairo kabul kyiv geneva brussels".split()
)
_MALE_NAMES = frozenset(
    "john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary "
    "nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick "
    "jack dennis jerry peter adam henry nathan walter harold kyle carl arthur roger keith jeremy terry sean albert jesse "
    "bruce ralph roy louis philip harry vincent bobby johnny logan barack joe bill bob jim tom tim mike steve dan ben sam "
    "vladimir bashar vitaly rupert jan ban zeid ahmed mohammed mohamed muhammad omar ali hassan hussein ibrahim khalid "
    "yusuf abdul igor ivan boris sergei dmitry juan jose luis carlos pedro miguel pablo diego hans klaus jurgen pierre "
    "jean jacques francois marco mario giovanni luca emmanuel nicolas antonio karl otto erik lars sven nils oscar hugo "
    "martin simon neil ian graham colin stuart alan derek tony gordon leo max felix anders raj amit narendra kofi".split()
)
_FEMALE_NAMES = frozenset(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley "
    "kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen "
    "amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet "
    "catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith "
    "megan andrea cheryl hannah jacqueline martha gloria teresa ann anne sara madison frances kathryn janice jean alice "
    "julia grace sophia theresa amelia hillary angela ursula theresa nancy kamala fatima aisha leila umm nadia elena olga "
    "natalia svetlana irina ingrid astrid greta marta ines lucia carmen rosa sofia isabel claire charlotte chloe zoe ella "
    "lucy jane kate diana fiona moira marie nora clara eva lena mia priya indira sonia miriam esther naomi beyonce".split()
)
TIME_WORDS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december yesterday today tomorrow".split()
)
NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen dozens "
    "hundreds thousands".split()
)
SAYING = frozenset(
    "say says said claim claims claimed tell tells told report reports reported announce announced deny denied add "
    "added warn warned confirm confirmed state stated call called accuse accused argue argued think thinks thought "
    "believe believes believed".split()
)

_IRREGULAR = {
    past: base
    for line in (
        "be was were been|begin began begun|become became|break broke broken|bring brought|build built|burn burnt|buy "
        "bought|catch caught|choose chose chosen|come came|do did done|draw drew drawn|drive drove driven|eat ate eaten|"
        "fall fell fallen|feel felt|fight fought|find found|flee fled|fly flew flown|forget forgot forgotten|get got "
        "gotten|give gave given|go went gone|grow grew grown|hang hung|have had|hear heard|hide hid hidden|hold held|keep "
        "kept|know knew known|lay laid|lead led|leave left|lend lent|lie lay lain|lose lost|make made|mean meant|meet "
        "met|pay paid|ride rode ridden|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|"
        "shake shook shaken|shoot shot|show shown|shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|sleep slept|"
        "speak spoke spoken|spend spent|stand stood|steal stole stolen|strike struck|swear swore sworn|swim swam swum|"
        "take took taken|teach taught|tell told|think thought|throw threw thrown|understand understood|wake woke woken|"
        "wear wore worn|win won|withdraw withdrew withdrawn|write wrote written|overtake overtook overtaken|oversee "
        "oversaw overseen|undergo underwent undergone"
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
        "accept accuse achieve act add address admit agree aim allow announce answer appeal appear appoint approve argue "
        "arrest arrive ask attack attend avoid ban believe belong blame block bomb call cancel capture carry cause celebrate "
        "change charge claim clear close collapse collect comment commit compare complain concern confirm consider contain "
        "continue control cover create criticise criticize cross damage deal decide declare defeat defend delay deliver "
        "demand deny depend describe design destroy detain develop die disappear discover discuss earn elect employ end "
        "enter escape establish estimate evacuate execute exist expect explain express face fail fear fire fix follow force "
        "free gain gather govern happen harm hate help hope identify ignore include increase injure insist intend invade "
        "invent investigate invite join jump kill land last launch lift like listen live look love manage mark marry measure "
        "mention move murder name need negotiate notice object occur offer open oppose order organise organize own paint "
        "participate pass permit plan play please point predict prepare prevent produce promise protect protest prove "
        "provide publish pull push question raise reach receive record recover reduce refer refuse release remain remember "
        "remove rent repair replace reply report represent request require rescue resign resist respond rest restore result "
        "retain return reveal rule save search seize serve share sign sound start state stay stop struggle study succeed "
        "suffer suggest support surrender surround survive suspect talk target tell testify threaten torture touch train "
        "travel treat try turn urge use visit vote wait walk want warn watch witness withdraw work worry wound"
        " host fund sponsor spot score award restore reopen rename donate".split()
    )
)


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """The verb's base form as well as rules know it: ``negotiated`` -> ``negotiate``, ``shot`` -> ``shoot``."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in VERBS:
        return word
    for ending, replacements in (("ied", ("y",)), ("ies", ("y",)), ("ed", ("", "e")), ("es", ("", "e")), ("s", ("",))):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            for replacement in replacements:
                if stem + replacement in VERBS:
                    return stem + replacement
            if ending == "ed":
                if len(stem) > 2 and stem[-1] == stem[-2] and stem[:-1] in VERBS:
                    return stem[:-1]
                return _regular(stem)
            if ending in {"ied", "ies"}:
                return stem + "y"
    return word.removesuffix("s") if not word.endswith("ss") else word


def _regular(stem: str) -> str:
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


def is_plural(word: str) -> bool:
    """A plural common noun, as far as spelling tells."""
    word = word.lower()
    if word in PLURAL_NOUNS:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s", "ous", "news"))


def gender_of_name(name: str) -> str:
    """``m``, ``f`` or nothing, by title or first name."""
    for word in re.findall(r"[^\W\d_][\w’'-]*", name.lower()):
        if word in _TITLE_GENDER:
            return _TITLE_GENDER[word]
        if word not in TITLES:
            break
    words = [word for word in re.findall(r"[^\W\d_][\w’'-]*", name.lower()) if word not in TITLES]
    if len(words) > 1 or (words and words[0] not in TITLES and name[:1].isupper()):
        first = words[0]
        return "m" if first in _MALE_NAMES else "f" if first in _FEMALE_NAMES else ""
    return ""


def gender_of_noun(noun: str) -> str:
    """``m``, ``f`` or nothing."""
    return "m" if noun in _MALE_NOUNS else "f" if noun in _FEMALE_NOUNS else ""


def is_first_name(word: str) -> bool:
    """A listed first name."""
    return word.lower() in _MALE_NAMES or word.lower() in _FEMALE_NAMES
