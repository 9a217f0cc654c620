"""What ``maemae backup`` and ``maemae restore`` do. Imported when one runs, never before."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backtest.files import check_output
from live.supervisor.engine import RESTORING
from maemae.cli_words import tell
from maemae.live_bots import Known, known_bot, language_of, read_bot
from market.errors import ConfigError
from records.backup import Copied, backup, restore
from records.journal_view import JournalView
from records.lock import AccountHeld, hold_account, holder_of

SHOWN = 12  # digits of a digest that people compare


def run_backup(asked: str, to: Path | None, out: str | None, language: str | None) -> int:
    """The bot may run. Raises JournalError where there is nothing to copy or something else stands there."""
    check_output(out)
    bot = known_bot(asked)
    target = _target(bot, to)
    try:
        found = backup(bot.places.journal, target)
    except OSError as error:
        raise ConfigError(f"{target}: no backup can be written there ({error.strerror}).") from None
    sentence = "{name}: {count} entries are in {path}, digest {digest}."
    _say(sentence, bot, found, out, language)
    return 0


def run_restore(asked: str, file: Path, aside: bool, out: str | None, language: str | None) -> int:
    """The bot must be stopped, and stays it. Raises AccountHeld, JournalError or ConfigError."""
    check_output(out)
    bot = known_bot(asked)
    if bot.profile is None:
        raise ConfigError(f"{bot.name}: its profile isn't known any more. Give the profile's path.")
    account = read_bot(bot.profile).account
    _refuse_supervised(bot)
    bot.places.make()
    with ExitStack() as held:
        held.enter_context(hold_account(bot.places.lock, f"{RESTORING}{bot.name}"))
        found = _restored(bot, file, account, aside)
        _project(found.path)
    _say("{name}: restored to {count} entries, digest {digest}.", bot, found, out, language)
    return 0


def _restored(bot: Known, file: Path, account: str, aside: bool) -> Copied:
    try:
        return restore(file, bot.places.journal, account, aside)
    except OSError as error:
        raise ConfigError(f"{bot.places.journal}: nothing was restored ({error.strerror}).") from None


def _target(bot: Known, to: Path | None) -> Path:
    """A file of its own where only a folder is named."""
    dated = f"{bot.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.journal"
    if to is None:
        return bot.places.folder / "backups" / dated
    to = to.expanduser()
    return to / dated if to.is_dir() else to


def _refuse_supervised(bot: Known) -> None:
    """A supervisor whose engine is down would start it while the journal changes hands."""
    lock = bot.places.folder / "supervisor.lock"
    holder = holder_of(lock)
    if holder is not None:
        raise AccountHeld(lock, holder)


def _project(journal: Path) -> None:
    """Tables of another journal are made anew; where there are none they come with the next life."""
    tables = journal.with_suffix(".tables.db")
    if not tables.exists():
        return
    from records.projection import project
    from records.store import default_store, open_store

    store = open_store(default_store(journal))
    try:
        with JournalView.read(journal) as view:
            project(view, store, afresh=True)
    finally:
        store.dispose()


def _say(sentence: str, bot: Known, found: Copied, out: str | None, language: str | None) -> None:
    spoken = language_of(bot, language)
    if out is not None:
        from backtest.output import write_json  # brings the desk's compiler along

        write_json(_json(bot, found), out)
    if out == "-":
        return
    digest = found.digest[:SHOWN]
    print(tell(sentence, spoken, name=bot.name, count=f"{found.number:,}", path=found.path, digest=digest))
    if found.kept is not None:
        print(tell("What stood there is kept as {path}.", spoken, path=found.kept))


def _json(bot: Known, found: Copied) -> dict[str, Any]:
    return {
        "name": bot.name,
        "path": str(found.path),
        "entries": found.number,
        "digest": found.digest,
        "kept": str(found.kept) if found.kept is not None else None,
    }
