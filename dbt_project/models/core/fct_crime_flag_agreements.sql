{%- set of_child = "select persons.organisation_code, persons.crime_ref from staging.stg_pol_crime_person as persons left join staging.stg_child_links as links on md5(persons.person_key_scheme || ':' || persons.person_key) = links.pseudonym_hash where coalesce(links.child_key, md5(persons.person_key_scheme || ':' || persons.person_key)) in (select child_key from {changed})" %}
{{
    config(
        meta={
            "kept": {
                "by": ["organisation_code", "crime_ref"],
                "rows_of": {
                    "stg_pol_crime_person": ["organisation_code", "crime_ref"],
                    "fct_crimes": ["organisation_code", "crime_ref"],
                },
                "touched_by": {
                    "stg_child_links": persons_linked_otherwise("organisation_code, crime_ref"),
                    "fct_prosecutions": "select organisation_code, crime_ref from core.fct_crimes where crime_ref in (select unnest(crime_refs) from {changed})",
                    "fct_referrals": of_child,
                    "dim_exploited_children": of_child,
                },
            }
        }
    )
}}
with
    prosecuted as (
        select crime_ref, bool_or(cps_cse_monitoring_flag = 'Y') as cps_says_cse
        from
            (
                select {{ each_of("crime_refs") }} as crime_ref, cps_cse_monitoring_flag
                from {{ ref("fct_prosecutions") }}
            )
        group by crime_ref
    ),
    known_children as (
        select child_key, bool_or(is_cse) as council_says_cse
        from
            (
                select child_key, is_cse
                from {{ ref("fct_referrals") }}
                union all
                select child_key, true
                from {{ ref("dim_exploited_children") }}
            )
        group by child_key
    ),
    named as (
        select
            persons.organisation_code,
            persons.crime_ref,
            {{ child_key("persons") }} as child_key
        from {{ ref("stg_pol_crime_person") }} as persons
        inner join
            {{ ref("codes") }} as roles
            on persons.role = roles.code
            and roles.list = 'person_role'
        where roles.code_group = 'victim'
    ),
    victims as (
        select
            named.organisation_code,
            named.crime_ref,
            bool_or(known_children.council_says_cse) as council_says_cse
        from named
        inner join known_children using (child_key)
        group by all
    )
select
    crimes.organisation_code,
    crimes.crime_ref,
    crimes.area_code,
    crimes.recorded_date,
    crimes.is_cse as police_say_cse,
    prosecuted.cps_says_cse,
    victims.council_says_cse,
    crimes.is_cse = prosecuted.cps_says_cse
    and crimes.is_cse = victims.council_says_cse as is_agreed
from {{ ref("fct_crimes") }} as crimes
inner join prosecuted using (crime_ref)
inner join victims using (organisation_code, crime_ref)
where crimes.is_counted
