"""Show a person everything that is kept about them, what of it is said to staff, and on which day it goes."""

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.care.broadcasts.audience import Topic
from bot.care.retention import goes_on
from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.flow import Answer, read
from bot.dialogue.script import INTAKE
from handlers.conversing.lookup import place_name, unit_name
from storage.casework import cases, chats, reminders
from storage.casework.cases import Case
from storage.casework.chats import Side
from storage.clients import news, people, phrases
from storage.keeping import retention
from storage.receiving import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.conversing.conversation import Conversation


def show_data(conversation: "Conversation") -> None:
    """Show everything that is kept, as it is kept, and when each kind of it goes."""
    case = _case(conversation)
    lines = [*_consent(conversation), *_request(conversation, case)]
    answers = [_say(conversation, "data_line", line=name, value=value) for name, value in _answers(conversation, case)]
    lines.extend(answers or [_say(conversation, "nothing_stored")])
    lines.extend(_news(conversation))
    shown = [_say(conversation, "data_header"), *lines] if len(lines) > 1 else lines
    conversation.add(Message("\n".join((*shown, "", *_days_of_going(conversation, case)))))


def show_chat(conversation: "Conversation") -> None:
    """Show what is kept of the words between the person and counsellors."""
    work = conversation.work
    found = [(case, chats.load_chat(work, case)) for case in cases.list_cases_of(work, conversation.client_id)]
    for case, chat in found:
        if chat:
            unit = unit_name(conversation.world, case.unit_id)
            you = _say(conversation, "web_you")
            said = (f"{you if one.side is Side.CLIENT else unit}: {one.text}" for one in chat)
            heading = _say(conversation, "chat_header", code=case.code, count=len(chat))
            conversation.add(Message("\n".join((heading, *said))))
    if not any(chat for _, chat in found):
        conversation.say("chat_nothing")


def _case(conversation: "Conversation") -> Case | None:
    work, client_id = conversation.work, conversation.client_id
    return cases.last_case_of(work, client_id) or next(iter(cases.list_cases_of(work, client_id)), None)


def _consent(conversation: "Conversation") -> list[str]:
    client = people.load_client(conversation.work, conversation.client_id)
    if not client.consent_version:
        return []
    given = (client.profile.consented_at or "").partition("T")[0]
    return [_say(conversation, "data_consent", date=given, version=client.consent_version.rpartition(".")[2])]


def _request(conversation: "Conversation", case: Case | None) -> list[str]:
    if case is None:
        return []
    status = _say(conversation, f"status_{case.outcome if case.outcome == cases.WITHDRAWN else case.status}")
    unit = unit_name(conversation.world, case.unit_id)
    return [
        _say(conversation, "data_case", code=case.code, unit=unit, status=status),
        _reminder_line(conversation),
    ]


def _reminder_line(conversation: "Conversation") -> str:
    client = people.load_client(conversation.work, conversation.client_id)
    if not client.reminders_on:
        return _say(conversation, "data_reminders_off")
    if client.paused_until is not None and client.paused_until > conversation.work.now:
        until = client.paused_until.astimezone(_zone(conversation))
        return _say(conversation, "data_reminders_paused", date=f"{until:%Y-%m-%d}")
    return _say(conversation, "data_reminders_on")


def _answers(conversation: "Conversation", case: Case | None) -> list[tuple[str, str]]:
    script, state = conversation.world.script, conversation.state
    answers: Mapping[str, Answer] = state.settled(INTAKE)
    if case is not None:
        answers = {**case.answers, "unit": case.unit_id}
    flow = script.flow(case.flow if case else INTAKE, state.language)
    return [(name, value) for _, name, value in wording.card(script, flow, read(flow, answers), state.language)]


def _news(conversation: "Conversation") -> list[str]:
    """Write out what the person chose to hear of; nothing for whoever was never asked."""
    wishes = news.load_wishes(conversation.work, conversation.client_id)
    if not wishes.topics:
        return []
    topics = ", ".join(_say(conversation, f"topic_{topic}") for topic in Topic if topic in wishes.topics)
    area = place_name(conversation.world.gazetteer, wishes.area) if wishes.area else "-"
    return [_say(conversation, "data_news", topics=topics, area=area, date=(wishes.agreed_at or "").partition("T")[0])]


def _days_of_going(conversation: "Conversation", case: Case | None) -> list[str]:
    """Say of each kind when it goes; of what is needed still, from when the days are counted."""
    work, rules = conversation.work, conversation.world.retention
    lines = [_folder_line(conversation, case)]
    if case is not None and chats.count_messages(work, case):
        lines.append(_chat_line(conversation, case))
    if case is not None and case.check_ins:
        first = min(str(noted["day"]) for noted in case.check_ins)
        day = goes_on(date.fromisoformat(first), rules.answers)
        lines.append(_say(conversation, "goes_answers", date=day, days=rules.answers))
    if conversation.channel is not None and retention.count_traces(work, conversation.client_id):
        lines.append(_say(conversation, "goes_traces"))
    known = phrases.has_confirmed_phrase(work, conversation.client_id)
    lines.append(_say(conversation, "data_phrase_known" if known else "data_phrase_unknown"))
    return lines


def _folder_line(conversation: "Conversation", case: Case | None) -> str:
    work, rules = conversation.work, conversation.world.retention
    if case is not None and case.status is cases.Status.ACCEPTED:
        return _say(conversation, "goes_after_closing", days=rules.finished)
    is_brief = case is None and not news.was_asked(work, conversation.client_id)
    days = rules.unfinished if is_brief else rules.finished
    last_word = retention.last_word_of(work, conversation.client_id)
    going = goes_on(deliveries.date_of(last_word), days)
    if case is not None and reminders.count_waiting(work, conversation.client_id):
        return _say(conversation, "goes_after_check_ins", date=going)
    return _say(conversation, "goes_folder", date=going)


def _chat_line(conversation: "Conversation", case: Case) -> str:
    rules = conversation.world.retention
    if case.status is not cases.Status.CLOSED:
        return _say(conversation, "goes_chat_later", days=rules.chat)
    closed = retention.closed_day_of(conversation.work, case.id) or deliveries.day_of(conversation.work.now)
    return _say(conversation, "goes_chat", date=goes_on(deliveries.date_of(closed), rules.chat))


def _zone(conversation: "Conversation") -> ZoneInfo:
    client = people.load_client(conversation.work, conversation.client_id)
    return ZoneInfo(client.profile.zone or conversation.world.plans.zone(None))


def _say(conversation: "Conversation", phrase: str, /, **words: object) -> str:
    return conversation.world.script.say(phrase, conversation.state.language, **words)
