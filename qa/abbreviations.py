"""Word lists for the sentence rules: English as newspapers write it. Without the final full stop."""

from __future__ import annotations

NEVER_END = frozenset(
    """mr mrs ms mx messrs dr prof gen col lt capt cmdr cpl maj adm sgt pvt sen sens rep reps gov govs rev hon pres supt
    det insp fr ste vs v cf ca approx e.g i.e viz al-hajj mgr msgr brig lt.col dep asst atty prop""".split()
)
"""Compared in lower case: what follows always belongs to them."""

_SHORT_FORMS = """St Mt Ft Jr Sr Esq Inc Corp Co Cos Ltd LLC Bros Ave Blvd Rd Hwy Pkwy Sq Assn Dept Univ Inst Natl Intl
    Govt Cie etc et.al al est Ph.D M.D B.A M.A incl max min misc dept ext tel fig ed eds trans
    No Nos p pp Vol Art Fig Figs Sec Ch
    Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn
    Tenn Tex Va Vt Wash Wis Wyo Ont Que Alta
    Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"""
MAY_END = frozenset(_SHORT_FORMS.split())
"""Compared as written: they end a sentence only before a word that usually starts one."""

STARTERS = frozenset(
    """A About According After All Also Although Among An And Another Any As At Because Before Both But By Despite
    During Each Earlier Even Every Few For From Further He Hence Her Here His How However I If In Instead Into Is It Its
    Last Later Many Meanwhile More Most Much My Nearly Neither Never No Nobody None Nor Not Nothing Now Of On Once One
    Only Or Other Others Our Over Perhaps Police Several She Should Since So Some Soon Still Such That The Their Then
    There These They This Those Though Through Thus To Today Two Three Under Unlike Until We Were What When Where
    Whether Which While Who Why With Within Without Yet You Your Officials Authorities""".split()
)
"""Words whose capital shows that a sentence begins there."""

CALENDAR = frozenset(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Sat
    Sun ET EST EDT CT CST CDT MT MST MDT PT PST PDT GMT UTC BST CET Eastern Central Mountain Pacific""".split()
)
"""What may follow a time of day inside a sentence: "at 5 p.m. Tuesday"."""

ATTRIBUTION = (
    "said says asked asks told tells added adds wrote writes tweeted replied shouted cried declared exclaimed wondered"
).split()
"""Verbs that tie ``“Why now?” Colville asked.`` together."""
