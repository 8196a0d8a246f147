"""Problem files: what they mean, and how each mistake is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp
from problem_texts import DATA, EXAMPLE, EXPONENT, RANDOM_MAP, changed

from sgd_markov.errors import InvalidInput
from sgd_markov.problem import load


def refusal(text: str, **overrides: str) -> InvalidInput:
    """The refusal of a problem, when it is loaded or solved; in one line."""
    with pytest.raises(InvalidInput) as caught:
        load(text, overrides).solve()
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_example_of_the_interface() -> None:
    problem = load(EXAMPLE)
    assert problem.title == "SGD at a strict local maximum"
    (answer,) = problem.solve()
    assert answer.status == "answered"
    assert [[str(end) for end in interval] for interval in answer.intervals] == [["5/12", "5/3"]]
    assert [str(point) for point in answer.superstable] == ["5/4"]


def test_values_are_put_into_the_chain_exactly() -> None:
    chain = load(changed('"-1/5"', "-0.2")).chain
    assert chain.draw.data[0].law.entries[0][0] == sp.Rational(4, 5)
    assert {str(s) for s in chain.parameters} == {"lr"}
    assert all(s.is_positive for s in chain.parameters)


def test_a_decimal_means_that_decimal() -> None:
    problem = load(changed('learning_rate = "lr"', "learning_rate = 1e-3"))
    assert problem.chain.learning_rate == sp.Rational(1, 1000)


def test_values_may_use_one_another() -> None:
    problem = load(changed('a = "-1/5"', 'a = "-b/c"\nb = 1\nc = "b + 4"'))
    assert problem.chain.draw.data[0].law.entries[0][0] == sp.Rational(4, 5)


def test_the_window_keeps_its_parameter_free_though_it_has_a_value() -> None:
    text = changed("[values]", "[values]\nlr = 0.8") + EXPONENT
    window, exponent = load(text).solve()
    assert [[str(end) for end in interval] for interval in window.intervals] == [["5/12", "5/3"]]
    assert exponent.exact is not None and not exponent.exact.free_symbols


def test_set_replaces_a_value_or_gives_one_to_a_declared_symbol() -> None:
    chain = load(EXAMPLE, {"a": "1/3", "lr": "1/2"}).chain
    assert chain.learning_rate == sp.Rational(1, 2)
    assert chain.draw.data[0].law.entries[0][0] == sp.Rational(4, 3)


def test_a_bare_map_with_a_joint_law_and_noise() -> None:
    chain = load(RANDOM_MAP).chain
    assert [str(s) for s in chain.state] == ["u", "v"]
    assert {str(s) for s in chain.draw.noise_symbols} == {"a", "b", "z"}
    assert {str(s) for s in chain.parameters} == {"s"}


def test_an_assumption_on_a_state_symbol_is_its_domain() -> None:
    text = '[model]\nstate = ["w"]\nmap = { w = "w*z" }\n[noise]\nz = { law = "exponential", mean = 1 }\n'
    chain = load(text + '[symbols]\nw = "positive"\n').chain
    assert chain.state[0].is_positive
    assert {str(s): assumption for s, assumption in chain.domain.items()} == {"w": "positive"}


def test_batch_size_is_an_expression_over_values() -> None:
    text = changed("batch_size = 1", 'batch_size = "2*k"').replace("[values]", "[values]\nk = 2")
    assert load(text).chain.draw.batch_size == 4
    assert "k a value" in str(refusal(text.replace("[values]\nk = 2", 'k = "integer"\n[values]')))


def test_a_data_set_beside_the_problem_file(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x,y,p\n1,2,0.25\n-1,1/3,0.75\n")
    text = '[model]\nloss = "(x*w - y)**2/2"\nparameters = ["w"]\n[data]\n'
    text += '"x, y" = { law = "rows", file = "points.csv", columns = ["x", "y"], probabilities = "p" }\n'
    text += '[optimizer]\nname = "sgd"\nlearning_rate = "1/10"\n'
    file = tmp_path / "problem.toml"
    file.write_text(text)
    rows = load(file).chain.draw.data[0].law
    assert rows.entries[1] == ((-1, sp.Rational(1, 3)), sp.Rational(3, 4))


REFUSED = [
    # unknown law, field or question
    ('law = "two-point"', 'law = "two-pont"', "data.x.law", "two-point"),
    (DATA, '{ law = "normal", mean = 0, sd = 1 }', "data.x.sd", "std"),
    (DATA, "3", "data.x", "a table such as"),
    ('question = "window"', 'question = "windwo"', "ask[1].question", "window"),
    ('question = "window"', "", "ask[1].question", "one of critical-points"),
    ('parameter = "lr"', 'paramter = "lr"', "ask[1].paramter", "parameter"),
    ("at = { w = 0 }", "at = { v = 0 }", "ask[1].at.v", "a state symbol: w"),
    ("at = { w = 0 }", 'at = { w = "oo" }', "ask[1].at.w", "finite"),
    ("at = { w = 0 }", "", "ask[1].at", "a point"),
    ('parameter = "lr"', "", "ask[1].parameter", "the symbol"),
    ('parameter = "lr"', 'parameter = "a"\nwithin = [3, 1]', "ask[1].within", "low <= high"),
    ('parameter = "lr"', "parameter = 3", "ask[1].parameter", "a symbol of [symbols] or [values]"),
    ('parameter = "lr"', 'parameter = "w"', "ask[1].parameter", "lr, a"),
    ('parameter = "lr"', 'parameter = "lr"\ndigits = 0', "ask[1].digits", "an integer from 1"),
    ('parameter = "lr"', 'parameter = "lr"\nmethod = "proved"', "ask[1].method", "exact, certified"),
    ("[sampling]", "[samplng]", "samplng", "sampling"),
    ("batch_size = 1", "batchsize = 1", "sampling.batchsize", "batch_size"),
    ("learning_rate", "lerning_rate", "optimizer.lerning_rate", "learning_rate"),
    ('learning_rate = "lr"', "", "optimizer.learning_rate", "a number or an expression"),
    ('name = "sgd"', 'name = "adagrad"', "optimizer.name", "sgd"),
    ('name = "sgd"', 'name = "adam"', "optimizer.beta1", "a number"),
    ('name = "sgd"', 'name = "sdg"', "optimizer.name", "sgd"),
    ('name = "sgd"', 'name = "sgd"\nproject = 3', "optimizer.project", "a list"),
    ('name = "sgd"', 'name = "sgd"\nclip = -1', "optimizer.clip", "a positive number"),
    ('name = "sgd"', 'name = "sgd"\nrounding = "up"', "optimizer.rounding", "nearest"),
    ('loss = "x*w**2/2"', 'drift = "-w"\nvariance = 2', "model.parameters", "state in place of parameters"),
    ('loss = "x*w**2/2"', 'loss = "x*w**2/2"\ndrift = "-w"', "model", "either loss"),
    ('loss = "x*w**2/2"', "", "model", "either loss"),
    ('parameters = ["w"]', "", "model.parameters", "a list of names"),
    ('parameters = ["w"]', "parameters = []", "model.parameters", "a list of names"),
    ('parameters = ["w"]', 'state = ["w"]', "model.state", "parameters"),
    ('title = "SGD', 'title = 3 # "', "title", "text"),
    # laws
    (DATA, '{ law = "finite", values = [1, 2], probabilities = ["1/2", 0.4] }', "data.x.probabilities", "exactly 1"),
    (DATA, '{ law = "normal", mean = 0, std = -1 }', "data.x.std", "a positive number"),
    (DATA, '{ law = "normal", mean = 0, std = "a" }', "data.x.std", "a positive number"),
    (DATA, '{ law = "normal", mean = "w", std = 1 }', "data.x.mean", "undeclared symbol 'w'"),
    # symbols: undeclared, clashing, taken
    ('loss = "x*w**2/2"', 'loss = "b*w**2/2"', "model.loss", "undeclared symbol 'b'"),
    ('learning_rate = "lr"', 'learning_rate = "x"', "optimizer.learning_rate", "undeclared symbol 'x'"),
    ("[values]", "[values]\nw = 1", "values.w", 'rename "w" to "w_"'),
    ("[values]", "[values]\nx = 1", "values.x", 'rename "x" to "x_"'),
    ("x = {", "w = {", "data.w", 'rename "w" to "w_"'),
    ("x = {", '"x, x" = {', "data.x", 'rename "x" to "x_"'),
    ("[values]", '[noise]\nx = { law = "rademacher" }\n[values]', "noise.x", 'rename "x" to "x_"'),
    ('parameters = ["w"]', 'parameters = ["w", "w"]', "model.w", 'rename "w" to "w_"'),
    ('parameters = ["w"]', 'parameters = ["n"]', "model.n", 'rename "n" to "n_"'),
    ('lr = "positive"', 'lambda = "positive"', "symbols.lambda", 'rename "lambda" to "lr"'),
    ('lr = "positive"', 'E = "positive"', "symbols.E", "rename"),
    ('lr = "positive"', 'x = "positive"', "symbols.x", "its law under [data]"),
    ('lr = "positive"', 'lr = "posotive"', "symbols.lr", "positive"),
    ('lr = "positive"', "lr = 1", "symbols.lr", "one of real"),
    # values
    ("[values]", "[values]\nlr = -1", "values.lr", "a positive number"),
    ("[values]", "[values]\nlr = 0", "values.lr", "a positive number"),
    ('lr = "positive"', 'lr = "positive"\na = "integer"', "values.a", "an integer"),
    ('lr = "positive"', 'lr = "positive"\na = "nonnegative"', "values.a", "a nonnegative number"),
    ('a = "-1/5"', 'a = "b"\nb = "a"', "values.", "does not lead back to itself"),
    ('a = "-1/5"', 'a = "lr"', "values.a", "undeclared symbol 'lr'"),
    ('a = "-1/5"', 'a = "oo"', "values.a", "finite"),
    ('a = "-1/5"', "a = inf", "values.a", "a finite number"),
    ('a = "-1/5"', "a = nan", "values.a", "a finite number"),
    ('a = "-1/5"', "a = true", "values.a", "a number"),
    ('a = "-1/5"', "a = 2001-01-01", "values.a", "a number"),
    ('a = "-1/5"', "a = [1]", "values.a", "a number"),
    ('a = "-1/5"', 'a = "gamma(10**60)"', "values.a", "too large"),
    ('a = "-1/5"', 'a = "9**9**9**9"', "values.a", "too large"),
    ('a = "-1/5"', "a = \"__import__('os')\"", "values.a", ""),
    # batches
    ("batch_size = 1", "batch_size = 0", "sampling.batch_size", "an integer of at least 1"),
    ("batch_size = 1", 'batch_size = "1/2"', "sampling.batch_size", "an integer"),
    ("batch_size = 1", 'batch_size = "lr"', "sampling.batch_size", "lr a value"),
    ('scheme = "with-replacement"', 'scheme = "without"', "sampling.scheme", "without-replacement"),
    ('title = "SGD at', 'noise = 3 # "', "noise", "a table"),
]


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"), REFUSED, ids=[f"{row[2]}-{row[1][:30]}" for row in REFUSED]
)
def test_bad_input_names_the_field_and_what_is_allowed(old: str, new: str, field: str, allowed: str) -> None:
    error = refusal(changed(old, new))
    assert error.field.startswith(field)
    assert allowed in str(error)


def test_a_batch_above_the_data_set_without_replacement() -> None:
    text = changed('"two-point"', '"finite"').replace("with-replacement", "without-replacement")
    assert "at most 2" in str(refusal(text.replace("batch_size = 1", "batch_size = 3")))
    reshuffled = text.replace("without-replacement", "reshuffling").replace('["a + 1", "a - 1"]', '["a", 1, 2]')
    assert "a divisor of 3" in str(refusal(reshuffled.replace("batch_size = 1", "batch_size = 2")))


MAP = '[model]\nstate = ["w"]\nmap = { w = "w/2 + z" }\n[noise]\nz = { law = "rademacher" }\n'
REFUSED_MAPS = [
    ('map = { w = "w/2 + z" }', 'map = { v = "w/2 + z" }', "model.map.v", "a state symbol: w"),
    ('map = { w = "w/2 + z" }', "map = {}", "model.map.w", "one expression for each state symbol"),
    ('map = { w = "w/2 + z" }', 'map = "w/2 + z"', "model.map", "a table"),
    ('state = ["w"]', 'parameters = ["w"]', "model.parameters", "state in place of parameters"),
    ("[noise]", "[sampling]\nbatch_size = 2\n[noise]", "sampling", "it goes with a loss"),
    ("[noise]", '[optimizer]\nname = "sgd"\n[noise]', "optimizer", "it goes with a loss"),
    ("[noise]", '[symbols]\nz = "positive"\n[noise]', "symbols.z", "its law under [noise]"),
    ("w/2 + z", "w/2 + y", "model.map.w", "undeclared symbol 'y'"),
]


@pytest.mark.parametrize(("old", "new", "field", "allowed"), REFUSED_MAPS, ids=[row[2] for row in REFUSED_MAPS])
def test_bad_maps(old: str, new: str, field: str, allowed: str) -> None:
    error = refusal(changed(old, new, MAP))
    assert error.field == field
    assert allowed in str(error)


@pytest.mark.parametrize(("name", "text"), [("b", "1"), ("w", "1"), ("x", "1")])
def test_set_refuses_what_is_no_value(name: str, text: str) -> None:
    error = refusal(EXAMPLE, **{name: text})
    assert error.field == "--set"
    assert "a" in error.allowed and "lr" in error.allowed


def test_set_respects_assumptions() -> None:
    assert refusal(EXAMPLE, lr="-1/2").field == "values.lr"


def test_questions_are_needed_to_solve() -> None:
    assert refusal(EXAMPLE.partition("[[ask]]")[0]).field == "ask"


def test_a_csv_with_a_missing_column_or_a_non_number_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,u,y\n1,1,2\n3,3,abc\n")
    file = tmp_path / "problem.toml"
    for columns, field, found in (
        ('["z"]', "data.x.columns", "z is missing"),
        ('["y"]', "data.x.file", "p.csv, line 3, column y"),
        ('["x", "u"]', "data.x", "one symbol for each of 2 columns"),
    ):
        file.write_text(changed(DATA, f'{{ law = "rows", file = "p.csv", columns = {columns} }}'))
        with pytest.raises(InvalidInput) as caught:
            load(file)
        assert caught.value.field.startswith(field)
        assert found in str(caught.value)


@pytest.mark.parametrize(
    ("data", "allowed"),
    [
        (b"", "a table"),
        (b"\xff\xfe\x00", "UTF-8 text (at line 1)"),
        (b"a = 1\nb = \n", "line 2"),
        (b"a = " + b"[" * 50_000, "inside one another"),
        (b"a = " + b"[" * 300 + b"]" * 300 + b"\n", "inside one another"),
        (b"a = " + b"{a=" * 100_000, "inside one another"),
        (b"a = " + b"9" * 100_000, "shorter numbers"),
        (b"#" * 2_000_000, "at most 1000000 bytes"),
        (bytes(range(1, 256)) * 100, "UTF-8"),
        (b"a = '\x00'\n", "valid TOML"),
    ],
    ids=["empty", "bom", "syntax", "deep", "deep-closed", "deep-tables", "long-number", "huge", "binary", "zero"],
)
def test_files_that_are_no_problem(tmp_path: Path, data: bytes, allowed: str) -> None:
    file = tmp_path / "problem.toml"
    file.write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        load(file)
    assert allowed in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("path", [".", "no/such/file.toml", "zero\0byte"])
def test_paths_that_are_no_file(path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(Path(path))
    assert "that can be read" in str(caught.value)


def test_windows_newlines_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert load(file).title == "SGD at a strict local maximum"
