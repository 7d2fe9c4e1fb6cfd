"""The methods of the Bot API that are called again and again: what they take, and what of their results is read."""

from msgspec import Struct


class Method(Struct, frozen=True, omit_defaults=True):
    """The parameters of one call, in a class named like the method."""


class Message(Method, frozen=True):
    """A call that puts something into a chat each time it is made."""


class InlineButton(Struct, frozen=True):
    """A button under a message."""

    text: str
    callback_data: str


class PlaceButton(Struct, frozen=True):
    """A button in place of the phone's keys that shares where the person is."""

    text: str
    request_location: bool = True


class InlineKeyboard(Struct, frozen=True):
    """The buttons under a message."""

    inline_keyboard: list[list[InlineButton]]


class ReplyKeyboard(Struct, frozen=True):
    """The buttons in place of the phone's keys, until one is pressed."""

    keyboard: list[list[PlaceButton]]
    resize_keyboard: bool = True
    one_time_keyboard: bool = True


class NoKeyboard(Struct, frozen=True):
    """Takes the buttons away that stand in place of the phone's keys."""

    remove_keyboard: bool = True


class LinkPreview(Struct, frozen=True):
    """No preview of links: it would have Telegram fetch them, and fill the screen."""

    is_disabled: bool = True


class SendMessage(Message, frozen=True):
    """Send a text."""

    chat_id: int
    text: str
    reply_markup: InlineKeyboard | ReplyKeyboard | NoKeyboard | None = None
    link_preview_options: LinkPreview | None = None
    protect_content: bool = False
    disable_notification: bool = False


class SendPhoto(Message, frozen=True):
    """Send a picture with words under it.  `photo`: what Telegram calls it; empty where the file goes along."""

    chat_id: int
    photo: str = ""
    caption: str = ""
    reply_markup: InlineKeyboard | None = None
    protect_content: bool = False


class EditMessageText(Method, frozen=True):
    """Put another text and other buttons in the place of a message."""

    chat_id: int
    message_id: int
    text: str
    reply_markup: InlineKeyboard | None = None
    link_preview_options: LinkPreview | None = None


class DeleteMessages(Method, frozen=True):
    """Delete up to a hundred messages."""

    chat_id: int
    message_ids: list[int]


class AnswerCallbackQuery(Method, frozen=True):
    """Say that a tap was heard."""

    callback_query_id: str


class GetUpdates(Method, frozen=True):
    """Take what arrived, and confirm all before `offset`."""

    timeout: int
    limit: int
    allowed_updates: tuple[str, ...]
    offset: int | None = None


class GetMe(Method, frozen=True):
    """Ask whose token this is."""


class SetWebhook(Method, frozen=True):
    """Say where Telegram is to deliver to."""

    url: str
    secret_token: str
    allowed_updates: tuple[str, ...]


class DeleteWebhook(Method, frozen=True):
    """Have Telegram keep updates until they are fetched."""


class GetWebhookInfo(Method, frozen=True):
    """Ask where Telegram delivers to."""


class GetMyCommands(Method, frozen=True):
    """Ask which commands everybody is shown."""


class GetMyDescription(Method, frozen=True):
    """Ask what stands in the empty chat."""


class GetMyShortDescription(Method, frozen=True):
    """Ask what stands on the bot's page."""


class Sent(Struct, frozen=True):
    """A message that was sent or edited."""

    message_id: int


class PhotoSize(Struct, frozen=True):
    """A picture in one size, and what Telegram calls it."""

    file_id: str


class SentPhoto(Struct, frozen=True):
    """A picture that was sent, in all its sizes, the largest last."""

    message_id: int
    photo: tuple[PhotoSize, ...] = ()


class Me(Struct, frozen=True):
    """Who the bot is."""

    username: str = ""


class WebhookInfo(Struct, frozen=True):
    """How Telegram delivers; dates in seconds since 1970."""

    url: str
    pending_update_count: int
    last_error_date: int | None = None


class ShownCommand(Struct, frozen=True):
    """A command as people are shown it, without a slash."""

    command: str
    description: str


class Description(Struct, frozen=True):
    """What stands in the empty chat."""

    description: str


class ShortDescription(Struct, frozen=True):
    """What stands on the bot's page."""

    short_description: str
