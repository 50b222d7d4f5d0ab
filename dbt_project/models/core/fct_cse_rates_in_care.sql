with
    years as (
        select period, start_date, end_date, mid_year
        from {{ ref("dim_periods") }}
        where period_kind = 'financial_year'
    ),
    looked_after as (
        select
            episodes.area_code,
            years.period,
            array_agg(distinct episodes.child_key) as looked_after_children
        from {{ ref("fct_looked_after_episodes") }} as episodes
        inner join
            years
            on episodes.start_date <= years.end_date
            and coalesce(episodes.end_date, {{ ever() }}) > years.end_date
        where episodes.is_counted
        group by all
    ),
    firsts as (
        select
            children.area_code,
            years.period,
            children.child_key,
            children.is_looked_after
        from {{ ref("fct_exploited_children") }} as children
        inner join
            years
            on children.identified_date between years.start_date and years.end_date
        where coalesce(children.previous_identified_date < years.start_date, true)
    ),
    identified as (
        select
            area_code,
            period,
            array_agg(distinct child_key) filter (
                where is_looked_after
            ) as identified_in_care,
            array_agg(distinct child_key) filter (
                where not is_looked_after
            ) as identified_others
        from firsts
        group by all
    )
select
    populations.area_code,
    years.period as financial_year,
    years.end_date as year_end_date,
    array_sort(
        coalesce(looked_after.looked_after_children, {{ list_of([]) }})
    ) as looked_after_children,
    array_sort(
        coalesce(identified.identified_in_care, {{ list_of([]) }})
    ) as identified_in_care,
    array_sort(
        coalesce(identified.identified_others, {{ list_of([]) }})
    ) as identified_others,
    populations.population
from years
inner join
    {{ ref("dim_populations") }} as populations
    on years.mid_year = populations.mid_year
    and populations.population_ages in {{ codes_of("children_population_ages") }}
    and populations.population_series in {{ codes_of("children_population_series") }}
inner join
    {{ ref("dim_organisations") }} as councils
    on populations.area_code = councils.area_code
    and councils.organisation_kind = 'council'
left join
    looked_after
    on populations.area_code = looked_after.area_code
    and years.period = looked_after.period
left join
    identified
    on populations.area_code = identified.area_code
    and years.period = identified.period
