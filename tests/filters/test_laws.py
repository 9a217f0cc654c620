"""What holds for every registered filter."""

import numpy as np
import pytest

from filters.base import Filter
from filters.opinions import Opinions, Status
from filters.registry import FILTERS, load_filter
from strategies.signals import SignalKind, Signals
from tests.filters.market import busy_market, until

SHORT_MEMORY = {"regime": {"memory": 300}}  # so that a whole warm-up fits into a small market
EVERY = sorted(FILTERS)


def agent_of(name):
    return load_filter(name, SHORT_MEMORY.get(name, {}))


@pytest.fixture(scope="module")
def market():
    return busy_market()


@pytest.fixture(scope="module", params=EVERY)
def agent(request):
    return agent_of(request.param)


@pytest.fixture(scope="module")
def opinion(agent, market):
    panel, signals = market
    return agent.assess(signals, panel)


def closed_bars(panel, row):
    """How many bars the signal's instrument had closed when it was said."""
    present = ~np.isnan(panel.close[: row["bar"] + 1, row["instrument"]])
    return int(present.sum())


def test_it_is_a_filter_with_a_name_and_a_warm_up(agent):
    assert isinstance(agent, Filter)
    assert agent.name in FILTERS
    assert agent.warmup >= agent.settle > 0


def test_answers_are_probabilities(agent, opinion, market):
    Opinions.stack([agent.name], [opinion], len(market[1]))
    answered = opinion.status == Status.ANSWERED
    assert answered.sum() > 100
    assert ((opinion.p[answered] > 0) & (opinion.p[answered] < 1)).all()
    assert np.isnan(opinion.p[~answered]).all()
    assert np.unique(opinion.p[answered]).size > answered.sum() / 2


def test_it_abstains_until_it_has_settled_and_answers_from_then_on(agent, opinion, market):
    panel, signals = market
    for row, status in zip(signals.rows, opinion.status, strict=True):
        ready = closed_bars(panel, row) >= agent.settle and row["kind"] != SignalKind.EXIT
        assert status == (Status.ANSWERED if ready else Status.ABSTAINED)


def test_nothing_after_a_signal_changes_its_answer(agent, opinion, market):
    panel, signals = market
    lost = np.flatnonzero(np.isnan(panel.close[:, 1]))
    said = np.unique(signals.rows["bar"])
    cuts = {*lost[::12].tolist(), *(lost[::12] + 1).tolist(), *(said[::25] + 1).tolist(), 1, len(panel) - 1}
    for cut in sorted(cuts):
        before = until(signals, cut)
        early = agent.assess(before, panel.head(cut))
        assert early.p.tobytes() == opinion.p[: len(before)].tobytes(), f"cut at {cut}"


def test_bars_before_the_warm_up_do_not_matter(agent, opinion, market):
    panel, signals = market
    checked = 0
    for seq in range(len(signals) - 1, 0, -15):
        bar = int(signals.rows["bar"][seq])
        starts = [panel.head(bar + 1).present(k)[-agent.warmup :] for k in range(3)]
        if min(map(len, starts)) < agent.warmup or np.isnan(opinion.p[seq]):
            continue
        start = min(int(own[0]) for own in starts)
        kept = (signals.rows["bar"] >= start) & (np.arange(len(signals)) <= seq)
        rows = signals.rows[kept].copy()
        rows["bar"] -= start
        late = agent.assess(Signals(rows), panel.rows(start, bar + 1))
        assert late.p[-1] == pytest.approx(opinion.p[seq], abs=1e-6)
        checked += 1
    assert checked >= 10


def test_the_same_question_gets_the_same_answer(agent, opinion, market):
    panel, signals = market
    assert agent_of(agent.name).assess(signals, panel).p.tobytes() == opinion.p.tobytes()


def test_the_explanation_gives_the_answer(agent, opinion, market):
    panel, signals = market
    for seq in (0, *range(300, len(signals), 97)):
        told = agent.explain(seq, signals, panel)
        assert told["p"] == opinion.p[seq] or (np.isnan(told["p"]) and np.isnan(opinion.p[seq]))
        assert len(told) > 5
        assert all(isinstance(value, float | str) for value in told.values())


def test_no_signals_no_opinions(agent, market):
    assert len(agent.assess(Signals.none(), market[0]).p) == 0


def test_one_bar_is_too_few_to_answer(agent, market):
    panel, _ = market
    assert agent.assess(Signals.at(0), panel.head(1)).status.tolist() == [Status.ABSTAINED]


def test_an_instrument_without_any_bar_gets_no_answer(agent, market):
    panel, _ = market
    unlisted = panel.head(len(panel) // 5)
    assert agent.assess(Signals.at(len(unlisted) - 1, instrument=2), unlisted).status.tolist() == [
        Status.ABSTAINED
    ]
