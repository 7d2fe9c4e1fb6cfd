"""What a person sees of a chat now."""

from dataclasses import dataclass

from tests.botapi.contents import list_buttons
from tests.botapi.world import Account, Chat, Message, read_kind, read_text


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it either sends `data` to the bot or opens `url`."""

    label: str
    data: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as it is shown now. `kind` is text, location, photo, ..."""

    message_id: int
    is_from_bot: bool
    kind: str
    text: str
    buttons: tuple[Button, ...]
    is_edited: bool
    is_protected: bool
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """A chat from top to bottom, and the labels of the reply keyboard under it."""

    messages: tuple[Seen, ...]
    keyboard: tuple[str, ...]

    @property
    def from_bot(self) -> tuple[Seen, ...]:
        """The messages of the bot, oldest first."""
        return tuple(seen for seen in self.messages if seen.is_from_bot)

    @property
    def text(self) -> str:
        """The text of the bot's last message, empty if there is none."""
        return self.from_bot[-1].text if self.from_bot else ""

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels under the last message of the bot that has any."""
        with_buttons = [seen for seen in self.from_bot if seen.buttons]
        return tuple(button.label for button in with_buttons[-1].buttons) if with_buttons else ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Everything that can be tapped now: all buttons of all messages, then the reply keyboard."""
        shown = (button.label for seen in self.from_bot for button in seen.buttons)
        return (*shown, *self.keyboard)

    def shows(self, text: str) -> bool:
        """Tell whether any message of the bot contains `text`."""
        return any(text in seen.text for seen in self.from_bot)

    def __str__(self) -> str:
        """Write the screen as a story: > the person, < the bot, [buttons]."""
        lines = [_write_line(seen) for seen in self.messages]
        return "\n".join([*lines, f"  keyboard {list(self.keyboard)}"] if self.keyboard else lines)


def read_screen(chat: Chat, bot: Account) -> Screen:
    """Read what is shown in a chat now."""
    messages = tuple(_see(message, bot) for _, message in sorted(chat.messages.items()))
    return Screen(messages, tuple(str(button["text"]) for button in list_buttons(chat.reply_keyboard, "keyboard")))


def _see(message: Message, bot: Account) -> Seen:
    return Seen(
        message_id=message.id,
        is_from_bot=message.sender == bot,
        kind=read_kind(message),
        text=read_text(message),
        buttons=tuple(
            Button(str(button["text"]), _text(button.get("callback_data")), _text(button.get("url")))
            for button in list_buttons(message.inline_keyboard, "inline_keyboard")
        ),
        is_edited=message.edited_at is not None,
        is_protected=message.is_protected,
        is_silent=message.is_silent,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _write_line(seen: Seen) -> str:
    labels = f"  [{' | '.join(button.label for button in seen.buttons)}]" if seen.buttons else ""
    return f"{'<' if seen.is_from_bot else '>'} {seen.text}{labels}"
