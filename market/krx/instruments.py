"""An ``Instrument`` from a code of KRX and, where the code doesn't say enough, from the master's row."""

from collections.abc import Mapping
from datetime import date

from market.contracts import MAINTENANCE_SHARE, korean_equity, korean_etf
from market.errors import ConfigError, DataError
from market.instruments import Fees, Instrument, Kind
from market.krx.calendar import Calendar, calendar
from market.krx.codes import Code, Form, parse
from market.krx.expiries import last_instant, monthly, weekly, weekly_from
from market.krx.names import Name, read_name
from market.krx.products import Ticks, multiplier_of, product_of, ticks_of, weekday_of
from market.krx.stocks import stock_code

VENUE = "ls"
_ABSENT = Name(Form.FUTURE)


def instrument(
    row: str | Mapping[str, object],
    *,
    margin: float | None = None,
    name: str = "",
    strike: float | None = None,
    last: date | None = None,
    today: date | None = None,
    ticks: Ticks = (),
    multiplier: float | None = None,
    fees: Fees | None = None,
    days: Calendar | None = None,
    etf: bool = False,
    new_spreads: bool = False,
) -> Instrument:
    """The instrument ``CODE@ls`` of a short code or of a master's row (keys shcode, hname; tradeunit,
    etfgubun).

    margin: initial, fraction of notional (of the premium for a written option); derivatives need it, as it
    is the house's. name: the master's, when ``row`` is a code. strike, last: where neither code nor name
    hold them; last trading day. today: a day on which it is listed, for weekly names without a month. ticks,
    multiplier: of products that the table doesn't know. etf: the code is an ETF's (own ticks, no tax on
    sales); a row says so itself. new_spreads: see ``codes.parse``. Raises DataError, ConfigError naming what
    is missing.
    """
    text, name, tradeunit, is_etf = _row(row, name)
    if len(text) in (6, 7):
        share = korean_etf if etf or is_etf else korean_equity
        return share(stock_code(text), VENUE, fees=fees)
    code = parse(text, new_spreads=new_spreads)
    if margin is None or not margin > 0.0:
        raise ConfigError(
            f"{code}: margin = {margin}: expected the house's initial margin, a fraction of notional above 0 "
            "(MMDAQ91200, in real mode only)."
        )
    days = days or calendar()
    said = _agreeing(code, name)
    if last and not days.trades(last):
        raise DataError(f"{code}: last = {last}: KRX is closed then; expected its last trading day.")
    expiry = last_instant(last or last_day(code, said, days, today), days)
    premium = code.option
    return Instrument(
        f"{code}@{VENUE}",
        Kind.OPTION if code.option else Kind.FUTURE,
        product_of(code).underlying,
        "KRW",
        multiplier=multiplier_of(code, multiplier if tradeunit is None else tradeunit),
        ticks=ticks_of(code, ticks),
        min_quantity=1.0,
        fees=fees or Fees(),
        long_margin=1.0 if premium else margin,
        short_margin=margin,
        maintenance=0.0 if premium else margin * MAINTENANCE_SHARE,
        timezone="Asia/Seoul",
        expiry=expiry,
        underlying=product_of(code).underlying,
        strike=strike_of(code, said, strike),
        right=code.form.value if code.option else "",
    )


def last_day(code: Code, name: Name, days: Calendar, today: date | None = None) -> date:
    """A contract's last trading day, a spread's the near leg's. DataError naming what is missing."""
    if weekday := weekday_of(code):
        if not name.week:
            raise DataError(
                f"{code}: a weekly option's code doesn't say its week. Give the master's name (t8435 hname)."
            )
        if name.year:
            return weekly(name.year, name.month, name.week, weekday, days)
        if today is None:
            raise DataError(
                f"{code}: its name says week {name.week} and no month. Pass today= the day of the master."
            )
        return weekly_from(today, name.week, weekday, days)
    if not product_of(code).second_thursday:
        raise DataError(
            f"{code}: the last-day rule of product '{code.product}' isn't known here. Pass last= its last "
            "trading day."
        )
    return monthly(code.year, code.month, days)


def _row(row: str | Mapping[str, object], name: str) -> tuple[str, str, float | None, bool]:
    """Code, name, trade unit (None when absent) and whether an ETF."""
    if isinstance(row, str):
        return row.strip(), name, None, False
    text = str(row.get("shcode", "")).strip()
    if not text:
        raise DataError(f"master row {dict(row)}: expected a code under 'shcode'.")
    unit = str(row.get("tradeunit", "")).strip()
    etf = str(row.get("etfgubun", "0")).strip() not in ("", "0")
    return text, str(row.get("hname", "")).strip() or name, float(unit) if unit else None, etf


def _agreeing(code: Code, name: str) -> Name:
    """What a name adds. DataError where it contradicts the code; a share's long name says nothing more."""
    if not name:
        return _ABSENT
    said = read_name(name)
    month = (said.year, said.month)
    differs = said.form is not code.form
    differs |= bool(code.year and said.year and month != (code.year, code.month))
    differs |= bool(said.form is Form.SPREAD and (said.far != code.far or said.month != code.month))
    differs |= bool(said.weekday and said.weekday != weekday_of(code))
    if differs:
        raise DataError(
            f"{code}: the master names it {name!r}, which is another contract. Nothing was taken."
        )
    return said


def strike_of(code: Code, said: Name, given: float | None = None) -> float:
    """The strike: given, the name's or the code's, which must agree where several are there."""
    if not code.option:
        return 0.0
    found = given or said.strike or code.strike
    for other in (said.strike, _strike_in(code)):
        if other and other != found:
            raise DataError(
                f"{code}: strike {found:g} against {other:g} of its name or code. Nothing was taken."
            )
    return found


def _strike_in(code: Code) -> float:
    try:
        return code.strike
    except DataError:
        return 0.0
