"""What two keys have in common, and what is certain of them by number."""

from __future__ import annotations

# Jaro-Winkler: from the first on two names agree, from the second on they are similar, below the third strange.
ALIKE, FAR, STRANGE = 0.9, 0.8, 0.6
# A forename on so many rows, and on one for so many of the other, is a name of its own and no slip of the other.
OWN, OF_OTHER = 5, 50


def compare(connection, pairs: str, into: str) -> None:
    """Make the table `into` of facts about the pairs (l, r, …) of the table `pairs`, in words without names.

    Each of forenames, surnames, birth_dates, sexes, postcodes, nhs_numbers, upns is 'same', 'similar',
    'differs' or 'missing'; of keys with several rows the best of them. `days` lie between the birth dates;
    `other_name`: the forenames are of two, by their letters or because both are common in the register;
    `strange`: they have hardly a letter in common, or are both common.
    """
    connection.execute(
        f"""
        create or replace temp table {into} as
        with
            rows_of as (
                select p.l, p.r, {_measures()}
                from {pairs} as p left join lk_rows as a on p.l = a.node left join lk_rows as b on p.r = b.node
            ),
            best as (select l, r, min(days) as days, max(forename) as forename, max(surname) as surname,
                max(born) as born, max(sex) as sex, max(postcode) as postcode, max(nhs) as nhs, max(upn) as upn
                from rows_of group by l, r)
        select l, r, days, coalesce(forename < 1.5, false) as other_name,
            coalesce(forename in (1, 1.4), false) as strange, {_words()},
            coalesce(nhs = 3 or upn = 3, false) and coalesce(forename >= 2, false)::int + coalesce(surname >= 2, false)::int
                + coalesce(born >= 2, false)::int >= 2 as certain
        from best
        """
    )


def _measures() -> str:
    """Each as 3 same, 2 similar, 1 differs or null: a row of one key against a row of the other."""
    alike = "jaro_winkler_similarity(a.forename, b.forename)"
    turned = f"least(jaro_winkler_similarity(a.forename, b.surname), jaro_winkler_similarity(b.forename, a.surname)) >= {FAR}"
    return f"""
        abs(a.birth_date - b.birth_date) as days,
        case when a.forename = b.forename then 3
            when {turned} then 2
            when list_has_any(a.full_names, b.full_names) then 2
            when least(length(a.forename), length(b.forename)) > 2
                and (starts_with(a.forename, b.forename) or starts_with(b.forename, a.forename)) then 2
            when {alike} < {FAR} then if({alike} >= {STRANGE}, 1.25, 1)
            when least(a.rows_named, b.rows_named) >= {OWN}
                and least(a.rows_named, b.rows_named) * {OF_OTHER} >= greatest(a.rows_named, b.rows_named) then 1.4
            when {alike} >= {ALIKE} then 2 when {alike} >= {FAR} then 1.5 end as forename,
        case when a.surname = b.surname then 3
            when {turned} then 2
            when jaro_winkler_similarity(a.surname, b.surname) >= {ALIKE} then 2
            when list_has_any(a.surname_parts, b.surname_parts) then 2
            when a.surname <> b.surname then 1 end as surname,
        case when a.birth_date = b.birth_date then 3
            when year(a.birth_date) = year(b.birth_date) and month(a.birth_date) = day(b.birth_date)
                and day(a.birth_date) = month(b.birth_date) then 2
            when damerau_levenshtein(a.born, b.born) <= 1 then 1.5
            when a.birth_date <> b.birth_date then 1 end as born,
        case when a.sex = b.sex then 3 when a.sex <> b.sex then 1 end as sex,
        case when a.postcode = b.postcode then 3
            when a.sector = b.sector or damerau_levenshtein(a.postcode, b.postcode) <= 1 then 2
            when a.postcode <> b.postcode then 1 end as postcode,
        case when a.nhs_number = b.nhs_number then 3
            when damerau_levenshtein(a.nhs_number, b.nhs_number) <= 2 then 2
            when a.nhs_number <> b.nhs_number then 1 end as nhs,
        case when a.upn = b.upn then 3 when damerau_levenshtein(a.upn, b.upn) <= 2 then 2
            when a.upn <> b.upn then 1 end as upn
    """


def _words() -> str:
    columns = {"forename": "forenames", "surname": "surnames", "born": "birth_dates", "sex": "sexes"}
    columns |= {"postcode": "postcodes", "nhs": "nhs_numbers", "upn": "upns"}
    return ", ".join(
        f"case when {c} = 3 then 'same' when {c} >= 1.4 then 'similar' when {c} >= 1 then 'differs' else 'missing' end as {name}"
        for c, name in columns.items()
    )
