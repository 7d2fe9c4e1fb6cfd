"""The Bot API methods that put messages on a screen, change them and take them away."""

from collections.abc import Callable

from tests.botapi import contents, refusals
from tests.botapi.arguments import Arguments
from tests.botapi.refusals import bad_request, not_modelled
from tests.botapi.service import Service
from tests.botapi.world import Chat, Json, Message

_DELETE_AT_MOST = 100


def send_message(service: Service, arguments: Arguments) -> Json:
    """Answer sendMessage."""
    return _send(service, arguments, lambda: contents.read_text_body(arguments))


def send_location(service: Service, arguments: Arguments) -> Json:
    """Answer sendLocation."""
    return _send(service, arguments, lambda: contents.read_location_body(arguments))


def send_photo(service: Service, arguments: Arguments) -> Json:
    """Answer sendPhoto."""
    return _send(service, arguments, lambda: contents.read_photo_body(service.world, arguments))


def send_document(service: Service, arguments: Arguments) -> Json:
    """Answer sendDocument."""
    return _send(service, arguments, lambda: contents.read_document_body(service.world, arguments))


def edit_message_text(service: Service, arguments: Arguments) -> Json:
    """Answer editMessageText. An edit without `reply_markup` takes the buttons away."""
    chat, message = _find_editable(service, arguments)
    body = contents.read_text_body(arguments)
    if "text" not in message.body:
        raise bad_request(refusals.EDIT_NO_TEXT)
    return service.world.edit_bot_message(chat, message, body, contents.read_inline_keyboard(arguments))


def edit_message_reply_markup(service: Service, arguments: Arguments) -> Json:
    """Answer editMessageReplyMarkup."""
    chat, message = _find_editable(service, arguments)
    keyboard = contents.read_inline_keyboard(arguments)
    return service.world.edit_bot_message(chat, message, message.body, keyboard)


def delete_message(service: Service, arguments: Arguments) -> bool:
    """Answer deleteMessage."""
    chat = service.world.find_writable(arguments.read_chat_id())
    message_id = arguments.read_integer("message_id")
    if message_id not in chat.messages:
        raise bad_request(refusals.DELETE_NOT_FOUND)
    refusal = _find_delete_refusal(service, chat, chat.messages[message_id])
    if refusal:
        raise bad_request(refusal)
    return _delete(service, chat, [message_id])


def delete_messages(service: Service, arguments: Arguments) -> bool:
    """Answer deleteMessages; what cannot be found or deleted is skipped."""
    chat = service.world.find_writable(arguments.read_chat_id())
    wanted = arguments.read_integers("message_ids")
    if len(wanted) > _DELETE_AT_MOST:
        raise bad_request(refusals.DELETE_TOO_MANY)
    known = [one for one in wanted if one in chat.messages]
    return _delete(service, chat, [one for one in known if not _find_delete_refusal(service, chat, chat.messages[one])])


def answer_callback_query(service: Service, arguments: Arguments) -> bool:
    """Answer answerCallbackQuery; a query can be answered once."""
    query = service.world.queries.get(arguments.read_text("callback_query_id"))
    if query is None or query.is_stale or query.answer is not None:
        raise bad_request(refusals.QUERY_STALE)
    query.answer = arguments.read_text("text", "")
    service.world.bell.ring()
    return True


def send_chat_action(service: Service, arguments: Arguments) -> bool:
    """Answer sendChatAction."""
    service.world.find_writable(arguments.read_chat_id())
    known = ("typing", "upload_photo", "upload_document", "find_location", "choose_sticker", "record_voice")
    if arguments.read_text("action") not in known:
        raise bad_request("wrong parameter action in request")
    return True


def get_file(service: Service, arguments: Arguments) -> Json:
    """Answer getFile."""
    stored = service.world.files.get(arguments.read_text("file_id"))
    if stored is None:
        raise bad_request(refusals.WRONG_FILE_ID)
    if len(stored.content) > refusals.DOWNLOAD_MAX_BYTES:
        raise bad_request(refusals.FILE_TOO_BIG)
    return {**stored.to_json(), "file_path": stored.path}


def _send(service: Service, arguments: Arguments, read_body: Callable[[], Json]) -> Json:
    world = service.world
    chat = world.find_writable(arguments.read_chat_id())
    _require_thread_and_reply(chat, arguments)
    body = read_body()
    inline_keyboard, reply_keyboard = contents.read_keyboards(chat, arguments)
    if service.flood:
        service.flood.admit(chat.id, world.now())
    message = Message(
        id=chat.take_id(),
        sender=world.bot,
        sent_at=int(world.now()),
        body=body,
        inline_keyboard=inline_keyboard,
        is_protected=arguments.read_flag("protect_content"),
        is_silent=arguments.read_flag("disable_notification"),
    )
    return world.add_bot_message(chat, message, reply_keyboard)


def _require_thread_and_reply(chat: Chat, arguments: Arguments) -> None:
    if arguments.has("message_thread_id"):
        raise bad_request(refusals.THREAD_NOT_FOUND)
    reply = arguments.read_object("reply_parameters") or {}
    is_optional = reply.get("allow_sending_without_reply")
    if reply and reply.get("message_id") not in chat.messages and not is_optional:
        raise bad_request(refusals.REPLY_NOT_FOUND)


def _find_editable(service: Service, arguments: Arguments) -> tuple[Chat, Message]:
    if arguments.has("inline_message_id"):
        raise not_modelled("messages sent through inline mode")
    chat = service.world.find_writable(arguments.read_chat_id())
    message = chat.messages.get(arguments.read_integer("message_id"))
    if message is None:
        raise bad_request(refusals.EDIT_NOT_FOUND)
    if message.sender != service.world.bot:
        raise bad_request(refusals.EDIT_NOT_YOURS)
    return chat, message


def _find_delete_refusal(service: Service, chat: Chat, message: Message) -> str | None:
    if service.world.now() - message.sent_at > refusals.DELETE_MAX_AGE_SECONDS:
        return refusals.DELETE_TOO_OLD
    is_own = message.sender == service.world.bot
    if chat.kind == "supergroup" and not is_own and not chat.bot_is_admin:
        return refusals.DELETE_NOT_YOURS
    return None


def _delete(service: Service, chat: Chat, message_ids: list[int]) -> bool:
    for message_id in message_ids:
        del chat.messages[message_id]
    service.world.note_bot_act(chat)
    return True
