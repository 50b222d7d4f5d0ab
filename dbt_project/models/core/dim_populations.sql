with
    wanted as (
        select distinct
            population_ages,
            cast(split_part(population_ages, '-', 1) as integer) as age_from,
            cast(split_part(population_ages, '-', 2) as integer) as age_to
        from {{ ref("indicators") }}
        where population_ages is not null
    ),
    districts as (
        select
            population.area_code,
            population.mid_year,
            wanted.population_ages,
            population.population_series,
            sum(population.population) as population
        from {{ ref("population") }} as population
        inner join
            wanted
            on population.age_from >= wanted.age_from
            and population.age_to <= wanted.age_to
        where population.sex = 'all'
        group by all
        -- A sum over some ages only would be too small a denominator.
        having
            sum(population.age_to - population.age_from + 1)
            = any_value(wanted.age_to - wanted.age_from + 1)
    )
select area_code, mid_year, population_ages, population_series, population
from districts
union all
select 'SY', mid_year, population_ages, population_series, sum(population)
from districts
where area_code in (select area_code from {{ ref("agencies") }} where kind = 'council')
group by all
