-- A school nothing was told of stands here too, so that it is in what the share is
-- taken of.
with
    years as (
        select period as financial_year, start_date, end_date as year_end_date
        from {{ ref("dim_periods") }}
        where period_kind = 'financial_year'
    ),
    told as (
        select
            rows.la as area_code,
            rows.setting_type,
            years.financial_year,
            years.year_end_date,
            coalesce(rows.urn, rows.venue_code) as place_ref,
            rows.year_group,
            sum(rows.sessions) as sessions_count,
            sum(rows.pupils_reached) as pupils_reached_count,
            bool_or(rows.safeguarding_lead_trained = 'Y') as is_lead_trained
        from {{ ref("stg_prv_coverage") }} as rows
        inner join
            years on rows.term_start between years.start_date and years.year_end_date
        group by all
    ),
    told_places as (
        select distinct
            area_code, setting_type, financial_year, year_end_date, place_ref
        from told
    ),
    stated as (
        select
            schools.area_code,
            schools.setting_type,
            years.financial_year,
            years.year_end_date,
            max(schools.schools_count) as schools_count
        from {{ ref("stg_submissions") }} as submissions
        inner join
            {{ ref("dim_organisations") }} as organisations using (organisation_code)
        inner join
            years
            on submissions.period_start <= years.year_end_date
            and submissions.period_end >= years.start_date
        inner join
            {{ ref("schools_in_area") }} as schools
            on organisations.area_code = schools.area_code
            and coalesce(schools.valid_from <= years.year_end_date, true)
            and coalesce(schools.valid_to >= years.year_end_date, true)
        where submissions.return_code = 'R21'
        group by all
    ),
    counted as (
        select area_code, setting_type, financial_year, count(*) as told_places_count
        from told_places
        group by all
    ),
    not_told as (
        select
            stated.* {{ all_but(["schools_count"]) }},
            {{ each_of(numbers_from(1, "stated.schools_count - coalesce(counted.told_places_count, 0)")) }}
            as place_number
        from stated
        left join counted using (area_code, setting_type, financial_year)
    ),
    places as (
        select *
        from told_places
        union all
        select * {{ all_but(["place_number"]) }}, 'not told ' || place_number
        from not_told
    ),
    cells as (
        select places.*, sets.code as year_group
        from places
        inner join {{ ref("code_sets") }} as sets on sets.code_set = 'prevention_years'
        union
        select
            area_code,
            setting_type,
            financial_year,
            year_end_date,
            place_ref,
            year_group
        from told
    )
select
    cells.*,
    concat_ws(' ', cells.area_code, cells.setting_type, cells.place_ref) as place_key,
    {{ is_among("cells.year_group", codes_of("prevention_years")) }}
    as is_prevention_year,
    told.place_ref is not null as is_told,
    coalesce(told.sessions_count, 0) as sessions_count,
    coalesce(told.sessions_count, 0) > 0 as is_reached,
    coalesce(told.pupils_reached_count, 0) as pupils_reached_count,
    coalesce(told.is_lead_trained, false) as is_lead_trained
from cells
left join
    told using (
        area_code, setting_type, financial_year, year_end_date, place_ref, year_group
    )
