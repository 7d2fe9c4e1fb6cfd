"""The Bot API methods about the bot itself, its webhook, and the chats it is in."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.botapi import refusals
from tests.botapi.arguments import Arguments
from tests.botapi.refusals import bad_request, not_modelled
from tests.botapi.service import Service
from tests.botapi.updates import Webhook
from tests.botapi.webhook import LOOPBACK
from tests.botapi.world import Account, Chat, Json

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMANDS_AT_MOST = 100
_COMMAND_DESCRIPTION_MAX = 256


def get_me(service: Service, _arguments: Arguments) -> Json:
    """Answer getMe. Privacy mode is on: in groups the bot sees commands and replies only."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**service.world.bot.to_json(), **rights, "can_connect_to_business": False, "has_main_web_app": False}


def set_webhook(service: Service, arguments: Arguments) -> bool:
    """Answer setWebhook; an empty address removes it, http is allowed on loopback only."""
    url = arguments.read_text("url")
    if not url:
        return delete_webhook(service, arguments)
    if arguments.has("certificate") or arguments.find_upload("certificate"):
        raise not_modelled("self-signed certificates")
    _require_webhook_address(url)
    secret = arguments.read_text("secret_token", "")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    allowed = arguments.read_texts("allowed_updates")
    service.feed.allowed = service.feed.allowed if allowed is None else allowed
    service.feed.webhook = Webhook(url, secret or None, arguments.read_integer("max_connections", 40))
    _drop_if_asked(service, arguments)
    return True


def delete_webhook(service: Service, arguments: Arguments) -> bool:
    """Answer deleteWebhook."""
    service.feed.webhook = None
    _drop_if_asked(service, arguments)
    return True


def get_webhook_info(service: Service, _arguments: Arguments) -> Json:
    """Answer getWebhookInfo."""
    webhook = service.feed.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": service.feed.count_pending(),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
    if service.feed.allowed:
        info["allowed_updates"] = service.feed.allowed
    if webhook and service.courier.last_error:
        info["last_error_date"], info["last_error_message"] = service.courier.last_error
    return info


def set_my_commands(service: Service, arguments: Arguments) -> bool:
    """Answer setMyCommands."""
    commands = arguments.read_objects("commands")
    if len(commands) > _COMMANDS_AT_MOST:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command["command"])):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command["description"])) <= _COMMAND_DESCRIPTION_MAX:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    service.world.commands[_read_scope(arguments)] = commands
    return True


def get_my_commands(service: Service, arguments: Arguments) -> list[Json]:
    """Answer getMyCommands: the list of exactly this scope and language, else empty."""
    return service.world.commands.get(_read_scope(arguments), [])


def delete_my_commands(service: Service, arguments: Arguments) -> bool:
    """Answer deleteMyCommands."""
    service.world.commands.pop(_read_scope(arguments), None)
    return True


def make_profile_setter(name: str, max_chars: int) -> Callable[[Service, Arguments], bool]:
    """Make the method that sets `name`, `description` or `short_description`."""

    def set_profile_text(service: Service, arguments: Arguments) -> bool:
        text = arguments.read_text(name, "")
        if len(text) > max_chars:
            raise bad_request(f"{name} is too long")
        service.world.profile[name, arguments.read_text("language_code", "")] = text
        return True

    return set_profile_text


def make_profile_getter(name: str) -> Callable[[Service, Arguments], Json]:
    """Make the method that reads `name`, `description` or `short_description`; falls back to no language."""

    def get_profile_text(service: Service, arguments: Arguments) -> Json:
        texts = service.world.profile
        fallback = texts.get((name, ""), service.world.bot.first_name if name == "name" else "")
        return {name: texts.get((name, arguments.read_text("language_code", "")), fallback)}

    return get_profile_text


def get_chat(service: Service, arguments: Arguments) -> Json:
    """Answer getChat."""
    chat = service.world.find_chat(arguments.read_chat_id())
    kinds = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    gifts = dict.fromkeys(kinds, False)
    return {**chat.to_json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(service: Service, arguments: Arguments) -> Json:
    """Answer getChatMember."""
    chat = service.world.find_writable(arguments.read_chat_id())
    wanted = arguments.read_integer("user_id")
    member = service.world.bot if wanted == service.world.bot.id else chat.members.get(wanted)
    if member is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return describe_member(chat, member)


def leave_chat(service: Service, arguments: Arguments) -> bool:
    """Answer leaveChat."""
    chat = service.world.find_writable(arguments.read_chat_id())
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.barrier = refusals.LEFT
    return True


def describe_member(chat: Chat, member: Account) -> Json:
    """Write a `ChatMember`; the bot is an administrator where a test made it one."""
    if not (member.is_bot and chat.bot_is_admin):
        return {"status": "member", "user": member.to_json()}
    rights = ("can_manage_chat", "can_delete_messages", "can_invite_users", "can_change_info")
    refused = (
        "can_be_edited",
        "is_anonymous",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_send_welcome_messages",
    )
    granted: Json = {**dict.fromkeys(rights, True), **dict.fromkeys(refused, False)}
    return {"status": "administrator", "user": member.to_json(), **granted}


def _require_webhook_address(url: str) -> None:
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not is_local:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not is_local and parts.port not in {None, 443, 80, 88, 8443}:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _drop_if_asked(service: Service, arguments: Arguments) -> None:
    if arguments.read_flag("drop_pending_updates"):
        service.feed.drop_all()
    service.world.bell.ring()


def _read_scope(arguments: Arguments) -> tuple[str, str]:
    scope = arguments.read_object("scope") or {"type": "default"}
    return str(sorted(scope.items())), arguments.read_text("language_code", "")
