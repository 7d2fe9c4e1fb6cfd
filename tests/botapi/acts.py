"""What a person can do in a chat, turned into the update Telegram sends for it."""

from dataclasses import dataclass, replace

from tests.botapi.contents import list_buttons
from tests.botapi.markup import find_commands
from tests.botapi.service import Service
from tests.botapi.world import Account, Chat, Json, Message, Query


class NotOnScreen(AssertionError):
    """The person cannot tap that: it is not there now."""


@dataclass(frozen=True, slots=True)
class Press:
    """A tap. `query_id` is None when it was a button of the reply keyboard, which only sends its label."""

    query_id: str | None
    message_id: int


def write_text_body(text: str) -> Json:
    """Write a typed text with the commands Telegram marks in it."""
    entities = find_commands(text)
    return {"text": text, "entities": entities} if entities else {"text": text}


def say(service: Service, chat: Chat, who: Account, body: Json, reply_to: int | None = None) -> int:
    """Put a person's message into the chat and tell the bot; returns the message id."""
    message = Message(chat.take_id(), who, int(service.world.now()), body)
    chat.messages[message.id] = message
    update = chat.show(message)
    if reply_to is not None:
        update["reply_to_message"] = chat.show(chat.messages[reply_to])
    if chat.reply_keyboard and chat.reply_keyboard.get("one_time_keyboard"):
        chat.reply_keyboard = None
    if _may_read(service, chat, body, reply_to):
        service.feed.push("message", update)
    service.world.bell.ring()
    return message.id


def edit(service: Service, chat: Chat, message_id: int, text: str) -> None:
    """Change a person's own message and tell the bot."""
    old = chat.messages[message_id]
    changed = replace(old, body=write_text_body(text), edited_at=int(service.world.now()))
    chat.messages[message_id] = changed
    service.feed.push("edited_message", chat.show(changed))


def press(service: Service, chat: Chat, who: Account, label: str, on: int | None) -> Press:
    """Tap the button with this label: the newest one, or the one on message `on`. Raises NotOnScreen."""
    for message_id in sorted(chat.messages, reverse=True) if on is None else [on]:
        data = _find_data(chat, message_id, label)
        if data is not None:
            return press_data(service, chat, who, message_id, data)
    if on is None:
        return _press_keyboard(service, chat, who, label)
    raise NotOnScreen(f"no button {label!r} on message {on} now")


def press_data(service: Service, chat: Chat, who: Account, message_id: int, data: str) -> Press:
    """Send a tap whether or not the button is still there, as a slow phone does."""
    query = Query(f"query-{service.world.take_number()}", chat.id, message_id, data)
    service.world.queries[query.id] = query
    message = chat.messages.get(message_id)
    gone: Json = {"chat": chat.to_json(), "message_id": message_id, "date": 0}
    content: Json = {"id": query.id, "from": who.to_json(), "chat_instance": f"instance-{chat.id}", "data": data}
    service.feed.push("callback_query", {**content, "message": chat.show(message) if message else gone})
    return Press(query.id, message_id)


def change_membership(service: Service, chat: Chat, who: Account, old: str, new: str) -> None:
    """Tell the bot that its own standing in a chat changed."""
    update: Json = {"chat": chat.to_json(), "from": who.to_json(), "date": int(service.world.now())}
    update["old_chat_member"] = _write_status(service.world.bot, old)
    update["new_chat_member"] = _write_status(service.world.bot, new)
    service.feed.push("my_chat_member", update)


def _write_status(member: Account, status: str) -> Json:
    written: Json = {"status": status, "user": member.to_json()}
    return {**written, "until_date": 0} if status == "kicked" else written


def _find_data(chat: Chat, message_id: int, label: str) -> str | None:
    message = chat.messages.get(message_id)
    buttons = list_buttons(message.inline_keyboard, "inline_keyboard") if message else []
    found = next((button for button in buttons if button["text"] == label), None)
    if found and "callback_data" not in found:
        raise NotOnScreen(f"button {label!r} is a link: use find_link")
    return str(found["callback_data"]) if found else None


def _press_keyboard(service: Service, chat: Chat, who: Account, label: str) -> Press:
    buttons = list_buttons(chat.reply_keyboard, "keyboard")
    found = next((button for button in buttons if button["text"] == label), None)
    if found is None:
        raise NotOnScreen(f"no button {label!r} on the screen now")
    if found.get("request_location") or found.get("request_contact"):
        raise NotOnScreen(f"button {label!r} asks for more than text: use share or send_contact")
    return Press(None, say(service, chat, who, write_text_body(label)))


def _may_read(service: Service, chat: Chat, body: Json, reply_to: int | None) -> bool:
    """Privacy mode: in a group a bot reads commands, mentions and replies to itself, unless it is an administrator."""
    if chat.kind == "private" or chat.bot_is_admin:
        return not chat.barrier
    text = str(body.get("text", ""))
    is_reply = reply_to is not None and chat.messages[reply_to].sender == service.world.bot
    return not chat.barrier and (text.startswith("/") or f"@{service.world.bot.username}" in text or is_reply)
