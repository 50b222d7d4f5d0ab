"""Which pairs of identity rows are worth comparing, and how likely each is one child: Splink, trained beforehand."""

from __future__ import annotations

import logging
from pathlib import Path

MODEL = Path(__file__).parent / "model.json"
# A pair is kept from this match weight on (log2 of the odds); 0 is as likely as not.
KEPT = 0.0
# Frequencies of names are drawn towards the average as if so many more rows had been seen: in a file of four
# children no name is common.
PRIOR_ROWS = 1000
# Every rule holds to a number, a home, or a name together with a birth date: as the register grows, so do
# the pairs, and no faster than children share names and birthdays.
BLOCKS = (
    "l.nhs_number = r.nhs_number",
    "l.upn = r.upn",
    "l.birth_date = r.birth_date and l.forename = r.forename",
    "l.birth_date = r.birth_date and l.surname = r.surname",
    "l.birth_date = r.birth_date and l.postcode = r.postcode",
    "l.birth_date = r.birth_date and l.forename[1] = r.forename[1] and l.surname[1] = r.surname[1]",
    "l.postcode = r.postcode and l.forename = r.forename",
    "l.postcode = r.postcode and l.surname = r.surname",
    "l.forename = r.forename and l.surname = r.surname and left(l.born, 4) = left(r.born, 4)",
    "l.forename = r.forename and l.surname = r.surname and right(l.born, 5) = right(r.born, 5)",
    "l.birth_date = r.birth_date and l.forename = r.surname",
)
# Names are in both name comparisons, so a rule that holds to a name can train neither.
TRAINED_ON = (
    "l.nhs_number = r.nhs_number",
    "l.birth_date = r.birth_date and l.postcode = r.postcode",
    "l.forename = r.forename and l.surname = r.surname",
)
SURE = (
    "l.nhs_number = r.nhs_number",
    "l.birth_date = r.birth_date and l.forename = r.forename and l.surname = r.surname",
)


def _level(label: str, sql: str, **more) -> dict:
    return {"sql_condition": sql, "label_for_charts": label, **more}


def _comparison(name: str, levels: list[dict], missing: str | None = None) -> dict:
    missing = missing or f"{name}_l is null or {name}_r is null"
    levels = [_level("missing", missing, is_null_level=True), *levels, _level("differs", "else")]
    return {"output_column_name": name, "comparison_levels": levels}


def _name(name: str, other: str, between: dict) -> dict:
    frequency = {"tf_adjustment_column": name, "tf_adjustment_weight": 1.0}
    alike = f"jaro_winkler_similarity({name}_l, {name}_r)"
    turned = f"{name}_l = {other}_r and {other}_l = {name}_r"
    levels = [_level("same", f"{name}_l = {name}_r", **frequency), _level("turned round", turned)]
    levels += [_level("nearly", f"{alike} >= 0.92"), between, _level("similar", f"{alike} >= 0.8")]
    return _comparison(name, levels)


def _words(name: str) -> dict:
    alike = f"jaro_winkler_similarity({name}_l, {name}_r)"
    levels = [_level("same", f"{name}_l = {name}_r")]
    return _comparison(
        name, [*levels, _level("nearly", f"{alike} >= 0.92"), _level("similar", f"{alike} >= 0.8")]
    )


def comparisons() -> list[dict]:
    """The seven comparisons, each from the strictest level to the loosest."""
    short = "(starts_with(forename_l, forename_r) or starts_with(forename_r, forename_l)) and least(length(forename_l), length(forename_r)) > 2"
    off_by_one = "damerau_levenshtein(born_l, born_r) <= 1 or (left(born_l, 4) = left(born_r, 4) and born_l[6:7] = born_r[9:10] and born_l[9:10] = born_r[6:7])"
    two_of_three = "(left(born_l, 4) = left(born_r, 4))::int + (born_l[6:7] = born_r[6:7])::int + (born_l[9:10] = born_r[9:10])::int >= 2"
    home = [
        _level("same", "postcode_l = postcode_r"),
        _level("typing", "damerau_levenshtein(postcode_l, postcode_r) <= 1"),
    ]
    home += [_level("sector", "sector_l = sector_r"), _level("district", "district_l = district_r")]
    dates = [
        _level("same", "born_l = born_r"),
        _level("typing", off_by_one),
        _level("two of three", two_of_three),
    ]
    return [
        _name("forename", "surname", _level("short", short)),
        _name("surname", "forename", _level("one of two", "list_has_any(surname_parts_l, surname_parts_r)")),
        _comparison("born", dates),
        _comparison("postcode", home),
        *(_comparison(n, [_level("same", f"{n}_l = {n}_r")]) for n in ("sex", "nhs_number", "upn")),
    ]


def settings(*more: str) -> dict:
    """Splink's settings before training; `more` columns of `lk_rows` are compared too, and found by with the name."""
    columns = ("forename", "surname", "born", "postcode", *more)
    found_by = [
        *BLOCKS,
        *(f"l.{c} = r.{c} and l.{d} = r.{d}" for c in more for d in columns[: columns.index(c)]),
    ]
    blocks = [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in found_by]
    return {
        "link_type": "dedupe_only",
        "comparisons": [*comparisons(), *(_words(column) for column in more)],
        "blocking_rules_to_generate_predictions": blocks,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _linker(connection, source: str, model):
    from splink import DuckDBAPI, Linker, SettingsCreator

    for name in ("splink", "splink.internals"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # A relation, not a name: Splink looks a named table's columns up without its schema and finds none.
    api = DuckDBAPI(connection=connection)
    data = api.register(connection.sql(f"from {source}"), table_name=f"{source}_compared")
    return Linker(data, SettingsCreator.from_path_or_dict(model), validate_settings=False)


def score(connection, model: Path | dict = MODEL) -> None:
    """Make `lk_scored` (l, r, weight): pairs of nodes with the weight of their likeliest rows, from 0 up."""
    connection.execute("create or replace temp table lk_scored (l int, r int, weight double)")
    if connection.execute("select count(*) from lk_rows").fetchall()[0][0] < 2:
        return
    linker = _linker(connection, "lk_rows", model)
    _frequencies(connection, linker)
    predicted = linker.inference.predict(threshold_match_weight=KEPT, warning_mode="never")
    connection.execute(
        f"""
        insert into lk_scored
        select least(a.node, b.node), greatest(a.node, b.node), round(max(match_weight), 2)
        from {predicted.physical_name} as p
        inner join lk_rows as a on p.unique_id_l = a.unique_id
        inner join lk_rows as b on p.unique_id_r = b.unique_id
        where a.node <> b.node group by all
        """
    )


def _frequencies(connection, linker) -> None:
    """Give Splink how common each name is, drawn towards the trained average."""
    for column in ("forename", "surname"):
        levels = next(c for c in linker._settings_obj.comparisons if c.output_column_name == column)
        average = next(x.u_probability for x in levels.comparison_levels if x.label_for_charts == "same")
        told = connection.sql(
            f"""
            select {column}, (count(*) + {PRIOR_ROWS * average}) / (sum(count(*)) over () + {PRIOR_ROWS}) as tf_{column}
            from lk_rows where {column} is not null group by {column}
            """
        )
        api = linker._db_api
        linker.table_management.register_term_frequency_lookup(
            api.register(told, table_name=f"lk_tf_{column}"), column
        )


def train(connection, path: Path, more: tuple[str, ...] = (), pairs: float = 2e7) -> None:
    """Learn the weights from `lk_rows` without being told who is who, and write them; no value of a row is kept."""
    # A child's own former names and homes would be learnt as agencies' slips.
    connection.execute(
        "create or replace temp table lk_sample as from lk_rows qualify row_number() over (partition by node order by unique_id) = 1"
    )
    linker = _linker(connection, "lk_sample", settings(*more))
    linker.training.estimate_probability_two_random_records_match(list(SURE), recall=0.75)
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=1)
    for rule in TRAINED_ON if not more else (*TRAINED_ON[1:], *(f"l.{c} = r.{c}" for c in more)):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=pairs / 10)
    linker.misc.save_model_to_json(str(path), overwrite=True)
