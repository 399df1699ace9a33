"""Follow-ups that go on from the previous question: events, fragments, other topics, time. Worked by hand."""

from __future__ import annotations

import pytest

from qa.conversation import Turn, Understood, stand_alone
from tests.turns import BORDER, CEASEFIRE, KILLED, LEAVE, POWER

FELL = Turn("", "When did the walls fall?", "Monday")
TREATED = Turn("", "Where were the wounded treated?", "Hill Hospital")
ABOARD = Turn("", "How many people were on the train?", "214")
CAUSED = Turn("", "What caused the train to stop?", "brakes failed")
FINE = Turn("", "How much must the bank pay?", "10 million crowns")


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        # the event as a whole
        (CEASEFIRE, "And when was that?", "When did Turkey and Russia negotiate the ceasefire?"),
        (KILLED, "Where did it happen?", "Where were eighty-two civilians killed?"),
        (CEASEFIRE, "When did they do that?", "When did Turkey and Russia negotiate the ceasefire?"),
        (BORDER, "How did that come about?", "How did Turkey close its border?"),
        # a fragment
        (BORDER, "Why?", "Why did Turkey close its border?"),
        (BORDER, "why", "Why did Turkey close its border?"),
        (LEAVE, "How exactly?", "How will the rebels leave the city?"),
        (LEAVE, "With whom?", "With whom will the rebels leave the city?"),
        (CEASEFIRE, "Which countries?", "Which countries negotiated the ceasefire?"),
        (CEASEFIRE, "Who else?", "Who else negotiated the ceasefire?"),
        (KILLED, "How many of them?", "How many civilians were killed?"),
        (KILLED, "And how many children?", "How many children were killed?"),
        (KILLED, "How come?", "Why were eighty-two civilians killed?"),
        # a bare condition
        (FINE, "And if it appeals?", "What if the bank appeals?"),
        (FINE, "if the judge resigns", "What if the judge resigns"),
        (FINE, "And if the bank pays 1,500 crowns?", "What if the bank pays 1,500 crowns?"),
        (FINE, "If it appeals who pays?", "If the bank appeals who pays?"),
        (FINE, "If it appeals, who pays?", "If the bank appeals, who pays?"),
        # another topic
        (CEASEFIRE, "What about the evacuation?", "Who negotiated the evacuation?"),
        (BORDER, "And Iran?", "What did Iran close?"),
        (BORDER, "Iran?", "What did Iran close?"),
        (POWER, "And Matthew Rycroft?", "Who is Matthew Rycroft?"),
        (LEAVE, "And the civilians?", "When will the civilians leave the city?"),
        (KILLED, "What about women?", "How many women were killed?"),
        (
            Turn("", "What happened in Aleppo on Tuesday?", "a retreat"),
            "And on Wednesday?",
            "What happened in Aleppo on Wednesday?",
        ),
        (Turn("", "How many people live in Palmyra?"), "And in Aleppo?", "How many people live in Aleppo?"),
        # who said so
        (CEASEFIRE, "Who said that?", "Who said that Turkey and Russia negotiated the ceasefire?"),
        (
            Turn("", "What did Ban Ki-moon say?", "We have collectively failed the people of Syria"),
            "Who said so?",
            "Who said “We have collectively failed the people of Syria”?",
        ),
        # the same again
        (CEASEFIRE, "And in the other article?", "Who negotiated the ceasefire?"),
        (CEASEFIRE, "What does the other article say?", "Who negotiated the ceasefire?"),
        # who said so, in the words asked with
        (FINE, "Who decided that?", "Who decided that the bank must pay 10 million crowns?"),
        (
            Turn("", "By how much did Otto Fenn win?", "14 seconds"),
            "Who said so?",
            "Who said that Otto Fenn won by 14 seconds?",
        ),
        (FINE, "Which judge ruled so?", "Which judge ruled that the bank must pay 10 million crowns?"),
        (
            Turn("", "How long do the tenants have to leave the house?", "until Friday"),
            "Who said so?",
            "Who said that the tenants have until Friday to leave the house?",
        ),
        (
            Turn("", "Who do police think took the money?", "a clerk"),
            "Who said so?",
            "Who said that police think a clerk took the money?",
        ),
        # the event is what happened, not its cause, and what someone did, not whether
        (CAUSED, "When was that?", "When did the train stop?"),
        (Turn("", "Was Ida Holm hurt?", "broken her arm"), "How did that happen?", "How did Ida Holm break her arm?"),
        (
            Turn("", "Was Ida Holm hurt?", "had broken her arm while skiing"),
            "How did it happen?",
            "How did Ida Holm break her arm?",
        ),
        (Turn("", "What did Turkey do?", "closed its border"), "Why?", "Why did Turkey close its border?"),
        (Turn("", "Who first saw the fire?", "Ida Holm"), "When?", "When did Ida Holm first see the fire?"),
        # a fragment with a preposition
        (
            Turn("", "What did the court punish the bank with?", "a fine"),
            "For doing what?",
            "For doing what did the court punish the bank with a fine?",
        ),
        (FINE, "By when?", "By when must the bank pay 10 million crowns?"),
        (ABOARD, "Out of how many?", "Out of how many people were 214 people on the train?"),
        (
            Turn("", "How did the town vote on the tower?"),
            "By how many votes?",
            "By how many votes did the town vote on the tower?",
        ),
        (
            Turn("", "How many people does Russia say were killed?", "82"),
            "By whom?",
            "By whom does Russia say 82 people were killed?",
        ),
        # counting
        (TREATED, "How many were there?", "How many wounded were treated?"),
        (Turn("", "Which boats came first?", "the Anna and the Petrel"), "How many?", "How many boats came first?"),
        (Turn("", "Why did the helicopters stay?"), "How many were there?", "How many helicopters stayed?"),
        (
            Turn("", "How many hectares did Ida Holm burn?", "eleven"),
            "How many does she have?",
            "How many hectares does Ida Holm have?",
        ),
        (ABOARD, "How many of them were children?", "How many of the people on the train were children?"),
        # the same of someone else
        (Turn("", "What did Ida Holm ask for?", "help"), "Who else did?", "Who else asked for help?"),
        (Turn("", "Who asked for help?", "Ida Holm"), "Who else did so?", "Who else asked for help?"),
        # another topic
        (Turn("", "What had happened to the teacher?"), "And the students?", "What had happened to the students?"),
        (Turn("", "What was the toll before the rise?", "3"), "And after?", "What was the toll after the rise?"),
        # time
        (FELL, "What happened then?", "What happened after the walls fell on Monday?"),
        (FELL, "And then?", "What happened after the walls fell on Monday?"),
        (FELL, "And before that?", "What happened before the walls fell on Monday?"),
        (FELL, "What did the army do then?", "What did the army do after the walls fell on Monday?"),
        (FELL, "Where did the army live then?", "Where did the army live on Monday?"),
        (
            Turn("", "What did Ida Holm think it was?", "a plate"),
            "What did she notice then?",
            "What did Ida Holm notice after Ida Holm thought it was a plate?",
        ),
        (FELL, "What was the weather like then?", "What was the weather like on Monday?"),
        (FELL, "What was there before?", "What was there before the walls fell on Monday?"),
        (CAUSED, "What has the firm said since?", "What has the firm said since the train stopped?"),
        (
            Turn("", "When do the owners hope to raise the ship?", "Friday"),
            "And until then?",
            "What will happen until Friday, when the owners raise the ship?",
        ),
        (
            Turn("", "What happened on Monday?", "a retreat"),
            "What happened next?",
            "What happened after a retreat?",
        ),
    ],
)
def test_a_follow_up_goes_on_from_the_previous_question(before: Turn, asked: str, meant: str) -> None:
    understood = stand_alone(asked, [before])
    assert understood.text == meant
    assert understood.changed
    assert understood.because


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        (Turn("", "Who is the mayor?", "Corinne Vasey"), "What happened then?"),  # nothing happened
        (Turn("", "What did the clerk say about it?"), "What happened then?"),  # what he said is not known
        (Turn("", "What happened to the clerk?", "an accident"), "What happened then?"),
        (Turn("", "Which hamlet is the oldest?", "Upper Tarn"), "How many were there?"),  # one hamlet
        (FELL, "When the towers fell, what did the army do then?"),  # "then" is told inside
        (FELL, "Has this happened before?"),  # ever before
        (FELL, "Which is the oldest wall?"),
        (FINE, "How many did the final collapse kill?"),
        (ABOARD, "Which city is that?"),
    ],
)
def test_what_does_not_go_on_from_it_is_left_alone(before: Turn, asked: str) -> None:
    assert stand_alone(asked, [before]) == Understood(asked, False, "")
