"""``maemae live`` and what steers it: names and help; ``cli_live_run`` does the work."""

from pathlib import Path
from typing import Annotated

import typer

from maemae.cli_options import Days, Debug, Json, Lang

Live = Annotated[Path, typer.Argument(metavar="PROFILE.toml", help="Everything about the bot.")]
Which = Annotated[
    str, typer.Argument(metavar="PROFILE", help="A profile, or the name of a bot that has run here.")
]
Replayed = Annotated[
    str | None, typer.Option("--data", metavar="PATH", help="Replay these bars on paper: a file, or demo.")
]
Pace = Annotated[
    float, typer.Option("--pace", metavar="SECONDS", help="Between two bars of a replay.", min=0.0)
]
Confirmed = Annotated[
    str | None,
    typer.Option(
        metavar="ACCOUNT",
        envvar="MAEMAE_YES_I_KNOW",
        help="Trade real money on this account without asking.",
        show_envvar=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the live commands to the command line."""
    app.command()(live)
    app.command()(supervise)
    app.command()(status)
    app.command()(stop)
    app.command()(pause)
    app.command()(resume)
    app.command()(settle)
    app.command()(kill)
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)


def live(
    profile: Live,
    data: Replayed = None,
    pace: Pace = 0.0,
    engine_only: Annotated[
        bool | None,
        typer.Option(
            "--engine-only/--supervised",
            help="Without the supervisor, which owns Telegram, alerts and watchdog; so is a replay.",
            show_default=False,
        ),
    ] = None,
    yes_i_know: Confirmed = None,
    language: Lang = None,
    debug: Debug = False,
) -> int:
    """Trade: on paper, or with real money where the profile says mode = "live"."""
    from maemae.cli_live_run import run_live

    return run_live(profile, data, pace, engine_only, yes_i_know, language)


def supervise(
    profile: Live,
    data: Replayed = None,
    pace: Pace = 0.0,
    attach: Annotated[bool, typer.Option("--attach", help="Others start the engine; only watch it.")] = False,
    yes_i_know: Confirmed = None,
    language: Lang = None,
    debug: Debug = False,
) -> int:
    """Watch an engine: Telegram, alerts, watchdog, kill switch. Starts it, too."""
    from maemae.cli_live_run import run_supervise

    return run_supervise(profile, data, pace, attach, yes_i_know, language)


def status(
    profile: Annotated[
        str | None,
        typer.Argument(metavar="PROFILE", help="A profile or a bot's name; else all.", show_default=False),
    ] = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """How a bot is; exit 1 when it isn't running or isn't well."""
    from maemae.cli_live_ask import run_status

    return run_status(profile, json, language)


def stop(profile: Which, language: Lang = None, debug: Debug = False) -> int:
    """End a bot in good order: positions stay, and so do the stops that rest at the venue."""
    from maemae.cli_live_ask import run_stop

    return run_stop(profile, language)


def pause(profile: Which, language: Lang = None, debug: Debug = False) -> int:
    """No new entries until resume, over restarts too; exits and stops go on."""
    from maemae.cli_live_ask import run_pause

    return run_pause(profile, language)


def resume(profile: Which, language: Lang = None, debug: Debug = False) -> int:
    """Let entries go again, and strategies that only a person starts again."""
    from maemae.cli_live_ask import run_resume

    return run_resume(profile, language)


def settle(
    profile: Which,
    order: Annotated[
        str, typer.Argument(metavar="ORDER", help="Its id, as status says it; or an instrument.")
    ],
    number: Annotated[
        str,
        typer.Argument(metavar="NUMBER", help="The venue's number; none; or, of an instrument, venue."),
    ],
    language: Lang = None,
    debug: Debug = False,
) -> int:
    """Say what only a person can: which of several orders at the venue ours is (its NUMBER, or none: it never
    got there); or that what the venue holds no more of an instrument is closed (venue)."""
    from maemae.cli_live_ask import run_settle

    return run_settle(profile, order, number, language)


def kill(
    profile: Which,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Close what the bot holds at the market, too.")
    ] = False,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")] = "asked for",
    release: Annotated[bool, typer.Option("--release", help="Take an earlier kill back.")] = False,
    language: Lang = None,
    debug: Debug = False,
) -> int:
    """End the engine at once, cancel everything, keep it down. Works with the engine hung."""
    from maemae.cli_live_ask import run_kill, run_release

    return run_release(profile, language) if release else run_kill(profile, flatten, why, language)


def doctor(
    profile: Annotated[
        str,
        typer.Argument(metavar="PROFILE.toml|ls", help="A bot's profile; ls: what an app key of LS may do."),
    ],
    url: Annotated[
        str, typer.Option(metavar="URL", help="Of ls: the address of a simulator.", show_default=False)
    ] = "",
    days: Days = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Everything that must be well before a bot trades, each with its remedy; exit 1 when something isn't."""
    from maemae.cli_live_doctor import run_doctor, run_doctor_ls

    if profile == "ls":
        return run_doctor_ls(url, days, json, language)
    return run_doctor(Path(profile), json, language)


def backup(
    profile: Which,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to; a folder gets a dated file.", show_default=False),
    ] = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Copy a bot's journal, whole and proved, while it runs."""
    from maemae.cli_live_backup import run_backup

    return run_backup(profile, to, json, language)


def restore(
    profile: Which,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What backup wrote.")],
    put_aside: Annotated[
        bool,
        typer.Option("--put-aside", help="Keep a journal that knows more under another name, and restore."),
    ] = False,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Put a backup in the place of a stopped bot's journal; one that knows more isn't overwritten."""
    from maemae.cli_live_backup import run_restore

    return run_restore(profile, file, put_aside, json, language)
