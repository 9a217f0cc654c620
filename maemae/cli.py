"""The command line's frame: exit codes, and errors as one line. ``commands`` has what it can do.

Exit codes: 0 ok, 1 the run says no (a check failed), 2 the user's input is wrong, 130 interrupted.
Nothing is imported before Ctrl-C is understood.
"""

import os
import sys

INTERRUPTED = 130  # what the shell expects of a process that ended by SIGINT

LIVE_EXTRA = frozenset(
    {"aiohttp", "alembic", "ccxt", "PIL", "psycopg", "sqlalchemy", "sqlmodel", "structlog", "telegram"}
)


def main() -> None:
    """The console script."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before there is anything to say: during the imports
        code = INTERRUPTED
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """One command line; returns its exit code. Expected errors are one line on standard error."""
    import typer

    from maemae.commands import app
    from market.errors import MaemaeError

    debug = "--debug" in arguments
    try:
        code = app(args=list(arguments), prog_name="maemae", standalone_mode=False)
        if code == INTERRUPTED:
            return _interrupted(arguments)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except MaemaeError as error:
        return _refuse(error, str(error), debug)
    except ModuleNotFoundError as error:
        if error.name not in LIVE_EXTRA:
            raise
        needs = f"this command needs the package '{error.name}' of the live bot, which isn't installed"
        return _refuse(error, f"{needs}. Run: pip install -e '.[live]'", debug)
    except typer.TyperException as error:
        said = error.format_message().replace("Value error, ", "")
        if said.startswith("Usage: "):  # nothing was asked: the whole help
            print(said, file=sys.stderr)
            return 2
        ended = said if said.endswith("?") else f"{said.rstrip('.')}."
        return _refuse(error, f"{ended} See {_command_of(error)} --help.", debug)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(arguments)
    except (BrokenPipeError, SystemExit):  # the reader, such as head, has enough; typer and rich exit then
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _interrupted(arguments: list[str]) -> int:
    from report.words import say

    language = "ko" if "ko" in arguments or "--language=ko" in arguments else "en"
    print(say("Interrupted. Nothing was left half-written.", language), file=sys.stderr)
    return INTERRUPTED


def _command_of(error: Exception) -> str:
    """The command whose words weren't understood."""
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "maemae"


def _refuse(error: Exception, sentence: str, debug: bool) -> int:
    if debug:
        raise error
    print(f"maemae: {sentence}", file=sys.stderr)
    return 2
