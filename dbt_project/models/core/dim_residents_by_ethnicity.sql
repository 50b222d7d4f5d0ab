-- All ages: no table of children by ethnic group is published for a council, so a
-- rate on
-- it compares groups whose children are not the same share of them.
with
    districts as (
        select area_code, ethnicity_group, census_year, sum(residents) as residents
        from {{ ref("residents_by_ethnicity") }}
        group by all
    )
select area_code, ethnicity_group, census_year, residents
from districts
union all
select 'SY', ethnicity_group, census_year, sum(residents)
from districts
group by all
