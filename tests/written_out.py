"""The LSTM of a sequence player once more, written out in NumPy."""

import numpy as np


def sigma(a):
    return 1 / (1 + np.exp(-a))


def written_out(weights, inputs, held="none"):
    """Every value over time, ``(steps, units)``, of an LSTM with or without peepholes.

    Args:
        weights: by name, ``W_f``, as a page stores them.
        inputs: ``(steps, features)``.
        held: a gate that is held open.
    """
    w = {name: np.array(each) for name, each in weights.items()}
    units = len(w["b_f"])
    over_time, h, c = [], np.zeros(units), np.zeros(units)
    for x in np.array(inputs):

        def layer(gate, cell_state, h=h, x=x):
            if gate == held:
                return np.full(units, np.inf)
            seen = w.get(f"p_{gate}", np.zeros(units)) * cell_state
            return w[f"W_{gate}"] @ x + w[f"U_{gate}"] @ h + w[f"b_{gate}"] + seen

        now = {"c_prev": c, "h_prev": h}
        now |= {gate: sigma(layer(gate, c)) for gate in "fi"}
        now["c_tilde"] = np.tanh(layer("c_tilde", c))
        now["f*c_prev"], now["i*c_tilde"] = now["f"] * c, now["i"] * now["c_tilde"]
        c = now["f*c_prev"] + now["i*c_tilde"]
        now["o"] = sigma(layer("o", c))
        h = now["o"] * np.tanh(c)
        over_time.append(now | {"c": c, "tanh(c)": np.tanh(c), "h": h})
    return {name: np.array([now[name] for now in over_time]) for name in over_time[0]}
