"""An answer in free text: to the question that is pending, else to what the text is about."""

from __future__ import annotations

from dataclasses import replace

from flows.model import Ask, Listen, Place, Step, Subject, Target
from flows.places import Area
from flows.talking import questions
from flows.talking.commands import COMMANDS
from flows.talking.talk import Talk
from flows.understand import Understanding, match_choice

#: What a listening step leaves to another flow even if it could answer: somebody asks for something plainly.
_PLAIN_REQUESTS = ("find_center", "human_please", "privacy_question")
#: Turns after which a harmless text leaves the talk about danger, and the same after an emergency; one more where the
#: bot listens.
QUIET = (2, 6)
#: Letters from which somebody who is telling something is not asked the next question: they need none.
LONG = 40
#: The route rule by which somebody speaks as a member of a family (content/understanding/routes.yaml).
AS_FAMILY = "speaks_as_family"


def answer(talk: Talk, step: Step | None, parts: tuple[str, ...], heard: Understanding) -> str:
    """Takes a text without risk in it, and no global word. Returns the turn's outcome."""
    choice = chosen(talk, step, parts)
    if choice is None and (led := _let_go(talk, step, heard)) is not step:
        step, choice = led, chosen(talk, led, parts)
    if step is not None and choice is not None:
        talk.why.append(f"choice:{choice}")
        talk.misses = 0
        talk.follow(questions.pick(talk, step, choice))
        return "answered"
    if isinstance(step, Place) and (areas := questions.place_in(talk, "".join(parts), asked=True)):
        talk.follow(questions.told_place(talk, step, areas))
        talk.misses = 0
        return "answered"
    if "farewell" in heard.themes and not talk.in_crisis():
        return COMMANDS["stop"](talk)
    if (subject := _named(talk, heard)) and not talk.in_crisis():
        return _lead(talk, subject, parts)
    if isinstance(step, Listen) and not _asks_elsewhere(talk, step, heard):
        following = _hear(talk, step, heard)
        if following and len("".join(parts)) >= LONG and isinstance(talk.book.step(following), Listen):
            talk.stand(following)  # heard, and asked nothing
        else:
            talk.follow(following)
        talk.misses = 0
        return "heard"
    return _route(talk, step, parts, heard)


def chosen(talk: Talk, step: Step | None, parts: tuple[str, ...]) -> str | None:
    """The id of the choice that the texts mean, if they mean one."""
    shown = questions.choices(talk, step) if step else []
    for text in dict.fromkeys((parts[-1], "".join(parts))):
        number = match_choice(text, [(label, words) for _, label, words in shown])
        if number is not None:
            return shown[number][0]
    return None


def _let_go(talk: Talk, step: Step | None, heard: Understanding) -> Step | None:
    """Where a text that chooses nothing is heard: before the talk about danger, if that is over."""
    step = _past_doubt(talk, step)
    return _past_danger(talk, step) if heard.risk == "none" else step


def _past_doubt(talk: Talk, step: Step | None) -> Step | None:
    """The gentle question about danger is left by writing on: the text answers the question before it."""
    here = Target(talk.at.flow, talk.at.step)
    if step is None or here != talk.entry("watch"):
        return step
    if not talk.at.stack:  # the question was the first thing they heard: now the talk begins
        talk.rest()
        return None
    before = talk.book.located(talk.at.stack[-1])
    if before is None:
        return step
    talk.at = replace(talk.at, stack=talk.at.stack[:-1])
    talk.stand(before)
    return talk.step()


def _past_danger(talk: Talk, step: Step | None) -> Step | None:
    """Somebody who goes on writing harmless things is let go from the talk about danger: back to what was before.

    The ways back stay: danger is heard anywhere, and its quiet button stands at every step that listens.
    """
    if step is None or not talk.in_crisis():
        return step
    patience = QUIET[talk.risk == "emergency"] + isinstance(step, Listen)
    if talk.since < patience:
        return step
    frames = [frame for frame in talk.at.stack if frame.flow != talk.at.flow and talk.book.located(frame)]
    route = "family_worries" if talk.at.voice == "family" else "talk_first"
    before = talk.book.located(frames[-1]) if frames else talk.book.phrases.routes[route]
    talk.at = replace(talk.at, stack=tuple(frames[:-1]))
    if before is None or not isinstance(talk.book.step(before), Ask | Listen | Place):
        talk.rest()
        return None
    talk.stand(before)
    return talk.step()


def _named(talk: Talk, heard: Understanding) -> Subject | None:
    """The subject that a text names, unless its step is the one that is pending; a joy or a loss is heard first."""
    if "joy" in heard.themes or "loss" in heard.themes:
        return None
    here, voice = Target(talk.at.flow, talk.at.step), talk.at.voice or "person"
    named = (subject for subject in talk.book.phrases.subjects if subject.theme in heard.themes)
    return next((subject for subject in named if subject.voice == voice and subject.target != here), None)


def _lead(talk: Talk, subject: Subject, parts: tuple[str, ...]) -> str:
    talk.why.append(f"subject:{subject.theme}")
    talk.misses = 0
    areas = questions.place_in(talk, "".join(parts), asked=False)
    if len(areas) == 1:
        talk.remember("place", areas[0].code)  # 仙台で検査できる所
    introduce(talk, is_new(talk))
    talk.call(subject.target)
    return "routed"


def _hear(talk: Talk, step: Listen, understanding: Understanding) -> Target | None:
    """Answers the theme that was heard; a listening step that leads to itself goes on listening."""
    here, own = Target(talk.at.flow, talk.at.step), {entry.theme for entry in step.hears}
    # A joy or a loss is more than the family it happened in.
    for theme, text in talk.book.phrases.hears.items():
        if theme in understanding.themes and theme not in own:
            talk.why.append(f"theme:{theme}")
            talk.say(text)
            return None
    for heard in step.hears:
        if heard.theme in understanding.themes:
            talk.why.append(f"theme:{heard.theme}")
            talk.say(heard.text)
            following = heard.next or step.next
            return None if following == here else following
    talk.say(step.otherwise)
    return None if step.next == here else step.next


def _asks_elsewhere(talk: Talk, step: Listen, heard: Understanding) -> bool:
    """Whether a text is no answer to somebody who listens, but asks for something else."""
    target = talk.book.phrases.routes.get(heard.route)
    if target is None or target.flow == talk.at.flow or heard.route in ("talk_first", "other"):
        return False
    if heard.route_by == "weights":  # somebody who is telling something is not led away by a likeness
        return heard.route in _PLAIN_REQUESTS
    if AS_FAMILY in heard.why:
        return all(entry.theme not in heard.themes for entry in step.hears)
    return heard.route_by == "rule"


def _route(talk: Talk, step: Step | None, parts: tuple[str, ...], heard: Understanding) -> str:
    if talk.in_crisis() and heard.route == "chat_thanks" and heard.route_by != "guess":
        return talk.explain("thanks_in_danger")
    certain = ("rule",) if talk.risk == "emergency" else ("rule", "weights")
    if talk.in_crisis() and (heard.route not in _PLAIN_REQUESTS or heard.route_by not in certain):
        return talk.explain("stay")  # what was asked about danger stays asked
    target = talk.book.phrases.routes.get(heard.route)
    if heard.themes and heard.route in ("talk_first", "other", "chat_smalltalk"):
        short = len("".join(parts)) < LONG
        about_them = short and AS_FAMILY in heard.why and set(heard.themes) <= {"family"}  # 娘の件で
        target = talk.book.phrases.routes["family_worries" if about_them else "talk_first"]
    new = is_new(talk)
    greets = heard.route in ("chat_greeting", "chat_smalltalk", "other") and not heard.themes
    if new and (target is None or greets):
        talk.go(talk.entry("start"))
        return "greeted"
    looking = talk.at.flow == talk.entry("place").flow  # there a bare 府中 can only be a place
    if heard.route == "find_center" or (looking and heard.route_by == "guess"):
        areas = questions.place_in(talk, "".join(parts), asked=looking)
        if areas:
            introduce(talk, new)
            tell_place(talk, areas)
            return "place"
        if talk.in_crisis() and talk.grave:  # in danger 「どこに電話すれば」 asks for who answers now
            target = talk.entry("human")
    if target is None or (heard.route_by == "guess" and not heard.themes):
        return _not_understood(talk, step)
    talk.why.append(f"route:{heard.route}")
    talk.misses = 0
    introduce(talk, new)
    listening = talk.book.step(target)
    if isinstance(listening, Listen) and heard.themes:
        talk.at = replace(talk.at, stack=())
        talk.stand(target)
        talk.follow(_hear(talk, listening, heard))
    else:
        talk.call(target)
    return "routed"


def is_new(talk: Talk) -> bool:
    """Whether somebody has not been in the talk yet."""
    return not talk.at.flow and not talk.history


def introduce(talk: Talk, new: bool) -> None:
    """Somebody who starts by typing, or by a button outside of the talk, hears first that this is automatic."""
    if new:
        talk.phrase("introduction")


def _not_understood(talk: Talk, step: Step | None) -> str:
    talk.misses += 1
    if step is None:
        talk.go(talk.entry("welcome_back"))
        return "welcomed"
    talk.phrase("not_understood" if talk.misses == 1 else "not_understood_again")
    return "not understood"


def tell_place(talk: Talk, areas: tuple[Area, ...]) -> None:
    """Puts the question where, already answered."""
    step = talk.step()
    if not isinstance(step, Place):
        target = talk.entry("place")
        step = talk.book.step(target)
        talk.stand(target)
    if isinstance(step, Place):
        talk.follow(questions.told_place(talk, step, areas))
