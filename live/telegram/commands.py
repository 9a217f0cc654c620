"""Every command: who may give it, what it does, what it takes."""

from live.telegram import steer, talk, watch
from live.telegram.call import Answer, Call, Command
from live.telegram.courier import Reply
from live.telegram.settings import Role

VIEWER, TRADER, OWNER = Role.VIEWER, Role.TRADER, Role.OWNER


async def help(call: Call) -> Answer:
    return Reply(talk.help_text(call, COMMANDS))


COMMANDS: tuple[Command, ...] = (
    Command("status", VIEWER, "the bot at a glance", watch.status),
    Command("positions", VIEWER, "what is held", watch.positions),
    Command("orders", VIEWER, "orders that work", watch.orders),
    Command("balance", VIEWER, "money by currency", watch.balance),
    Command("profit", VIEWER, "profit of everything", watch.profit),
    Command("daily", VIEWER, "profit by day", watch.daily, "[n]"),
    Command("weekly", VIEWER, "profit by week", watch.weekly, "[n]"),
    Command("monthly", VIEWER, "profit by month", watch.monthly, "[n]"),
    Command("performance", VIEWER, "profit by instrument", watch.performance),
    Command("trades", VIEWER, "the last trades", watch.trades, "[n]"),
    Command("why", VIEWER, "opinions and numbers behind an order", watch.why, "[id]"),
    Command("filters", VIEWER, "report cards of the filters", watch.filters),
    Command("decisions", VIEWER, "what became of the last signals", watch.decisions, "[n] [instrument]"),
    Command("chart", VIEWER, "a chart with fills", watch.chart, "[instrument] [bars]"),
    Command("health", VIEWER, "is everything well?", watch.health),
    Command("pause", TRADER, "no new entries", steer.pause),
    Command("resume", TRADER, "allow entries again", steer.resume),
    Command("forceexit", TRADER, "close a position, or all", steer.forceexit, "[instrument|all]"),
    Command("forceenter", TRADER, "enter by hand, checks apply", steer.forceenter, "instrument long|short"),
    Command("cancel", TRADER, "cancel an order", steer.cancel, "order"),
    Command("settle", TRADER, "say which order at the venue one is", steer.settle, "order number|none"),
    Command("approve", TRADER, "let a waiting order go", steer.approve, "[request]"),
    Command("reject", TRADER, "refuse a waiting order", steer.reject, "[request]"),
    Command("kill", TRADER, "cancel everything and stop for good", steer.kill, "[flatten]"),
    Command("start", VIEWER, "start trading, or say hello", steer.start),
    Command("stop", OWNER, "stop the engine in good order", steer.stop),
    Command("reload", OWNER, "read the profile again", steer.reload),
    Command("config", OWNER, "the profile in use", watch.config),
    Command("logs", OWNER, "the last lines of the log", watch.logs, "[n]"),
    Command("language", VIEWER, "Korean or English", talk.language, "ko|en"),
    Command("help", VIEWER, "this list", help),
    Command("version", VIEWER, "what runs here", watch.version),
)
BY_NAME = {each.name: each for each in COMMANDS}
