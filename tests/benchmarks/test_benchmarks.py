"""The benchmarks compare what computes the same, and report what was measured."""

import numpy as np
import pytest
import torch

from benchmarks import contestants, gpu, measure, report
from benchmarks.__main__ import SHAPES
from lstm_lib.cells import MinGRUCell
from lstm_lib.layers import Recurrent


@pytest.fixture(autouse=True)
def threads_of_torch():
    """``in_turns`` sets them."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_ratios_are_those_of_the_times_in_the_same_round():
    times = {
        "nn.LSTM": {"both": [1.0, 2.0, 8.0]},
        "nn.GRU": {"both": [2.0, 2.0, 2.0]},
        "matrix products": {"both": [0.5, 0.5, 0.5]},
        "LSTMCell": {"both": [0.5, 1.0, 6.0]},
        "GRUResetAfterCell": {"both": [1.0, 1.0, 3.0]},
    }
    found = measure.summary(times)
    assert found["LSTMCell"]["both"] == {
        "rounds": 3,
        "seconds": [0.75, 1.0, 3.5],
        "ratio": [0.5, 0.5, 0.625],
        "to_products": [1.5, 2.0, 7.0],
    }
    assert found["GRUResetAfterCell"]["both"]["ratio"] == [0.5, 0.5, 1.0]


def test_the_smallest_run_measures_every_contestant_and_tells_each_ratio():
    x = torch.randn(3, 2, 4, dtype=torch.float64)
    (group, others) = contestants.groups(x, 5, ("LSTMCell", "RNNCell", "MLSTMCell"))
    assert {"nn.LSTM", "textbook loop", "matrix products", "NumPy", "LSTMCell"} < set(group)
    assert list(others) == ["nn.RNN", "nn.LSTM", "nn.GRU", "RNNCell", "MLSTMCell"]
    times = measure.in_turns(group, seconds=0)
    found = measure.summary(times)
    for name, parts in found.items():
        for part, each in parts.items():
            assert len(times[name][part]) == each["rounds"] == measure.LEAST_ROUNDS
            exact = np.divide(times[name][part], times["nn.LSTM"][part])
            np.testing.assert_allclose(each["ratio"][1], np.median(exact), rtol=5e-3)
    compared = {"float64 3,2,4,5 1": {"left out": {}, "contestants": found}}
    table = report.table({"compared": compared}, "float64", spread=False)
    assert f"| LSTMCell | nn.LSTM | {found['LSTMCell']['both']['ratio'][1]:.2f} |" in table


def test_a_time_that_grows_with_the_square_has_the_exponent_2():
    assert measure.exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


def test_the_textbook_loop_computes_what_pytorch_does():
    native = torch.nn.LSTM(3, 4)
    textbook = contestants.TextbookLSTM(3, 4)
    with torch.no_grad():
        textbook.linear.weight.copy_(torch.cat([native.weight_ih_l0, native.weight_hh_l0], 1))
        textbook.linear.bias.copy_(native.bias_ih_l0 + native.bias_hh_l0)
    x = torch.randn(5, 2, 3)
    for ours in (textbook, contestants.scripted(textbook)):
        torch.testing.assert_close(ours(x)[0], native(x)[0])


def test_the_scan_computes_what_the_cell_does():
    scanned = contestants.ScannedMinGRU(3, 4)
    x = torch.randn(9, 2, 3)
    torch.testing.assert_close(scanned(x)[0], scanned.layer(x).outputs)
    assert isinstance(scanned.layer, Recurrent)
    assert isinstance(scanned.layer.cell, MinGRUCell)


def test_a_cell_whose_states_do_not_fit_is_left_out_with_the_reason():
    x = torch.empty(100, 64, 28, device="meta")
    found = contestants.left_out(x, 256, ("LSTMCell", "MLSTMCell"))
    assert found == {"MLSTMCell": "its states need 1.6 GiB"}


def test_the_tables_are_those_of_the_stored_results():
    table = report.RESULTS.with_suffix(".md").read_text(encoding="utf-8")
    assert table == report.text(report.stored())


def test_every_cell_was_measured_or_left_out_with_a_reason():
    for key, each in report.stored()["compared"].items():
        assert set(contestants.CELLS) <= set(each["contestants"]) | set(each["left out"]), key


def test_a_gpu_compares_each_cell_with_its_own_native_layer():
    seconds = {"nn.GRU": 1.0, "step by step": 30.0, "as a graph": 4.0}
    found = measure.summary({way: {"both": [each] * 3} for way, each in seconds.items()}, "nn.GRU")
    assert {way: each["both"]["ratio"] for way, each in found.items()} == {
        way: [each] * 3 for way, each in seconds.items()
    }
    table = gpu.table({"compared": {"5,4,3,2": dict.fromkeys(gpu.CELLS, found)}})
    assert "| GRU, the essay's form, step by step | nn.GRU | 30.0 |" in table
    assert "| GRU, the essay's form, as a graph | nn.GRU | 4.00 |" in table


def test_what_was_measured_on_a_gpu_is_complete():
    results = gpu.stored()
    shapes = [",".join(map(str, shape)) for shape in SHAPES["float32"]]
    assert list(results["compared"]) == shapes
    for of_cells in results["compared"].values():
        assert {name: list(ways) for name, ways in of_cells.items()} == {
            name: [native, *gpu.WAYS] for name, native in gpu.CELLS.items()
        }
