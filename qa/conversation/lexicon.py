"""Word lists for follow-up questions. Pure; standard library only.

Open classes cannot be listed, so each list only holds what is common in news; every rule that uses one has a fallback.
"""

from __future__ import annotations

import re

WH = frozenset("who whom whose what which when where why how".split())
BE = frozenset("is are was were am be been being".split())
DO = frozenset("do does did".split())
HAVE = frozenset("has have had".split())
MODAL = frozenset("will would can could shall should may might must".split())
AUX = DO | HAVE | MODAL | frozenset("is are was were am".split())
DETERMINERS = frozenset(
    "the a an his her its their my your our this that these those some any every each no another".split()
)
PREPOSITIONS = frozenset(
    "in on at of to for by with from about against between during after before near under over into onto "
    "through within without among around across behind beside towards toward until till since upon despite per "
    "via".split()
)
SUBORDINATORS = frozenset(
    "when while after before because if unless although though that who which whose as since until once so "
    "where why how whether and but or".split()
)
PRONOUNS = frozenset(
    "he she it they him her them his hers its their theirs i you we me us my your our this that these those".split()
)
MALE, FEMALE = frozenset("he him his himself".split()), frozenset("she her hers herself".split())
CLOSED = PREPOSITIONS | SUBORDINATORS | PRONOUNS | DETERMINERS | AUX | WH
"""Words that are neither nouns nor full verbs."""
PERSON_NOUNS = frozenset(
    "man woman boy girl person president minister ambassador envoy spokesman spokeswoman spokesperson commander "
    "leader official officer judge lawyer doctor singer actor actress author writer director mother father wife "
    "husband son daughter brother sister teacher student player coach driver pilot suspect victim candidate senator "
    "governor mayor king queen prince princess pope bishop reporter journalist correspondent soldier general colonel "
    "chief chairman chairwoman adviser advisor secretary commissioner diplomat resident survivor witness founder "
    "owner manager scientist professor researcher engineer artist winner teen teenager mom dad child baby neighbour "
    "neighbor expert analyst activist lawmaker congressman librarian baker farmer fisherman head boss rebel civilian "
    "insurgent fighter refugee migrant protester demonstrator hostage passenger troop citizen worker employee "
    "neighbor agent guard gunman attacker terrorist militant american russian syrian detective investigator somebody "
    "someone anyone captain skipper sailor inspector sergeant lieutenant sheriff deputy prosecutor attorney "
    "councillor councilor rector headmaster warden nurse surgeon paramedic firefighter clerk mechanic tuner curator "
    "editor economist banker broker dealer grower shepherd pensioner veteran volunteer spectator runner climber skier "
    "rider goalkeeper referee tenant landlord customer client patient applicant defendant plaintiff thief robber "
    "burglar killer murderer hacker donor heir widow widower uncle aunt nephew niece cousin grandmother grandfather "
    "friend colleague chancellor lecturer pupil scholar priest rabbi imam monk nun critic opponent supporter tourist "
    "visitor mourner lifeguard".split()
)
_MALE_NOUNS = frozenset(
    "man boy spokesman actor father husband son brother king prince pope chairman dad widower uncle nephew "
    "grandfather headmaster monk".split()
)
_FEMALE_NOUNS = frozenset(
    "woman girl spokeswoman actress mother wife daughter sister queen princess chairwoman mom widow aunt niece "
    "grandmother nun headmistress".split()
)
PLURAL_NOUNS = frozenset("people others men women children police families troops militia crew staff media".split())
GROUP_NOUNS = frozenset(
    "government army group company team council party police military family committee board court ministry "
    "union bank force agency organisation organization coalition alliance crew parliament congress senate court "
    "militia council airline firm club band association commission university museum city town village".split()
)
PLACE_NOUNS = frozenset(
    "city town country village place area region district state province island river mosque school building "
    "bridge harbour harbor port museum library hospital street border hamlet suburb clinic valley airport station "
    "prison hotel".split()
)
ORGANISATION_WORDS = frozenset(
    "council nations army ministry party group bank company university court corporation inc ltd committee "
    "commission agency department union times post reuters association club front forces organization "
    "organisation league museum government congress senate parliament institute foundation team hospital school "
    "airlines society trust holdings network channel stadium awards festival championship cup open "
    "prize church college temple office force bureau authority".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir lord lady president minister ambassador secretary-general general senator governor "
    "mayor king queen prince princess pope chancellor commissioner captain colonel professor judge spokesman "
    "spokeswoman commander envoy chief director secretary adviser chairman chairwoman inspector sergeant lieutenant "
    "sheriff reverend bishop archbishop cardinal councillor congressman congresswoman rector detective "
    "officer headmaster".split()
)
_TITLE_GENDER = {"mr": "m", "sir": "m", "lord": "m", "king": "m", "prince": "m", "pope": "m", "spokesman": "m"} | {
    "mrs": "f", "ms": "f", "miss": "f", "lady": "f", "queen": "f", "princess": "f", "spokeswoman": "f", "chairman": "m",
    "chairwoman": "f", "congressman": "m", "congresswoman": "f", "headmaster": "m", "archbishop": "m", "cardinal": "m",
}  # fmt: skip
PLACES = frozenset(
    "syria russia turkey iran iraq israel lebanon jordan egypt france germany britain england scotland wales "
    "ireland spain italy china japan india pakistan afghanistan ukraine poland america canada mexico brazil "
    "argentina australia kenya nigeria rwanda ethiopia sudan libya yemen qatar greece sweden norway finland "
    "denmark netherlands belgium austria switzerland hungary romania cuba venezuela colombia chile peru "
    "indonesia vietnam thailand korea europe africa asia london paris moscow washington beijing tokyo berlin "
    "rome madrid damascus aleppo ankara tehran baghdad jerusalem cairo kabul kyiv geneva brussels "
    "albania algeria angola armenia azerbaijan bahrain bangladesh belarus bolivia bosnia botswana bulgaria burkina "
    "burma burundi cambodia cameroon chechnya congo crimea croatia cyprus czechia dagestan darfur ecuador "
    "eritrea estonia gabon gambia gaza ghana greenland guatemala guinea haiti honduras iceland jamaica kashmir "
    "kazakhstan kosovo kurdistan kuwait kyrgyzstan laos latvia lesotho liberia lithuania luxembourg macedonia "
    "malawi malaysia mali malta mauritania moldova mongolia montenegro morocco mozambique myanmar namibia nepal "
    "nicaragua niger oman palestine panama paraguay philippines portugal samoa senegal serbia singapore slovakia "
    "slovenia somalia taiwan tajikistan tanzania tibet togo tunisia turkmenistan uganda uruguay uzbekistan zambia "
    "zimbabwe alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho "
    "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi "
    "missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont wisconsin "
    "wyoming atlanta baltimore boston chicago dallas denver detroit houston miami philadelphia seattle athens "
    "bangkok barcelona beirut benghazi bogota bucharest budapest caracas dakar delhi dhaka dubai dublin glasgow "
    "hamburg hanoi harare havana islamabad istanbul jakarta johannesburg karachi khartoum lagos lahore lima lisbon "
    "manchester manila melbourne milan minsk mogadishu mosul mumbai munich nairobi naples oslo ottawa prague "
    "pyongyang riyadh seoul shanghai sydney toronto tripoli tunis vancouver vienna warsaw zagreb zurich".split()
)
PLACE_OPENERS = frozenset(
    "new north south east west northern southern eastern western los las san santa port mount lake cape fort gulf "
    "upper lower".split()
)
"""Capitalised, before another capital, they open the name of a place: "New Jersey", "South Sudan", "Port Louis"."""
PLACE_CLOSERS = frozenset(
    "hills valley island islands river street bay square county bridge road avenue mountains peninsula desert falls "
    "beach forest canyon creek province district airport harbour harbor".split()
)
"""Capitalised, after another capital, they close the name of a place: "Galway Bay"."""
NOMINAL_ADJECTIVES = frozenset(
    "injured wounded dead missing elderly poor homeless unemployed sick rich disabled displaced bereaved".split()
)
"""After "the", without a noun, they stand for people: "the injured"."""
_MALE_NAMES = frozenset(
    "john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony "
    "mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
    "jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank "
    "alexander raymond patrick jack dennis jerry peter adam henry nathan walter harold kyle carl arthur roger "
    "keith jeremy terry sean albert jesse bruce ralph roy louis philip harry vincent bobby johnny logan barack "
    "joe bill bob jim tom tim mike steve dan ben sam vladimir bashar vitaly rupert jan ban zeid ahmed mohammed "
    "mohamed muhammad omar ali hassan hussein ibrahim khalid yusuf abdul igor ivan boris sergei dmitry juan "
    "jose luis carlos pedro miguel pablo diego hans klaus jurgen pierre jean jacques francois marco mario "
    "giovanni luca emmanuel nicolas antonio karl otto erik lars sven nils oscar hugo martin simon neil ian "
    "graham colin stuart alan derek tony gordon leo max felix anders raj amit narendra kofi".split()
)
_FEMALE_NAMES = frozenset(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra "
    "ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura "
    "cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine "
    "debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly "
    "lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann anne "
    "sara madison frances kathryn janice jean alice julia grace sophia theresa amelia hillary angela ursula "
    "theresa nancy kamala fatima aisha leila umm nadia elena olga natalia svetlana irina ingrid astrid greta "
    "marta ines lucia carmen rosa sofia isabel claire charlotte chloe zoe ella lucy jane kate diana fiona moira "
    "marie nora clara eva lena mia priya indira sonia miriam esther naomi beyonce".split()
)
PERIODS = frozenset(
    "week month year day morning evening night afternoon hour weeks months years days hours minutes time".split()
)
TIME_WORDS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december yesterday today tomorrow".split()
)
NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion "
    "dozen dozens hundreds thousands".split()
)
SAYING = frozenset(
    "say says said claim claims claimed tell tells told report reports reported announce announced deny denied "
    "add added warn warned confirm confirmed state stated call called accuse accused argue argued think thinks "
    "thought believe believes believed".split()
)

TELLING = SAYING | frozenset(
    "admit admits admitted allege alleges alleged assert asserts asserted estimate estimates estimated expect expects "
    "expected fear fears feared feel feels felt hope hopes hoped insist insists insisted know knows knew predict "
    "predicts predicted reveal reveals revealed suggest suggests suggested suspect suspects suspected".split()
)
"""Verbs that a clause with a subject of its own may follow without "that"."""
_NOT_PEOPLE = frozenset(
    "number letter computer river flower tower power shower weather corner newspaper chapter container helicopter "
    "trailer quarter border shelter order semester centimeter kilometer meter trouser cluster disaster monster barrier "
    "freezer counter answer matter paper water border printer router server folder header boulder shoulder "
    "feather".split()
)
_ENDS_OTHERWISE = frozenset(
    "luca andrea nikita ilya sasha joshua ezra mustafa musa isa jonah noa garcia abba attila krishna margo cleo".split()
)
_WORDS_TOO = frozenset("mark will bill jack frank grace rose may art sue faith hope joy dawn angel rob pat mia".split())


def is_plural(word: str) -> bool:
    """A plural common noun, as far as spelling tells."""
    word = word.lower()
    if word in PLURAL_NOUNS:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s", "ous", "news"))


def is_person_noun(word: str) -> bool:
    """A noun for one person: listed, or by its ending ("physicist", "clockmaker")."""
    endings = ("ist", "ician", "eer", "sman", "eman", "woman", "person", "maker", "worker", "keeper", "fighter")
    made = word.endswith(endings) and len(word) > 5
    return word in PERSON_NOUNS or made


def are_people(word: str) -> bool:
    """A plural noun for people: listed, or by its ending ("islanders", "smugglers", "tourists")."""
    one = word.removesuffix("s")
    listed = word in PLURAL_NOUNS | NOMINAL_ADJECTIVES or (one != word and is_person_noun(one))
    listed = listed or word.endswith(("smen", "women"))
    return listed or (word.endswith(("ers", "ists", "ians", "eers")) and len(word) > 6 and one not in _NOT_PEOPLE)


def gender_of_name(name: str) -> str:
    """``m``, ``f`` or nothing, by title or first name, the word after the last title: "U.S. President Barack Obama"."""
    for word in re.findall(r"[^\W\d_][\w’'-]*", name.lower()):
        if word in _TITLE_GENDER:
            return _TITLE_GENDER[word]
        if word not in TITLES:
            break
    every = re.findall(r"[^\W\d_][\w’'-]*", name.lower())
    titles = [at for at, word in enumerate(every[:-1]) if word in TITLES]
    words = [word for word in every[titles[-1] + 1 if titles else 0 :] if word not in TITLES]
    if len(words) > 1 or (words and words[0] not in TITLES and name[:1].isupper()):
        first = words[0]
        return "m" if first in _MALE_NAMES else "f" if first in _FEMALE_NAMES else ""
    return ""


def likely_gender(name: str) -> str:
    """A guess by the ending of an unlisted first name: ``f`` for "Livia Fontane", ``m`` for "Paolo Greve"."""
    words = [word for word in name.lower().split() if word not in TITLES]
    if len(words) < 2 or not name[:1].isupper() or words[0] in _ENDS_OTHERWISE:
        return ""
    return "f" if words[0].endswith("a") else "m" if words[0].endswith("o") and not words[0].endswith("ko") else ""


def gender_of_noun(noun: str) -> str:
    """``m``, ``f`` or nothing."""
    return "m" if noun in _MALE_NOUNS else "f" if noun in _FEMALE_NOUNS else ""


def is_first_name(word: str) -> bool:
    """A listed first name."""
    return word.lower() in _MALE_NAMES or word.lower() in _FEMALE_NAMES


def gender_of_word(word: str) -> str:
    """``m`` or ``f`` for a first name in small letters, as hurried people type it, unless it is a word as well."""
    if word in _WORDS_TOO:
        return ""
    return "m" if word in _MALE_NAMES else "f" if word in _FEMALE_NAMES else ""
