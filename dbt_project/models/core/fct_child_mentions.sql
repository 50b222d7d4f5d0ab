{%- set mentions = [
    ("R02", "stg_pol_crime_person", "crime_ref", "rows.offence_to"),
    ("R04", "stg_pol_incident", "incident_ref", local_date("rows.received_at")),
    ("R05", "stg_pol_missing_episode", "episode_ref", local_date("rows.reported_at")),
    ("R08", "stg_vic_support", "record_ref", "rows.recorded_date"),
    ("R09", "stg_sc_contact_referral", "referral_id", "rows.referral_date"),
    ("R10", "stg_sc_assessment", "assessment_id", "rows.start_date"),
    ("R11", "stg_sc_protection_event", "event_id", "rows.event_date"),
    ("R12", "stg_sc_cse_case", "record_ref", "rows.identified_date"),
    ("R13", "stg_lac_episode", "record_ref", "rows.decom"),
    ("R14", "stg_la_missing", "record_ref", "rows.mis_start"),
    ("R15", "stg_rhi", "rhi_ref", "rows.requested_date"),
    ("R23", "stg_dsp_disruption", "record_ref", "rows.issued_date"),
    ("R24", "stg_vol_service", "record_ref", "rows.referral_date"),
] %}
{%- set rows_of = {} -%}
{%- for code, relation, record, day in mentions -%}
    {%- do rows_of.update({relation: ["'" ~ code ~ "'", "organisation_code", record]}) -%}
{%- endfor -%}
{{
    config(
        meta={
            "kept": {
                "by": ["return_code", "organisation_code", "record"],
                "rows_of": rows_of,
                "touched_by": {
                    "stg_child_links": "select return_code, organisation_code, record from {this} semi join {changed} using (pseudonym_hash)",
                },
            }
        }
    )
}}
with
    {%- for code, relation, record, day in mentions %}
        {{ code }} as (
            select
                '{{ code }}' as return_code,
                rows.organisation_code,
                rows.{{ record }} as record,
                {{ child_key("rows") }} as child_key,
                {{ pseudonym_hash("rows") }} as pseudonym_hash,
                rows.person_key_scheme,
                rows.birth_month,
                rows.sex,
                {%- if code == "R02" %}
                    -- What the person says of themselves, never what an officer saw.
                    coalesce(
                        self_defined.ethnicity_group, groups.ethnicity_group, 'Unknown'
                    ) as ethnicity_group,
                {%- else %}
                    coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_group,
                {%- endif %}
                {{ day }} as event_date,
                rows.period_end,
                rows.submission_received_at
            from {{ ref(relation) }} as rows
            left join
                {{ ref("ethnicity_groups") }} as groups using (
                    ethnicity_scheme, ethnicity_code
                )
            {%- if code == "R02" %}
                left join
                    {{ ref("ethnicity_groups") }} as self_defined
                    on rows.ethnicity_self = self_defined.ethnicity_code
                    and self_defined.ethnicity_scheme = 'SDE18'
                where rows.role = 'VIC' and rows.person_key is not null
            {%- else %} where rows.person_key is not null
            {%- endif %}
        ){{ "," if not loop.last }}
    {%- endfor %}
{% for code, relation, record, day in mentions %}
    select * from {{ code }} {{ "union all" if not loop.last }}
{%- endfor %}
