"""Korean for the sentences of reports, by their English form. ``SENTENCES`` are told with their values;
``FINISHED`` ones arrive with the values in them, as findings and progress do, and are known by their form."""

SENTENCES = {
    # assumptions
    "{source}: {instruments}, {bars} bars of {length}": "{source}: {instruments}, {length} 봉 {bars}개",
    "{names} and {more} more": "{names} 외 {more}종목",
    "{begin} to {end}, time of {zone}": "{begin} ~ {end}, {zone} 기준",
    "the zone of {first}; trades are dated in their own": (
        "{first}의 시간대; 거래 날짜는 종목별 시간대 기준"
    ),
    "decided at a close, filled from the next open on": "종가에 결정, 다음 봉 시가부터 체결",
    "stop and target in one bar: the worse first": "한 봉에서 손절과 목표가 모두 닿으면 불리한 쪽 먼저",
    "stop and target in one bar: the better first": "한 봉에서 손절과 목표가 모두 닿으면 유리한 쪽 먼저",
    "limits need a trade one tick beyond": "지정가는 한 호가 넘어 거래되어야 체결",
    "limits need a touch": "지정가는 닿기만 하면 체결",
    "targets on the entry bar: yes": "진입 봉에서 목표 체결 허용",
    "targets on the entry bar: no": "진입 봉에서 목표 체결 안 함",
    "a fill takes at most {share} of a bar's volume": "한 번의 체결은 봉 거래량의 {share}까지",
    "fills of any size (no share of volume is set: [fills] participation)": (
        "체결 수량 제한 없음 (거래량 대비 비율이 정해지지 않음: [fills] participation)"
    ),
    "fee {taker} taker, {maker} maker in {currency}": "수수료 테이커 {taker}, 메이커 {maker} ({currency})",
    "fee {taker} taker, {maker} maker in {currency} of what a buy receives": (
        "수수료 테이커 {taker}, 메이커 {maker} (매수 시 받은 {currency}에서 차감)"
    ),
    "fee {taker} taker, {maker} maker in {currency} at {price}": (
        "수수료 테이커 {taker}, 메이커 {maker} ({currency}, 1개당 {price})"
    ),
    "slippage {rate} at market": "시장가 슬리피지 {rate}",
    "sell tax {rate}": "매도 세금 {rate}",
    "{rate} from {since}": "{since}부터 {rate}",
    "borrow {rate} a year while short": "공매도 차입 비용 연 {rate}",
    "nothing to borrow": "차입 비용 없음",
    "lot {lot}": "최소 수량 단위 {lot}",
    "tick {tick}": "호가 단위 {tick}",
    "any price": "호가 단위 없음",
    "{tick} below {price}": "{price} 미만 {tick}",
    "tick {steps}, {last} above": "호가 단위 {steps}, 그 이상 {last}",
    "{money} a point": "1포인트당 {money}",
    "margin {long} long, {short} short": "증거금 매수 {long}, 매도 {short}",
    "position {limit} units": "종목당 보유 {limit}단위",
    "gross {limit}": "총 노출 {limit}",
    "daily loss {limit}": "일일 손실 {limit}",
    "drawdown {limit}": "낙폭 {limit}",
    "long only": "매수만 허용",
    "{quantity} units": "{quantity}단위",
    "{risk} of equity lost at the stop, {notional} held without one": (
        "손절 시 자산의 {risk} 손실, 손절이 없으면 자산의 {notional} 보유"
    ),
    "size {size}": "수량: {size}",
    "size {share} Kelly, until a filter is trusted {size}": (
        "수량: 켈리의 {share}배, 신뢰하는 필터가 생길 때까지 {size}"
    ),
    "{one} and {other}": "{one}, {other}",
    "at most {limits}": "상한 {limits}",
    "risk {limit}": "위험 {limit}",
    "notional {limit}": "보유 금액 {limit}",
    "orders {how}": "주문은 {how}",
    "entries {entry}, exits {exit}": "진입은 {entry}, 청산은 {exit}",
    "in {slices} slices every bar": "{slices}회 분할, 매 봉",
    "in {slices} slices every {every} bars": "{slices}회 분할, {every}봉마다",
    "in {rungs} rungs {step} apart, {weights} lots": "{step} 간격 {rungs}단계 분할, 수량 {weights}",
    "equal": "균등",
    "linear": "선형 증가",
    "geometric": "배수 증가",
    "at market": "시장가",
    "stop {at}": "손절 {at}",
    "target {at}": "목표 {at}",
    "trail {at}": "추적 손절 {at}",
    "{bars} bars at most": "최대 {bars}봉 보유",
    "no stop, target or horizon added": "손절·목표·보유 기한을 더하지 않음",
    "where the strategy says none: {barriers}": "전략이 정하지 않은 곳에: {barriers}",
    "rule: p below {bar} blocks": "규칙: 확률 {bar} 미만이면 차단",
    "learn: in shadow until evidence promotes it": "학습: 근거가 쌓여 승격될 때까지 관찰만",
    "required": "필수",
    "the entry passes when no trusted filter answered": "신뢰하는 필터가 답하지 않으면 그대로 진입",
    "half the size when no trusted filter answered": "신뢰하는 필터가 답하지 않으면 수량 절반",
    "no entry when no trusted filter answered": "신뢰하는 필터가 답하지 않으면 진입 안 함",
    "returns by day ({zone}) or longer bar, annualised by their count; risk-free rate 0": (
        "수익률은 일별({zone}) 또는 더 긴 봉별, 개수로 연환산; 무위험 이자율 0"
    ),
    "the largest fill took {share} of its bar's volume": "가장 큰 체결이 봉 거래량의 {share} 차지",
    # the signals
    "{signals} signals: {bought} bought, {passed} passed{reasons}, {held} held, {sold} sold": (
        "신호 {signals}개: 매수(진입) {bought}, 건너뜀 {passed}{reasons}, 유지 {held}, 매도(청산) {sold}"
    ),
    "shorts not allowed": "공매도 금지",
    "vetoed by a filter": "필터의 거부",
    "below a filter's min_p": "필터의 min_p 미달",
    "no trusted filter answered": "신뢰하는 필터의 무응답",
    "poor odds": "낮은 승산",
    "stopped by a loss limit": "손실 한도로 중지",
    "less than one lot": "최소 수량 미달",
    "less than one lot within max_risk": "max_risk 안에서 최소 수량 미달",
    "less than one lot within max_notional": "max_notional 안에서 최소 수량 미달",
    "max_position reached": "max_position 도달",
    "max_gross reached": "max_gross 도달",
    "not enough cash": "현금 부족",
    "less than one lot within max_quantity": "max_quantity 안에서 최소 수량 미달",
    "below the smallest order": "최소 주문 미달",
    "{name} needs {needed} bars to warm up, and the data have {bars}: give more data or shorter lengths.": (
        "{name}: 준비에 봉 {needed}개가 필요한데 데이터는 {bars}개입니다. 데이터를 늘리거나 기간을 "
        "줄이십시오."
    ),
    "The strategy never asked to enter: other parameters or a longer period may.": (
        "전략이 한 번도 진입을 요청하지 않았습니다. 매개변수를 바꾸거나 기간을 늘려 보십시오."
    ),
    "What was ordered never filled: no price reached it before the orders or the data ended.": (
        "주문이 하나도 체결되지 않았습니다. 주문이나 데이터가 끝나기 전에 가격이 닿지 않았습니다."
    ),
    "No entry was allowed.": "어떤 진입도 허용되지 않았습니다.",
    "Every entry is a short, and risk.long_only = true forbids those.": (
        "모든 진입이 공매도인데 risk.long_only = true가 이를 금지합니다."
    ),
    "A filter vetoed every entry: --no-filters shows the strategy without it.": (
        "필터가 모든 진입을 거부했습니다. --no-filters로 필터 없는 결과를 볼 수 있습니다."
    ),
    "A filter's min_p stopped every entry: lower it; --no-filters shows the strategy without it.": (
        "필터의 min_p가 모든 진입을 막았습니다. 값을 낮추십시오. --no-filters로 필터 없는 결과를 볼 수 "
        "있습니다."
    ),
    'No trusted filter answered: decision.on_empty = "half" or "pass" trades all the same.': (
        '신뢰하는 필터가 답하지 않았습니다. decision.on_empty = "half"나 "pass"이면 그래도 거래합니다.'
    ),
    "The filters found the odds of every entry too poor: --no-filters shows the strategy without them.": (
        "필터가 모든 진입의 승산을 낮게 보았습니다. --no-filters로 필터 없는 결과를 볼 수 있습니다."
    ),
    "A loss limit of [risk] had stopped new entries: raise it, or ask why it was reached.": (
        "[risk]의 손실 한도가 신규 진입을 중지했습니다. 한도를 높이거나 도달한 까닭을 살피십시오."
    ),
    "Orders of {instrument} below {quantity} units or {notional} {currency} can't be sent: give more "
    "cash or larger sizes ([sizing]).": (
        "{instrument}은(는) {quantity}단위 또는 {notional} {currency} 미만으로 주문할 수 없습니다. 현금이나 "
        "수량([sizing])을 늘리십시오."
    ),
    "A limit of [risk] leaves no room for one lot: raise max_position or max_gross.": (
        "[risk]의 한도 안에서 최소 수량도 살 수 없습니다. max_position이나 max_gross를 높이십시오."
    ),
    "One lot of {instrument} (lot = {lot}) was {value} {currency} at the first signal, more than the "
    "size asked for of an account of {cash} {currency}: give more cash, larger sizes ([sizing]), or, "
    "where it trades in finer steps, [instruments.{symbol}] lot = {finer}.": (
        "{instrument}의 최소 수량(lot = {lot})이 첫 신호에서 {value} {currency}인데, {cash} {currency} "
        "계좌가 요청한 수량은 그보다 작습니다. 현금이나 수량([sizing])을 늘리거나, 더 잘게 거래되는 종목이면 "
        "[instruments.{symbol}] lot = {finer}처럼 정하십시오."
    ),
    # cards
    "rule, p >= {bar}": "규칙, p >= {bar}",
    "{stage}, theta {theta} (alone {solo}), log evidence {evidence}": (
        "{stage}, 세타 {theta} (단독 {solo}), 로그 증거 {evidence}"
    ),
    "earned {amount} a signal": "신호당 {amount} 이득",
    "cost {amount} a signal": "신호당 {amount} 손해",
    # data
    "row {row}: ": "{row}행: ",
    "{kind}: {count} more, the last in row {row} (--json has all)": (
        "{kind}: {count}개 더, 마지막은 {row}행 (전체는 --json)"
    ),
    "{folder}: the catalog is empty. Import a file first: maemae data import FILE.": (
        "{folder}: 카탈로그가 비어 있습니다. 먼저 파일을 가져오십시오: maemae data import FILE."
    ),
    # a life against its backtest
    "{name} against its backtest, {first} to {last} UTC": "{name}: 백테스트와 비교, {first} ~ {last} UTC",
    "{trades} trades, {same} the same, {differ} not. The bot made {live}, its backtest {back} {currency}.": (
        "거래 {trades}건 중 {same}건 같음, {differ}건 다름. 봇의 손익 {live}, 백테스트 {back} {currency}."
    ),
    "{count} more; --json has all.": "{count}건 더 있음, 전체는 --json.",
    "started again at {time}": "{time}에 다시 시작",
    "funding, which a backtest doesn't have": "펀딩비, 백테스트에는 없음",
    "{time}: transfer of {amount}, neither gain nor loss": "{time}: 입출금 {amount}, 손익이 아님",
    "{time}: {what}": "{time}: {what}",
    "{count} orders of somebody else were seen": "다른 이의 주문 {count}건이 있었음",
    "{amount} of the difference is of no trade of the period: borrowing, or trades outside it": (
        "차이 중 {amount}은(는) 기간 안의 거래가 아님: 차입 비용 또는 기간 밖의 거래"
    ),
    "The bars that the bot saw, and history": "봇이 본 봉과 과거 데이터",
    "{bars} bars: {changed} changed, {missing} late or missing, {extra} only seen live.": (
        "봉 {bars}개: {changed}개 다름, {missing}개 늦거나 빠짐, {extra}개는 실거래에만 있음."
    ),
    "On history the backtest ends at {history}, on the bars seen at {seen}.": (
        "백테스트의 최종 자산: 과거 데이터로 {history}, 본 봉으로 {seen}."
    ),
    "Every difference is explained.": "모든 차이가 설명되었습니다.",
    "{count} trades differ without a known cause.": "거래 {count}건의 차이는 원인을 알 수 없습니다.",
    "paid {live} in fees and taxes, {back} by the backtest's rates": (
        "수수료와 세금 {live}, 백테스트의 요율로는 {back}"
    ),
    "{live} lots filled, {back} in the backtest": "{live}단위 체결, 백테스트는 {back}단위",
    "left by {live}, by {back} in the backtest: barriers follow the price of the entry": (
        "{live}(으)로 청산, 백테스트는 {back}: 손절과 목표는 진입가를 따름"
    ),
    "still held; the backtest left by {back}": "아직 보유 중, 백테스트는 {back}(으)로 청산",
    "left by {live}; the backtest still holds it": "{live}(으)로 청산, 백테스트는 아직 보유 중",
    "entered {bars} bars later, at {live} instead of {back}": "{bars}봉 늦게 진입: {back} 대신 {live}",
    "entered {bars} bars earlier, at {live} instead of {back}": "{bars}봉 일찍 진입: {back} 대신 {live}",
    "left {bars} bars later, at {live} instead of {back}": "{bars}봉 늦게 청산: {back} 대신 {live}",
    "left {bars} bars earlier, at {live} instead of {back}": "{bars}봉 일찍 청산: {back} 대신 {live}",
    "entered {ticks} ticks worse: {live}, {back} in the backtest": (
        "{ticks}호가 불리하게 진입: {live}, 백테스트 {back}"
    ),
    "entered {ticks} ticks better: {live}, {back} in the backtest": (
        "{ticks}호가 유리하게 진입: {live}, 백테스트 {back}"
    ),
    "left {ticks} ticks worse: {live}, {back} in the backtest": (
        "{ticks}호가 불리하게 청산: {live}, 백테스트 {back}"
    ),
    "left {ticks} ticks better: {live}, {back} in the backtest": (
        "{ticks}호가 유리하게 청산: {live}, 백테스트 {back}"
    ),
    "entered at {live}, {back} in the backtest": "{live}에 진입, 백테스트 {back}",
    "left at {live}, {back} in the backtest": "{live}에 청산, 백테스트 {back}",
    "the backtest has a signal that the bot wasn't given": "백테스트에만 있는 신호",
    "the bot was given a signal that the backtest hasn't": "봇에게만 주어진 신호",
    "both decided the same, and no order of the journal says why nothing was bought or sold": (
        "결정은 같은데, 거래가 없는 까닭을 일지의 어떤 주문도 말하지 않음"
    ),
    "the venue filled what the backtest's rules leave unfilled": (
        "백테스트 규칙으로는 체결되지 않을 주문이 체결됨"
    ),
    "the journal's own inputs make another decision than the one it holds": (
        "일지의 입력으로 다시 계산한 결정이 일지에 적힌 결정과 다름"
    ),
    "decided {live}, {back} in the backtest, and nothing before differs": (
        "결정 {live}, 백테스트는 {back}; 그 전에는 다른 것이 없음"
    ),
    "follows from trade {number}: {live}, {back} in the backtest": (
        "{number}번 거래의 결과: {live}, 백테스트 {back}"
    ),
    "money came or went before: {live}, {back} in the backtest": "앞선 입출금: {live}, 백테스트 {back}",
    "meant {seconds} s after its bar closed, once the bot ran again": (
        "봇이 다시 시작한 뒤, 봉 마감 {seconds}초 후에 주문"
    ),
    "meant {seconds} s after its bar closed: the bar came late": "봉이 늦어 마감 {seconds}초 후에 주문",
    "the bot ran with other {what} than these": "봇은 다른 {what}(으)로 실행됨",
    "killed: {detail}": "긴급 정지: {detail}",
    "not sent: {reason}": "보내지 않음: {reason}",
    "not sent: its moment passed while the bot was down": "보내지 않음: 봇이 멈춘 사이 때가 지남",
    "refused: {reason}": "거부됨: {reason}",
    "made smaller: {reason}": "수량 축소: {reason}",
    "order {order} filled nothing: {status}": "주문 {order} 체결 없음: {status}",
    "{filled} of {quantity} filled, then {status}": "{quantity} 중 {filled} 체결 후 {status}",
    "a person asked for it": "사람이 지시함",
    "a person closed it": "사람이 청산함",
    "no bar differs before it, and the trade does": "앞선 봉은 모두 같은데 거래가 다름",
    "the bot never saw the bar of {symbol} at {time}, or too late": (
        "{symbol} {time} 봉을 봇이 보지 못했거나 너무 늦게 봄"
    ),
    "history has no bar of {symbol} at {time}, which the bot saw": (
        "봇이 본 {symbol} {time} 봉이 과거 데이터에 없음"
    ),
    "{symbol} at {time}: the bot saw {what} {seen}, history has {history}": (
        "{symbol} {time}: 봇이 본 {what} {seen}, 과거 데이터는 {history}"
    ),
}

_OUTSIDE = "{name} {value} is outside low {low} .. high {high}."
_OUTSIDE_KO = "{name} {value}이(가) 저가 {low} .. 고가 {high} 범위를 벗어납니다."
_MEND, _MEND_KO = "Correct or remove the row.", "행을 고치거나 지우십시오."
_JUMP = "{moment} opens at {opened}, the last close was {closed}"
_JUMP_KO = "{moment} 시가 {opened}, 직전 종가 {closed}"
FINISHED = {
    # findings
    "1 row": "1행",
    "{count} rows": "{count}행",
    "{rows} with open, high and low 0 and no volume: trading was halted, loaded as no bar.": (
        "{rows}의 시가·고가·저가가 0이고 거래량이 없습니다. 거래 정지로 보아 봉 없이 읽습니다."
    ),
    "{rows} without prices, loaded as no bar.": "{rows}에 가격이 없어 봉 없이 읽습니다.",
    "there are no bars.": "봉이 없습니다.",
    "there are no bars; expected at least 2.": "봉이 없습니다. 2개 이상이어야 합니다.",
    "{rows} without a bar, while most other instruments have one.": (
        "{rows}에 봉이 없는데, 다른 종목 대부분에는 있습니다."
    ),
    "no bars between {before} and {after}: up to {count} of {length} missing.": (
        "{before} ~ {after} 사이에 봉이 없습니다. {length} 봉이 최대 {count}개 빠졌습니다."
    ),
    f"{_OUTSIDE} {_MEND}": f"{_OUTSIDE_KO} {_MEND_KO}",
    f"{_OUTSIDE} Loaded as it is.": f"{_OUTSIDE_KO} 그대로 읽습니다.",
    f"{_OUTSIDE} Loaded as it is. So are {{rows}} after it.": (
        f"{_OUTSIDE_KO} 그대로 읽습니다. 이어지는 {{rows}}도 같습니다."
    ),
    "no volume is known.": "거래량을 알 수 없습니다.",
    "{rows} without a volume.": "{rows}에 거래량이 없습니다.",
    "{rows} with prices and volume 0.": "{rows}에 가격은 있고 거래량은 0입니다.",
    "the bar comes {step} after the one before, where bars are {length} long: mixed timeframes. Load each "
    "timeframe from its own file.": (
        "직전 봉 뒤 {step}에 나오는데 봉 길이는 {length}입니다. 봉 길이가 섞여 있으니 파일을 나누어 "
        "읽으십시오."
    ),
    "column '{name}' has no numbers at all; expected a price in every row.": (
        "'{name}' 열에 숫자가 하나도 없습니다. 모든 행에 가격이 있어야 합니다."
    ),
    "{late} is earlier than {before} in row {row}; expected ascending times. Sort the rows by time.": (
        "{late}이(가) {row}행의 {before}보다 이릅니다. 시간 순서로 정렬하십시오."
    ),
    "{moment} is there already in row {row}, with the same values. Drop one of the rows.": (
        "{moment}이(가) 이미 {row}행에 같은 값으로 있습니다. 하나를 지우십시오."
    ),
    "{moment} is there already in row {row}, with other values. Keep the right one.": (
        "{moment}이(가) 이미 {row}행에 다른 값으로 있습니다. 맞는 것만 남기십시오."
    ),
    f"{{name}} is missing; expected a price above 0. {_MEND}": (
        f"{{name}}이(가) 없습니다. 0보다 큰 가격이어야 합니다. {_MEND_KO}"
    ),
    f"{{name}} = {{value}}; expected a price above 0. {_MEND}": (
        f"{{name}} = {{value}}: 0보다 큰 가격이어야 합니다. {_MEND_KO}"
    ),
    f"volume = {{value}}; expected 0 or more. {_MEND}": (
        f"거래량 = {{value}}: 0 이상이어야 합니다. {_MEND_KO}"
    ),
    f"high {{high}} is below low {{low}}. {_MEND}": (
        f"고가 {{high}}이(가) 저가 {{low}}보다 낮습니다. {_MEND_KO}"
    ),
    "the newest bar comes first; loaded oldest first.": "최신 봉이 먼저 나옵니다. 오래된 것부터 읽습니다.",
    f"{_JUMP}, {{days}} days later: is it another company under the same ticker?": (
        f"{_JUMP_KO}, {{days}}일 뒤입니다. 같은 종목 코드의 다른 회사입니까?"
    ),
    f"{_JUMP}: it looks like a split of {{ratio}}; adjust with adjust_splits.": (
        f"{_JUMP_KO}: {{ratio}} 액면분할로 보입니다. adjust_splits로 조정하십시오."
    ),
    f"{_JUMP}: it looks like a reverse split of {{ratio}}; adjust with adjust_splits.": (
        f"{_JUMP_KO}: {{ratio}} 주식병합으로 보입니다. adjust_splits로 조정하십시오."
    ),
    f"{_JUMP}: is the price right?": f"{_JUMP_KO}: 가격이 맞습니까?",
    "{path}: isn't a file of this catalog ({why}). Move it away and import again.": (
        "{path}: 이 카탈로그의 파일이 아닙니다 ({why}). 옮겨 두고 다시 가져오십시오."
    ),
    # where data come from
    "bokeh-sampledata (Quandl WIKI prices, public domain), adjusted for splits": (
        "bokeh-sampledata (Quandl WIKI 가격, 퍼블릭 도메인), 액면분할 조정"
    ),
    "given bars": "메모리의 봉 데이터",
    "arrays": "배열",
    "catalog {folder}": "카탈로그 {folder}",
    # progress
    "Reading data": "데이터 읽는 중",
    "Checking data": "데이터 검사 중",
    "Compiling for first use, half a minute; it is kept for later runs": (
        "처음 한 번 컴파일 중, 30초쯤 걸리며 다음부터는 저장된 것을 씁니다"
    ),
    "Opening the desk": "데스크 여는 중",
    "Reading signals": "신호 읽는 중",
    "Asking the filters": "필터에 묻는 중",
    "Labelling signals": "신호 결과 표시 중",
    "Folding history at other costs": "다른 비용으로 다시 계산 중",
    "Folding history through the desk": "데스크로 과거 데이터 처리 중",
    "Verifying": "검증 중",
    "Verifying: {done} of {of} bars cut": "검증 중: 봉 {of}개 중 {done}개 자름",
    "Verifying: {done} of {of} bars traded live, on paper": (
        "검증 중: 봉 {of}개 중 {done}개를 실시간 엔진으로 모의 거래"
    ),
    "Check {instrument} ({done} of {of})": "{instrument} 검사 중 ({of}개 중 {done}번째)",
    "Write {instrument} ({done} of {of})": "{instrument} 저장 중 ({of}개 중 {done}번째)",
    "Done ({done} of {of})": "완료 ({of}개 중 {done}개)",
    "Reading what the instruments are": "종목 정보 읽는 중",
    "Replaying the journal through the backtest": "일지를 백테스트로 다시 계산 중",
    # the command line
    "Interrupted. Nothing was left half-written.": "중단했습니다. 쓰다 만 파일은 없습니다.",
}
