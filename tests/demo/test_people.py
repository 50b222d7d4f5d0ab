"""The made-up register: as large and as muddled as it says, whole numbers, the same by the same seed."""

from __future__ import annotations

import duckdb
import pytest

from demo import people


def register(children: int, seed: int):
    connection = duckdb.connect()
    people.build(connection, children, seed)
    return connection


@pytest.fixture(scope="module")
def county():
    return register(50_000, 2013)


def one(connection, sql: str):
    return connection.execute(sql).fetchall()[0]


def test_a_register_of_over_a_hundred_thousand_keys_of_some_fifty_thousand_children(county):
    keys, children = one(
        county, "select count(*), count(distinct child) from people_truth where person_key_scheme = 'SY1'"
    )
    assert keys >= 100_000 and 49_000 < children < 51_500
    assert one(county, "select count(distinct organisation_code) from people") == (4,)


def test_twins_siblings_movers_and_new_names_are_as_many_as_it_says(county):
    twins, siblings = one(
        county,
        """
        select avg(is_twin::int), avg(has_siblings::int)
        from (select distinct child, is_twin, has_siblings from people_truth)
        """,
    )
    assert 0.02 < twins < 0.035 and 0.27 < siblings < 0.33
    triplets = """
        select count(*) from (
            select count(distinct child) as n from people_truth inner join people using (person_key_scheme, person_key)
            where is_twin group by surname, birth_date having n >= 3)
    """
    assert one(county, triplets)[0] > 3
    homes, names = one(
        county,
        """
        select avg((homes > 1)::int), avg((names > 1)::int) from (
            select count(distinct postcode) as homes, count(distinct surname) as names
            from people_truth as t inner join people as p using (person_key_scheme, person_key)
            where p.organisation_code = 'SHE' group by t.child)
        """,
    )
    # 18 in 100 moved and 3 changed their name; half the records know it, and 60 in 100 of those keep the former row.
    assert homes == pytest.approx(0.18 * 0.5 * 0.6, abs=0.008) and names == pytest.approx(
        0.03 * 0.5 * 0.6, abs=0.004
    )


def test_numbers_are_of_the_test_range_with_a_right_check_digit_but_where_slipped(county):
    held, of_tests, right = one(
        county,
        """
        with n as (select nhs_number as n from people where nhs_number is not null)
        select count(*) / (select count(*) from people), avg((n like '999_______')::int),
            avg(((list_sum(list_transform(range(1, 10), lambda i: substr(n, i::int, 1)::int * (11 - i)))
                + substr(n, 10, 1)::int) % 11 = 0)::int)
        from n
        """,
    )
    assert 0.56 < held < 0.60 and of_tests == 1.0 and right > 0.98


def test_no_two_children_have_one_true_number(county):
    """Where two do, one of them has a brother's or sister's typed on the record."""
    shared, all_of_them = one(
        county,
        """
        select count(*) filter (n > 1), count(*) from (
            select count(distinct child) as n from people inner join people_truth using (person_key_scheme, person_key)
            where nhs_number is not null group by nhs_number)
        """,
    )
    assert 0 < shared < all_of_them * 0.02


def test_homes_lie_in_no_area_there_is(county):
    assert one(county, "select count(*) from people where postcode is not null and postcode[1] <> 'Z'") == (
        0,
    )


def test_a_row_may_stand_for_two_keys_and_a_key_for_several_rows(county):
    two_keys, more_rows = one(
        county,
        """
        select (select count(*) from (select 1 from people group by record_id having count(*) > 1)),
            (select count(*) from (select 1 from people group by person_key, person_key_scheme having count(*) > 1))
        """,
    )
    assert two_keys > 300 and more_rows > 3_000


def test_the_same_seed_makes_the_same_register_and_another_another():
    def sums(seed: int):
        connection = register(500, seed)
        return [one(connection, f"select bit_xor(hash({t})) from {t}") for t in ("people", "people_truth")]

    assert sums(3) == sums(3)
    assert sums(3)[0] != sums(4)[0]


def test_measuring_counts_pairs_and_clusters_of_two_children():
    connection = duckdb.connect()
    connection.execute(
        """
        create table people_truth as from (values
            ('SY1', 'a', 1), ('SY1', 'b', 1), ('SY1', 'c', 1), ('SY1', 'd', 2)) as t(person_key_scheme, person_key, child);
        create table links as from (values
            ('SY1', 'a', 'x'), ('SY1', 'b', 'x'), ('SY1', 'c', 'y'), ('SY1', 'd', 'y'))
            as t(person_key_scheme, person_key, child_key)
        """
    )
    found = people.measure(connection)
    assert (found.precision, found.clusters, found.holding_two) == (0.5, 2, 1)
    assert found.recall == pytest.approx(1 / 3)
    assert found.in_ten_thousand == 5_000
