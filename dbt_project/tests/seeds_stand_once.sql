-- The decisions stand once each: no two lines of a seed agree in what names them.
{%- set names = {
    "agencies": ["organisation_code"],
    "areas": ["area_code", "valid_from"],
    "age_bands": ["age_band"],
    "bank_holidays": ["holiday_date"],
    "breakdown_values": ["breakdown", "breakdown_value"],
    "codes": ["list", "code", "valid_from"],
    "code_aliases": ["list", "alias"],
    "code_sets": ["code_set", "code"],
    "corrections": ["return_name", "record_ref", "column_name"],
    "cross_return_rules": ["rule_code"],
    "definitions": ["definition"],
    "ethnicity_groups": ["ethnicity_scheme", "ethnicity_code"],
    "expected_returns": ["organisation_code", "return_code", "period_kind", "valid_from"],
    "follow_up_months": ["months_followed"],
    "indicators": ["indicator_code", "unit"],
    "offence_sets": ["ho_offence_class"],
    "population": ["area_code", "mid_year", "age_from", "age_to", "sex", "population_series"],
    "published_ratios": ["ratio"],
    "published_series": ["series", "area_code", "period", "vintage"],
    "published_tables": ["publication", "line_title"],
    "recommendation_evidence": ["recommendation_ref", "evidence"],
    "recommendations": ["recommendation_ref"],
    "referral_stages": ["stage"],
    "series_catalogue": ["series"],
    "schools_in_area": ["area_code", "setting_type", "valid_from"],
    "series_breaks": ["series", "area_code", "break_date"],
    "statistical_neighbours": ["model_year", "area_code", "closeness_order"],
    "targets": ["indicator_code", "unit", "area_code", "valid_from"],
    "thresholds": ["threshold"],
} %}
{%- for seed, columns in names.items() %}
    select '{{ seed }}' as seed, concat_ws(' ', {{ columns | join(', ') }}) as line
    from {{ ref(seed) }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 {{ "union all" if not loop.last }}
{%- endfor %}
