{#- A figure is kept as it was sent: c, suppressed by the sender, is never made a number. -#}
{%- set measures = [
    "attendances", "first_attendances", "sti_tests", "sti_diagnoses", "repeat_sti_12m", "pregnancy_tests",
    "lac_flag_asked", "spotting_the_signs_completed", "cse_concern", "referred_csc",
] -%}
with
    figures as (
        {%- for measure in measures %}
            select
                organisation_code,
                la,
                quarter_start,
                age_band,
                sex,
                '{{ measure }}' as measure,
                lower({{ measure }}) as figure,
                lower(attendances) as attendances_figure,
                submission_id,
                file,
                line
            from {{ ref("stg_hlt_sexual_health") }}
            where {{ measure }} is not null {{ "union all" if not loop.last }}
        {%- endfor %}
    )
select
    rows.organisation_code,
    {{ area_of("rows.la") }} as area_code,
    -- Numbers so small are told for the county alone.
    case when {{ area_of("rows.la") }} = 'OUT' then 'OUT' else 'SY' end as county_code,
    rows.la as council_area,
    rows.quarter_start as quarter_start_date,
    rows.age_band,
    case
        when rows.age_band in {{ codes_of("age_bands_under_16") }}
        then 'under 16'
        else rows.age_band
    end as age_group,
    rows.sex,
    rows.measure,
    rows.figure,
    try_cast(rows.figure as bigint) as figure_count,
    try_cast(rows.figure as bigint) is null as is_suppressed,
    try_cast(rows.attendances_figure as bigint) as attendances_count,
    try_cast(rows.attendances_figure as bigint) is null as is_attendances_suppressed,
    rows.submission_id,
    rows.file,
    rows.line
from figures as rows
