"""Labels: did a signal win, by which barrier came first, net of cost? Pure functions of market data."""

import numpy as np

LABEL = np.dtype(
    [
        ("seq", np.int64),  # place of the signal among all signals
        ("matured_at", np.int64),  # bar at whose close the label is known
        ("entry_bar", np.int64),
        ("y", np.int8),  # 1 = won, net of cost
        ("ret", np.float64),  # net return, fraction of the entry price
    ],
    align=True,
)
