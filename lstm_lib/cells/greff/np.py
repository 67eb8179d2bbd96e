"""No peepholes: the LSTM of the essay."""

from lstm_lib.cells.lstm import LSTMCell


class NPCell(LSTMCell):
    r"""The peephole LSTM without its peepholes, which is the LSTM of the essay.

    .. math::

        f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
        \tilde{C}_t &= \tanh(W_C x_t + U_C h_{t-1} + b_C) \\
        C_t &= f_t \odot C_{t-1} + i_t \odot \tilde{C}_t \\
        o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        h_t &= o_t \odot \tanh(C_t)

    Source: Greff et al. (2017), "LSTM: A search space odyssey", where it is called NP.
    """
