"""Which TR is answered by whom. The TRs that were replaced in 2026 are answered as their successors."""

from brokers.simulators.ls_accounts import FoAccounts
from brokers.simulators.ls_asks import Handler
from brokers.simulators.ls_board import Board
from brokers.simulators.ls_charts import Charts
from brokers.simulators.ls_extras import Extras
from brokers.simulators.ls_masters import Masters
from brokers.simulators.ls_order_lists import FoOrderLists
from brokers.simulators.ls_orders import FoOrders
from brokers.simulators.ls_quotes import Quotes
from brokers.simulators.ls_stock_accounts import StockAccounts
from brokers.simulators.ls_stock_orders import StockOrders


def handlers(
    quotes: Quotes,
    board: Board,
    masters: Masters,
    charts: Charts,
    orders: FoOrders,
    stock_orders: StockOrders,
    lists: FoOrderLists,
    accounts: FoAccounts,
    stock_accounts: StockAccounts,
    extras: Extras,
) -> dict[str, Handler]:
    return {
        "t2111": quotes.price,
        "t2101": quotes.price,
        "t2112": quotes.book,
        "t2105": quotes.book,
        "t8434": quotes.many,
        "t1101": quotes.stock_book,
        "t1102": quotes.stock_price,
        "t8407": quotes.many_stocks,
        "t2301": board.day,
        "t8460": board.night,
        "t8456": board.night_price,
        "t8457": board.night_book,
        "t8467": masters.futures,
        "t8432": masters.futures,
        "t9943": masters.future_names,
        "t8433": masters.options,
        "t9944": masters.option_names,
        "t8435": masters.product,
        "t8455": masters.night,
        "t8430": masters.stocks,
        "t8436": masters.stocks,
        "t9945": masters.stock_names,
        "t8464": charts.ticks,
        "t8414": charts.ticks,
        "t8411": charts.ticks,
        "t8465": charts.minutes,
        "t8415": charts.minutes,
        "t8412": charts.minutes,
        "t8466": charts.days,
        "t8416": charts.days,
        "t8410": charts.days,
        "t8461": charts.night,
        "CFOAT00100": orders.place,
        "CFOAT00200": orders.modify,
        "CFOAT00300": orders.cancel,
        "CCENT00100": orders.place,
        "CCENT00200": orders.modify,
        "CCENT00300": orders.cancel,
        "CSPAT00601": stock_orders.place,
        "CSPAT00701": stock_orders.modify,
        "CSPAT00801": stock_orders.cancel,
        "t0434": lists.orders,
        "t0441": accounts.positions,
        "CFOAQ00600": lists.history,
        "CCENQ30100": lists.history,
        "CFOAQ10100": accounts.orderable,
        "CCENQ10100": accounts.orderable,
        "CFOAQ50600": accounts.balance,
        "CCENQ90200": accounts.balance,
        "CFOBQ10500": accounts.deposit,
        "t0425": stock_accounts.orders,
        "CSPAQ13700": stock_accounts.history,
        "t0424": stock_accounts.holdings,
        "CSPAQ12200": stock_accounts.cash,
        "CSPAQ22200": stock_accounts.cash,
        "CSPBQ00200": stock_accounts.orderable,
        "FOCCQ33600": extras.returns,
        "MMDAQ91200": extras.margins,
        "t1866": extras.saved,
        "t1859": extras.search,
        "t1860": extras.watch,
        "t3102": extras.article,
        "t0167": extras.time,
    }
