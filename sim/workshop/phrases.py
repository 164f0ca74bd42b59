"""What the pages say by themselves, by short names a script can ask for."""

from __future__ import annotations

from typing import Final

from sim.language import gettext, speaking, spoken
from sim.language import gettext_noop as N_

PHRASES: Final = {
    "exercise": N_("EXERCISE – EXERCISE – EXERCISE"),
    "teaching": N_(
        "A teaching exercise with public values. It predicts nothing and orders nothing."
    ),
    "join": N_("Join"),
    "code": N_("Join code"),
    "language": N_("Language"),
    "name": N_("What you want to be called (may stay empty)"),
    "kept": N_(
        "Kept: a random token for you, your chair and what you do here, in one file on this "
        "computer. Your name stands apart and can be erased at any time. No address is kept."
    ),
    "now": N_("Time of the exercise"),
    "running": N_("running"),
    "paused": N_("paused"),
    "ended": N_("The exercise has ended."),
    "lost": N_("The connection is lost; trying again …"),
    "rung": N_("Rung"),
    "asked": N_("You are asked"),
    "nothing_asked": N_("Nothing is asked of you just now."),
    "cases": N_("Cases to be answered"),
    "calls": N_("Calls under way"),
    "feed": N_("What you have learned"),
    "timeline": N_("Timeline"),
    "public_feed": N_("What everybody knows"),
    "rating": N_("Rating"),
    "map": N_("Map"),
    "map_table": N_("What the map shows"),
    "what": N_("What"),
    "own_units": N_("own units that are out: {count}"),
    "due": N_("until {time}"),
    "left": N_("{time} left"),
    "span_days": N_("{days}\u00a0d {hours}\u00a0h"),
    "span_hours": N_("{hours}\u00a0h {minutes}\u00a0min"),
    "span_minutes": N_("{minutes}\u00a0min"),
    "no_limit": N_("no limit"),
    "case": N_("Case {number}"),
    "against": N_("{victim} has to answer {blamed}"),
    "belief": N_("What the model would believe"),
    "concern": N_("Voice concern"),
    "say": N_("Say on the line"),
    "send": N_("Send"),
    "write_belief": N_("What do you believe it was, and why? All read it once truth is shown."),
    "why": N_("Why"),
    "start": N_("Start"),
    "pause": N_("Pause"),
    "leap": N_("To the next question"),
    "speed": N_("Seconds of the exercise in a second"),
    "think": N_("Seconds to decide, at least"),
    "injects": N_("Injects"),
    "play_now": N_("Now"),
    "skip": N_("Skip"),
    "move": N_("Move by minutes"),
    "following": N_("and those after it"),
    "done": N_("done"),
    "contingency": N_("in hand"),
    "chairs": N_("Chairs"),
    "model_sits": N_("the model"),
    "hand_to_model": N_("Hand to the model"),
    "hand_to_people": N_("Hand to people"),
    "cut": N_("Take the line down"),
    "minutes": N_("minutes"),
    "news": N_("Tell everybody"),
    "observe": N_("Note an observation"),
    "strength": N_("strength"),
    "improve": N_("to improve"),
    "lock": N_("Lock the screens"),
    "unlock": N_("Unlock the screens"),
    "locked": N_("The facilitator has locked the screens."),
    "edit": N_("Put into other words"),
    "objective": N_("Write down an objective"),
    "objectives": N_("Objectives"),
    "no_objectives": N_("No objectives were written down."),
    "not_observed": N_("Nobody observed anything about it."),
    "about": N_("About: {text}"),
    "note_this": N_("Note on this"),
    "notices": N_("{channel}: notice of our flights"),
    "notice_none": N_("of none"),
    "notice_every": N_("of every one"),
    "notice_usual": N_("as usual"),
    "wrote": N_("beliefs written: {count}"),
    "beliefs": N_("Show what the model would believe"),
    "overrule": N_("Overrule the model"),
    "reason": N_("Reason"),
    "end": N_("End the exercise"),
    "reveal": N_("Show the truth"),
    "peek": N_("Look at a chair's view"),
    "fork": N_("What if?"),
    "fork_called": N_("they had said yes"),
    "fork_not": N_("they had done nothing"),
    "fork_later": N_("twenty minutes later"),
    "fork_after": N_("{minutes} minutes later"),
    "fork_down": N_("the line had been down"),
    "fork_down_then": N_("the line had been down from then on"),
    "fork_keep": N_("keep the other human choices while they make sense"),
    "fork_same": N_("Nothing would have gone another way."),
    "fork_first": N_("First difference"),
    "fork_note": N_(
        "Held fixed: the world, and {kept} other human choices, made again after the same time; "
        "{dropped} no longer made sense. People might have chosen otherwise."
    ),
    "fork_model": N_("From the change on the model decides for everybody."),
    "peak_was": N_("Highest rung as it was played: {was}; with the change: {would}."),
    "worth": N_("what was it worth?"),
    "worth_is": N_(
        "In {worlds} worlds with this event, all else decided by the model, {chosen} came to a "
        "crisis (rung 3 or above) with this choice and {otherwise} with the other: {change} points "
        "({low} to {high} at 95 %)."
    ),
    "worth_null": N_("That is nothing detectable, and no proof that it was worth nothing."),
    "worth_not": N_(
        "This question comes up in this world only; so nobody can say what it is worth."
    ),
    "replay": N_("Replay"),
    "replay_alone": N_("Replay as a file, which opens without a server"),
    "play": N_("Play"),
    "seen_by": N_("Seen by"),
    "truth": N_("whoever knows everything"),
    "decided": N_("What was asked, and answered"),
    "believed": N_("What was believed, and what was true"),
    "belief_was": N_("Believed, and why"),
    "truth_was": N_("What it was"),
    "number": N_("Case"),
    "when": N_("When"),
    "asked_about": N_("Asked"),
    "answered": N_("Answered"),
    "fan": N_("The room among the model's worlds"),
    "fan_draw": N_("Draw it; it takes some seconds"),
    "what_if_asked": N_("What would have been"),
    "changed": N_("Changed"),
    "none_asked": N_("Nobody has asked yet."),
    "strengths": N_("Strengths"),
    "improvements": N_("Areas for improvement"),
    "other_notes": N_("Other observations"),
    "nothing_noted": N_("Nothing was noted."),
    "plan": N_("Improvement plan"),
    "plan_what": N_("What to improve"),
    "plan_how": N_("How"),
    "plan_who": N_("Who, and by when"),
    "planned": N_("Planned"),
    "actual": N_("Took place"),
    "overview": N_("Overview"),
    "people_sat": N_("Chairs in which people decided"),
    "chain": N_(
        "The last hash of the log. Write it down elsewhere: whoever holds the log could compute "
        "the whole chain anew, but not to this end."
    ),
    "report": N_("After-action report"),
    "feedback": N_("Feedback (nobody learns from whom)"),
    "learned": N_("What did you learn?"),
    "missing": N_("What was missing?"),
    "change": N_("What should be changed?"),
    "thanks": N_("Thank you."),
    "see_me": N_("You can see this page, so your device reaches the exercise."),
    "wrong_code": N_("There is no such join code. Look at it again; it has eight letters."),
    "slow_down": N_("Too many tries. Wait a minute."),
    "too_late": N_("That was too late: it has been decided, or its time has run out."),
    "not_yours": N_("That is not for your chair."),
    "no_such_choice": N_("There is no such choice."),
    "no_such_channel": N_("There is no such channel just now."),
    "no_such_inject": N_("There is no such inject."),
    "no_such_chair": N_("There is no such chair."),
    "nobody_on_the_line": N_("Nobody is on the line."),
    "no_reason": N_("Give a reason; it stands in the log."),
    "no_text": N_("Write something first."),
    "too_long": N_("That is too long: at most 2000 letters."),
    "trouble": N_(
        "The program stopped time because of an error of its own; its window says which. What was "
        "done is in the log: end the server, and start it again with --resume."
    ),
    "not_kept": N_("That could not be written down, so it was not done. Is the disk full?"),
    "unknown": N_("The page asked for something that there is not. Load it again."),
}
"""Phrases of the pages, in English."""


def phrases(code: str) -> dict[str, str]:
    """Return the phrases of the pages in a language, fields left to be filled in there."""
    with speaking(code):
        return {name: spoken().sentence(text) for name, text in PHRASES.items()}


def phrase(code: str, name: str, **values: str | int) -> str:
    """Return one phrase in a language, its fields filled in."""
    with speaking(code):
        return gettext(PHRASES[name], **values)
