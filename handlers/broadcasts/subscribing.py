"""Keep what somebody chose to hear of the programme, with the wording they agreed to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.care.broadcasts.audience import NewsWishes, Topic
from bot.content import fingerprint
from bot.dialogue.flow import Answer
from bot.dialogue.script import NEWS
from storage.clients import news

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation

#: The question whose yes is the consent, and that yes.
_WANTED, _AGREED = "wanted", "agree"
#: Flow of somebody who says to be under age, of whom nothing is kept.
_MINOR = "minor"


def keep(conversation: "Conversation", answers: Mapping[str, Answer]) -> None:
    """Keep the answers of the questionnaire: a yes with topics and place, or a no to everything."""
    work, client_id = conversation.work, conversation.client_id
    if conversation.state.flow == _MINOR:
        conversation.say("news_minor")
        return
    before = news.load_wishes(work, client_id, lock=True)
    if answers.get(_WANTED) != _AGREED:
        news.save_wishes(work, client_id, NewsWishes(refused=before.refused | before.topics))
        conversation.say("news_none")
        return
    picked, area = answers.get("topics"), answers.get("region")
    topics = frozenset(topic for topic in Topic if isinstance(picked, tuple) and topic in picked)
    wishes = NewsWishes(
        topics,
        before.refused - topics,
        answers.get("who") == "relative",
        area if isinstance(area, str) else None,
        f"{work.now:%Y-%m-%dT%H:%MZ}",
        _version(conversation),
    )
    news.save_wishes(work, client_id, wishes)
    conversation.say("news_kept")


def _version(conversation: "Conversation") -> str:
    """Name the wording that was agreed to."""
    language = conversation.state.language
    step = conversation.world.script.flow(NEWS, language).by_id[_WANTED]
    return f"{NEWS}.{language}.{fingerprint(step)}"
