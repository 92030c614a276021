import datetime
import json

import pytest

from benchmarks import verify as module
from benchmarks.claim import Claim
from benchmarks.claims import CLAIMS
from benchmarks.machine import machine
from benchmarks.report import PAGE, newest, report
from benchmarks.startup import startup

TODAY = datetime.date.today().isoformat()


def claim(code, name="fake", timeout=20.0, **check):
    check = check or {"error": ("<", 0.1)}
    return Claim(name, "A small error.", ["python", "-c", code], check, timeout)


def stored(results, name="fake"):
    return json.loads((results / f"{TODAY}-{name}.json").read_text())


def test_a_claim_that_holds(tmp_path, capsys):
    good = claim("print('training...'); print('{\"error\": 0.05, \"steps\": 7}')")
    assert module.verify([good], tmp_path)
    result = stored(tmp_path)
    assert result["passed"]
    assert result["error"] is None
    assert result["measured"] == {"error": 0.05, "steps": 7}
    assert result["bounds"] == [
        {"key": "error", "operator": "<", "bound": 0.1, "value": 0.05, "passed": True}
    ]
    assert result["statement"] == "A small error."
    assert result["command"].startswith("python -c")
    assert result["seconds"] >= 0
    assert result["machine"]["cores"] >= 1
    assert "ok   error = 0.05 (claimed < 0.1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print('{\"error\": 0.2}')", None),
        ("print('{\"error\": NaN}')", None),
        ("print('{\"error\": -Infinity}')", None),
        ("print('{\"error\": null}')", None),
        ('print(\'{"error": "small"}\')', None),
        ("print('{\"other\": 0.0}')", None),
        ("raise SystemExit('it broke')", "exit code 1\nit broke"),
        ("print('{\"error\": 0.0}'); raise SystemExit(3)", "exit code 3"),
        ("print('done')", "not an object of JSON"),
        ("print('[0.0]')", "not an object of JSON"),
        ("pass", "not an object of JSON"),
    ],
)
def test_a_claim_that_fails(tmp_path, capsys, code, reason):
    assert not module.verify([claim(code)], tmp_path)
    result = stored(tmp_path)
    assert not result["passed"]
    assert (result["error"] is None) == (reason is None)
    assert reason is None or reason in result["error"]
    assert "FAIL" in capsys.readouterr().out


def test_a_claim_that_hangs_or_does_not_start(tmp_path):
    hanging = claim("import time; time.sleep(60)", name="hanging", timeout=0.2)
    absent = Claim("absent", "No such program.", ["./no-such-program"], {"error": ("<", 1)})
    assert not module.verify([hanging, absent], tmp_path)
    assert "longer than 0.2 s" in stored(tmp_path, "hanging")["error"]
    assert "did not start" in stored(tmp_path, "absent")["error"]


def test_one_failure_fails_all_and_the_others_still_run(tmp_path):
    claims = [claim("pass", name="bad"), claim("print('{\"error\": 0}')", name="good")]
    assert not module.verify(claims, tmp_path)
    assert stored(tmp_path, "good")["passed"]


@pytest.mark.parametrize(
    ("comparison", "bound", "holds"),
    [("<", 2, False), ("<=", 2, True), (">", 2, False), (">=", 2, True), ("==", 2, True)],
)
def test_operators(comparison, bound, holds):
    (row,) = claim("", value=(comparison, bound)).judge({"value": 2})
    assert row["passed"] is holds


def test_bad_claims_are_refused():
    for arguments in (
        ("Bad name", "", ["python"], {"error": ("<", 1)}),
        ("name", "", "python", {"error": ("<", 1)}),
        ("name", "", [], {"error": ("<", 1)}),
        ("name", "", ["python"], {}),
        ("name", "", ["python"], {"error": ("~", 1)}),
    ):
        with pytest.raises(ValueError, match="name"):
            Claim(*arguments)


def test_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "CLAIMS", (claim("pass", name="bad"), claim("", name="other")))
    monkeypatch.setattr(module, "verify", lambda claims: [c.name for c in claims] == ["other"])
    assert module.main(["--only", "other"]) == 0
    assert module.main([]) == 1
    assert module.main(["--list"]) == 0
    assert "bad: A small error." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        module.main(["--only", "unknown"])


def test_the_claims_have_different_names():
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


def test_the_report_takes_the_newest(tmp_path):
    good = claim("print('{\"error\": 0.05}')")
    module.verify([good, claim("pass", name="not-fake")], tmp_path)
    result = stored(tmp_path)
    for date, value in (("2001-01-01", 0.01), ("2999-01-01", 0.09)):
        bound = {**result["bounds"][0], "value": value}
        (tmp_path / f"{date}-fake.json").write_text(
            json.dumps({**result, "date": date, "bounds": [bound]})
        )
    assert newest(good, tmp_path)["date"] == "2999-01-01"
    page = report([good, claim("", name="not-fake"), claim("", name="later")], tmp_path)
    assert "| error | < 0.1 | 0.09 | holds |" in page
    assert "| error | < 0.1 | None | **fails** |" in page
    assert "**Failed**: the last line" in page
    assert "Not measured yet: `make verify only=later`" in page


def test_the_page_shows_the_newest_results():
    """After `make verify`, write it again: python -m benchmarks.report."""
    assert PAGE.read_text(encoding="utf-8") == report()


def test_startup_prints_what_it_measures(monkeypatch):
    runs = iter([[9.0, 9.0], [3.0, 0.1], [5.0, 0.3], [4.0, 0.2]])
    monkeypatch.setattr("benchmarks.startup._measure", lambda: next(runs))
    result = startup(3)
    assert (result["tensorflow_seconds"], result["kerasphys_seconds"]) == (4.0, 0.2)
    assert set(machine()) == set(result["machine"])
