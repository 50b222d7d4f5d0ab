from expectations.dictionary import dictionary
from expectations.standard import standard

TEXT = dictionary(standard())


def test_it_says_who_writes_it():
    assert TEXT.splitlines()[2] == "Derived by `warehouse sync`. Do not edit."


def test_every_return_column_and_rule_is_there():
    for r in standard().values():
        section = TEXT.split(f"## {r.code} `{r.name}`: {r.title}\n")[1].split("\n## ")[0]
        for f in r.fields:
            assert f"| `{f.name}` |" in section
        for rule in r.rules:
            assert f"| {rule.code} | {rule.says.replace('|', chr(92) + '|')} |" in section


def test_no_cell_breaks_its_row():
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {4, 6}


def test_the_same_standard_gives_the_same_text():
    assert dictionary(standard()) == TEXT
