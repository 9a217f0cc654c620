"""FeedbackLoop: opinions become probabilities, labels become weights. Rules: docs/desk-rules.md, section 5.

The combiner is a log-odds stack per forgetting rate (a *core*), mixed with a do-nothing
expert by fixed share.
Sources: Herbster and Warmuth (1998), Machine Learning 32, 151; MacKay (1992), Neural Computation 4, 720.
"""

from math import exp, sqrt

from desk.odds import clipped, log_score, logit, shrunk, sigma
from desk.records import CORES, Stage
from desk.rules import Act
from filters.opinions import Status
from market.compiled import inner

MEMORY = 500.0  # signals the standing of an opinion remembers
SOLO_DRIFT = 2e-5


@inner
def drift(core):
    """Variance a core's weights gain per label: never, slowly, faster."""
    return 0.0 if core == 0 else (2e-5 if core == 1 else 1e-4)


@inner
def base_rate(account, learner):
    """Share of the strategy's signals that win, shrunk to the share over all strategies."""
    overall = (1.0 + account.wins) / (2.0 + account.labels)
    return (10.0 * overall + learner.wins) / (10.0 + learner.n)


@inner
def stand(learner, f, p, sees):
    """An opinion against what this filter usually says, in standard deviations of log-odds."""
    z = logit(clipped(p, 0.02, 0.98))
    x = clipped((z - learner.mu[f]) / sqrt(max(learner.var[f], 1e-6)), -3.0, 3.0)
    if sees:
        m = min(learner.m[f] + 1.0, MEMORY)
        d = z - learner.mu[f]
        learner.m[f] = m
        learner.mu[f] += d / m
        learner.var[f] += (d * (z - learner.mu[f]) - learner.var[f]) / m
    return x


@inner
def judge(rules, learner, d, ev, sees):
    """Write into decision ``d`` and evidence ``ev`` what the filters' answers are worth.

    Promoted filters decide; all that learn leave their evidence.
    """
    base = d.base_rate
    ev.base_rate = base
    prior = logit(base)
    for f in range(rules.n_filters):
        ev.x[f], ev.solo[f], ev.answered[f] = 0.0, base, False
        if rules.act[f] == Act.LEARN and d.status[f] == Status.ANSWERED:
            x = stand(learner, f, d.opinion[f], sees)
            ev.x[f], ev.answered[f] = x, True
            ev.solo[f] = shrunk(prior + learner.solo_theta[f] * x, learner.solo_p[f] * x * x)
        d.x[f] = ev.x[f]
    d.p = learner.mix[0] * base
    d.variance = 0.0
    for c in range(CORES):
        eta, variance = prior, 0.0
        for f in range(rules.n_filters):
            if learner.stage[f] != Stage.SHADOW:
                eta += learner.theta[c, f] * ev.x[f]
                for g in range(rules.n_filters):
                    if learner.stage[g] != Stage.SHADOW:
                        variance += ev.x[f] * learner.p[c, f, g] * ev.x[g]
        ev.core[c] = shrunk(eta, variance)
        d.p += learner.mix[c + 1] * ev.core[c]
        d.variance += learner.mix[c + 1] * variance
    d.variance /= 1.0 - learner.mix[0]
    spread = _spread(rules, learner, d, ev)
    d.p_low = sigma(logit(d.p) - rules.kappa * sqrt(d.variance + rules.tau * rules.tau * spread))


@inner
def _spread(rules, learner, d, ev):
    """Variance of what promoted filters that answered pull towards; fills ``d.theta``."""
    n, total, squares = 0, 0.0, 0.0
    for f in range(rules.n_filters):
        theta = 0.0
        for c in range(CORES):
            theta += learner.mix[c + 1] * learner.theta[c, f]
        d.theta[f] = theta / (1.0 - learner.mix[0])
        if learner.stage[f] != Stage.SHADOW and ev.answered[f]:
            pull = d.theta[f] * ev.x[f]
            n += 1
            total += pull
            squares += pull * pull
    if n < 2:
        return 0.0
    return max(squares / n - (total / n) ** 2, 0.0)


@inner
def remember(position, ev, seq, number, bar):
    """Keep the evidence of a signal until its label matures."""
    if position.alive > 0:
        position.alive_sum += (bar - position.alive_since) / position.alive
    position.alive_since = bar
    position.alive += 1
    ev.seq, ev.position, ev.bar, ev.alive_sum = seq, number, bar, position.alive_sum


@inner
def release(position, ev, bar):
    """Free the evidence; returns the label's average uniqueness."""
    position.alive_sum += (bar - position.alive_since) / position.alive
    position.alive_since = bar
    position.alive -= 1
    ev.seq = -1
    life = bar - ev.bar
    return (position.alive_sum - ev.alive_sum) / life if life > 0 else 1.0


@inner
def count(account, rules, learner, won, ret):
    """The plain tally of a strategy's labels, and of the account's."""
    account.labels += 1.0
    account.wins += won
    learner.n += 1.0
    if won:
        learner.wins += 1.0
        learner.n_win += 1.0
        learner.sum_win += ret
    else:
        learner.n_loss += 1.0
        learner.sum_loss -= ret
    learner.win = (10.0 * rules.prior_win + learner.sum_win) / (10.0 + learner.n_win)
    learner.loss = (10.0 * rules.prior_loss + learner.sum_loss) / (10.0 + learner.n_loss)
    learner.p_star = learner.loss / (learner.win + learner.loss)


@inner
def mature(account, rules, learner, ev, uniqueness, won, ret):
    """Learn from one label: move the weights, score the experts."""
    y = 1.0 if won else 0.0
    prior = logit(ev.base_rate)
    for f in range(rules.n_filters):
        if ev.answered[f]:
            _learn_solo(learner, f, prior, ev.x[f], y, uniqueness)
    if _anyone_answered(rules, ev):
        for c in range(CORES):
            _learn_core(rules, learner, ev, c, prior, y, uniqueness)
    count(account, rules, learner, won, ret)
    learner.day_n += 1
    learner.day_log[0] += log_score(ev.base_rate, won)
    for c in range(CORES):
        learner.day_log[c + 1] += log_score(ev.core[c], won)
    for f in range(rules.n_filters):
        if ev.answered[f]:
            learner.day_answers[f] += 1
            # Labels that overlap tell one story: together they count as one.
            gain = log_score(ev.solo[f], won) - log_score(ev.base_rate, won)
            learner.day_ratio[f] += uniqueness * gain


@inner
def _learn_solo(learner, f, prior, x, y, u):
    variance = learner.solo_p[f] + SOLO_DRIFT
    g = variance * x
    p = sigma(prior + learner.solo_theta[f] * x)
    h = u * p * (1.0 - p)
    variance -= h * g * g / (1.0 + h * x * g)
    learner.solo_p[f] = variance
    learner.solo_theta[f] = max(0.0, learner.solo_theta[f] + u * (y - p) * variance * x)


@inner
def _anyone_answered(rules, ev):
    for f in range(rules.n_filters):
        if ev.answered[f]:
            return True
    return False


@inner
def _learn_core(rules, learner, ev, c, prior, y, u):
    """One step of online Bayesian logistic regression over all filters that learn."""
    n, eta = rules.n_filters, prior
    for f in range(n):
        eta += learner.theta[c, f] * ev.x[f]
        if rules.act[f] == Act.LEARN:
            learner.p[c, f, f] += drift(c)
    p = sigma(eta)
    h = u * p * (1.0 - p)
    xg = 0.0
    for f in range(n):
        learner.step[f] = _row_times(n, learner, ev, c, f)
        xg += ev.x[f] * learner.step[f]
    scale = h / (1.0 + h * xg)
    for f in range(n):
        for g in range(n):
            learner.p[c, f, g] -= scale * learner.step[f] * learner.step[g]
    for f in range(n):
        move = u * (y - p) * _row_times(n, learner, ev, c, f)
        learner.theta[c, f] = max(0.0, learner.theta[c, f] + move)


@inner
def _row_times(n, learner, ev, c, f):
    total = 0.0
    for g in range(n):
        total += learner.p[c, f, g] * ev.x[g]
    return total


@inner
def close_day(rules, learner):
    """Weigh the experts by the mean log score of a day's labels, then promote or demote each filter."""
    if learner.day_n == 0:
        return
    total = 0.0
    for m in range(CORES + 1):
        learner.mix[m] *= exp(learner.day_log[m] / learner.day_n)
        total += learner.mix[m]
        learner.day_log[m] = 0.0
    for m in range(CORES + 1):
        learner.mix[m] = (1.0 - rules.share) * learner.mix[m] / total + rules.share / (CORES + 1)
    learner.day_n = 0
    for f in range(rules.n_filters):
        if learner.day_answers[f] > 0:
            learner.log_e[f] += learner.day_ratio[f] / learner.day_answers[f]
            learner.peak[f] = max(learner.peak[f], learner.log_e[f])
            learner.day_answers[f], learner.day_ratio[f] = 0, 0.0
            _promote(rules, learner, f)


@inner
def _promote(rules, learner, f):
    """SHADOW → SIZE → BLOCK by evidence that may be looked at every day; back on a fall from the peak."""
    if learner.log_e[f] < learner.peak[f] - rules.log_demote:
        learner.log_e[f] = learner.peak[f] = 0.0
        learner.stage[f] = Stage.SHADOW
    elif learner.log_e[f] >= rules.log_block:
        learner.stage[f] = Stage.BLOCK
    elif learner.log_e[f] >= rules.log_size and learner.stage[f] == Stage.SHADOW:
        learner.stage[f] = Stage.SIZE
