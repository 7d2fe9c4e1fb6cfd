"""Every Bot API method this server models, by name, and the way one call goes through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.botapi import messages, profile
from tests.botapi.arguments import Arguments
from tests.botapi.service import Service

Handler = Callable[[Service, Arguments], object]


@dataclass(frozen=True, slots=True)
class RawJson:
    """A result that is JSON text already, because malformed updates must reach the bot as they are."""

    text: str


METHODS: Final[Mapping[str, Handler]] = {
    "getMe": profile.get_me,
    "setWebhook": profile.set_webhook,
    "deleteWebhook": profile.delete_webhook,
    "getWebhookInfo": profile.get_webhook_info,
    "sendMessage": messages.send_message,
    "sendLocation": messages.send_location,
    "sendPhoto": messages.send_photo,
    "sendDocument": messages.send_document,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "deleteMessages": messages.delete_messages,
    "answerCallbackQuery": messages.answer_callback_query,
    "sendChatAction": messages.send_chat_action,
    "getFile": messages.get_file,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.make_profile_setter("name", 64),
    "getMyName": profile.make_profile_getter("name"),
    "setMyDescription": profile.make_profile_setter("description", 512),
    "getMyDescription": profile.make_profile_getter("description"),
    "setMyShortDescription": profile.make_profile_setter("short_description", 120),
    "getMyShortDescription": profile.make_profile_getter("short_description"),
    "getChat": profile.get_chat,
    "getChatMember": profile.get_chat_member,
    "leaveChat": profile.leave_chat,
}


async def get_updates(service: Service, arguments: Arguments) -> RawJson:
    """Answer getUpdates; the only method that waits."""
    allowed = arguments.read_texts("allowed_updates")
    if allowed is not None:
        service.feed.allowed = allowed
    bodies = await service.feed.poll(
        offset=arguments.read_integer("offset", 0),
        limit=arguments.read_integer("limit", 100),
        timeout_seconds=arguments.read_integer("timeout", 0),
    )
    return RawJson("[" + ",".join(bodies) + "]")
