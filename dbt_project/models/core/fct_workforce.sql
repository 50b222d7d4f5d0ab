{%- set row = ["submission_id", "file", "line"] %}
{{ config(meta={"kept": {"by": row, "rows_of": {"stg_wkf_post": row}}}) }}
select
    posts.agency as organisation_code,
    posts.la as area_code,
    posts.role as workforce_role,
    case
        groups.code_group
        when 'police'
        then 'police_officer'
        when 'social_worker'
        then 'social_worker'
        when 'other'
        then 'other_specialist'
        else 'not_counted'
    end as workforce_group,
    posts.team,
    -- Before it could be told apart all posts were those on child sexual exploitation.
    coalesce(posts.scope, 'CSE') as workforce_scope,
    posts.snapshot_date,
    posts.mash_role = 'Y' as is_mash,
    coalesce(posts.funder, 'Unknown') as funder,
    posts.fte_established,
    posts.fte_in_post,
    posts.headcount,
    posts.fte_agency,
    posts.fte_vacant,
    posts.open_caseload,
    posts.submission_id,
    posts.file,
    posts.line
from {{ ref("stg_wkf_post") }} as posts
left join
    {{ ref("codes") }} as groups
    on posts.role = groups.code
    and groups.list = 'wkf_role'
