-- The rules of R04, incident reports of the police, as somebody would write them by
-- hand: one pass over the rows, and
-- the rows that are told twice looked up beside it. Rows of `batch` typed, and as
-- sent (`__text`), in memory.
-- PERSONAL_PATTERNS are the patterns of personal data; they are data, and no other
-- way to write them is known.
create or replace temp table by_hand as
with
    reports_twice as (
        select submission_id, incident_ref
        from batch
        where incident_ref is not null
        group by all
        having count(*) > 1
    ),
    records_twice as (
        select submission_id, record_ref, record_version
        from batch
        where record_ref is not null and record_version is not null
        group by all
        having count(*) > 1
    ),
    whole as (
        select
            submission_id,
            min(line) as first_line,
            avg(
                (
                    ethnicity_code is null
                    or ethnicity_code in ('REFU', 'NOBT', 'NS', 'UN', 'Z', '99')
                    or (ethnicity_scheme = 'OFFICER' and ethnicity_code = '0')
                )::int
            ) as ethnicity_unknown,
            avg((coalesce(sex, 'U') = 'U')::int) as sex_unknown
        from batch
        group by all
    ),
    days as (
        select
            b.rowid as row,
            b.*,
            b.received_at::date as day,
            (b.received_at at time zone 'Europe/London')::date as london_day,
            t.incident_ref is not null as is_report_twice,
            r.record_ref is not null as is_record_twice,
            w.first_line = b.line and w.ethnicity_unknown > 0.5 as is_ethnicity_poor,
            w.first_line = b.line and w.sex_unknown > 0.5 as is_sex_poor,
            regexp_matches(
                concat_ws(
                    chr(31),
                    record_ref,
                    incident_ref,
                    nsir_open_category,
                    nsir_close_category,
                    nsir_qualifiers__text,
                    crime_ref,
                    dedupe_group,
                    person_key_scheme,
                    ethnicity_code
                ),
                'PERSONAL_PATTERNS'
            ) as may_be_personal,
            contains(
                concat_ws(
                    chr(31),
                    record_ref,
                    record_action__text,
                    record_version__text,
                    incident_ref,
                    received_at__text,
                    source__text,
                    nsir_open_category,
                    nsir_close_category,
                    nsir_qualifiers__text,
                    cse_concern_level__text,
                    crime_recorded__text,
                    crime_ref,
                    shared_with_csc_date__text,
                    vcop_informed_date__text,
                    dedupe_group,
                    person_key,
                    person_key_scheme,
                    birth_month__text,
                    sex__text,
                    ethnicity_code,
                    ethnicity_scheme__text,
                    disability_any__text,
                    residence_la__text
                ),
                '#'
            ) as may_be_spoilt
        from batch as b
        left join reports_twice as t using (submission_id, incident_ref)
        left join records_twice as r using (submission_id, record_ref, record_version)
        inner join whole as w using (submission_id)
    ),
    judged as (
        select
            row,
            concat_ws(',', 
                    if(record_ref is null, 'C220 record_ref', null),
                    if(length(record_ref) > 64, 'C202 record_ref', null),
                    if(record_action not in ('N', 'A', 'D'), 'C212 record_action', null),
                    if(record_version is null and trim(record_version__text) <> '', 'C217 record_version', null),
                    if(record_version < 1, 'C218 record_version', null),
                    if(incident_ref is null, 'C220 incident_ref', null),
                    if(length(incident_ref) > 64, 'C202 incident_ref', null),
                    if(received_at is null and coalesce(trim(received_at__text), '') = '', 'C220 received_at', null),
                    if(received_at is null and trim(received_at__text) <> '', 'C205 received_at', null),
                    if(source is null, 'C220 source', null),
                    if(
                        source not in (
                            '10', '1A', '1B', '1C', '1D', '2A', '2B', '3A', '3B', '3C', '3D', '3E', '3F', '4',
                            '5A', '5B', '5C', '5D', '6', '7', '8', '9'
                        )
                        or (source = '5D' and day < date '2022-04-01'),
                        'C215 source',
                        null
                    ),
                    if(
                        not regexp_full_match(nsir_open_category, '[A-Za-z0-9_./-]{1,30}'),
                        'C216 nsir_open_category',
                        null
                    ),
                    if(
                        not regexp_full_match(nsir_close_category, '[A-Za-z0-9_./-]{1,30}'),
                        'C216 nsir_close_category',
                        null
                    ),
                    if(cse_concern_level is null, 'C220 cse_concern_level', null),
                    if(
                        cse_concern_level not in ('CONFIRMED', 'NOT_CSE', 'SUSPECTED', 'U'),
                        'C215 cse_concern_level',
                        null
                    ),
                    if(crime_recorded is null, 'C220 crime_recorded', null),
                    if(crime_recorded not in ('N', 'Y'), 'C215 crime_recorded', null),
                    if(length(crime_ref) > 64, 'C202 crime_ref', null),
                    if(
                        shared_with_csc_date is null and trim(shared_with_csc_date__text) <> '',
                        'C205 shared_with_csc_date',
                        null
                    ),
                    if(
                        shared_with_csc_date is not null and contains(shared_with_csc_date__text, '/'),
                        'C203 shared_with_csc_date',
                        null
                    ),
                    if(
                        vcop_informed_date is null and trim(vcop_informed_date__text) <> '',
                        'C205 vcop_informed_date',
                        null
                    ),
                    if(
                        vcop_informed_date is not null and contains(vcop_informed_date__text, '/'),
                        'C203 vcop_informed_date',
                        null
                    ),
                    if(length(dedupe_group) > 64, 'C202 dedupe_group', null),
                    if(person_key is null, 'C220 person_key', null),
                    if(not regexp_full_match(person_key, '[0-9a-f]{16,64}'), 'C216 person_key', null),
                    if(person_key_scheme is null, 'C220 person_key_scheme', null),
                    if(
                        not regexp_full_match(person_key_scheme, '[A-Za-z0-9_-]{1,20}'),
                        'C216 person_key_scheme',
                        null
                    ),
                    if(birth_month is null and trim(birth_month__text) <> '', 'C205 birth_month', null),
                    if(sex not in ('F', 'M', 'U'), 'C215 sex', null),
                    if(length(ethnicity_code) > 10, 'C202 ethnicity_code', null),
                    if(
                        ethnicity_scheme not in ('DFE', 'NHS01', 'OFFICER', 'SDE16', 'SDE18'),
                        'C215 ethnicity_scheme',
                        null
                    ),
                    if(disability_any not in ('N', 'U', 'Y'), 'C215 disability_any', null),
                    if(
                        residence_la not in (
                            '332', '335', '342', '350', '354', '355', '357', '359', '370', '371', '372', '373', '381',
                            '382', '383', '384', '390', '391', '394', '807', '812', '813', '831', '840', '851', '852',
                            '861', '874', '879', '894', 'OUT', 'U'
                        ),
                        'C215 residence_la',
                        null
                    ),
                    if(may_be_personal, 'personal', null),
                    if(may_be_spoilt, 'spoilt', null),
                    if(day > period_end, 'C213 received_at', null),
                    if(is_report_twice, 'R301 incident_ref', null),
                    if(crime_recorded = 'Y' and crime_ref is null, 'R04.01 crime_ref', null),
                    if(crime_recorded = 'N' and crime_ref is not null, 'R04.02 crime_ref', null),
                    if(shared_with_csc_date < london_day, 'R04.03 shared_with_csc_date', null),
                    if(vcop_informed_date < london_day, 'R04.04 vcop_informed_date', null),
                    if(is_record_twice, 'R04.05 record_ref', null),
                    if(birth_month > london_day, 'R04.06 birth_month', null),
                    if(date_diff('month', birth_month, london_day) > 216, 'R04.07 birth_month', null),
                    if(ethnicity_code is not null and ethnicity_scheme is null, 'R04.08 ethnicity_scheme', null),
                    if(ethnicity_code is null and ethnicity_scheme is not null, 'R04.09 ethnicity_code', null),
                    if(
                        ethnicity_scheme = 'DFE'
                        and ethnicity_code not in (
                            'ABAN', 'AIND', 'AOTH', 'APKN', 'BAFR', 'BCRB', 'BOTH', 'CHNE', 'MOTH', 'MWAS', 'MWBA',
                            'MWBC', 'NOBT', 'OOTH', 'REFU', 'WBRI', 'WIRI', 'WIRT', 'WOTH', 'WROM'
                        ),
                        'R04.10 ethnicity_code',
                        null
                    ),
                    if(
                        ethnicity_scheme = 'SDE18'
                        and ethnicity_code not in (
                            'A1', 'A2', 'A3', 'A4', 'A9', 'B1', 'B2', 'B9', 'M1', 'M2', 'M3', 'M9', 'NS', 'O1', 'O2',
                            'O9', 'UN', 'W1', 'W2', 'W3', 'W4', 'W5', 'W8', 'W9'
                        ),
                        'R04.11 ethnicity_code',
                        null
                    ),
                    if(
                        ethnicity_scheme = 'SDE16'
                        and ethnicity_code not in (
                            'A1', 'A2', 'A3', 'A9', 'B1', 'B2', 'B9', 'M1', 'M2', 'M3', 'M9', 'NS', 'O1', 'O9', 'UN',
                            'W1', 'W2', 'W9'
                        ),
                        'R04.12 ethnicity_code',
                        null
                    ),
                    if(
                        ethnicity_scheme = 'NHS01'
                        and ethnicity_code not in (
                            '99', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'Z'
                        ),
                        'R04.13 ethnicity_code',
                        null
                    ),
                    if(
                        ethnicity_scheme = 'OFFICER' and ethnicity_code not in ('0', '1', '2', '3', '4', '5', '6'),
                        'R04.14 ethnicity_code',
                        null
                    ),
                    if(is_ethnicity_poor, 'R04.15 ethnicity_code', null),
                    if(is_sex_poor, 'R04.16 sex', null)
                ) as broken
        from days
    )
select row, unnest(string_split(broken, ',')) as broken
from judged
where broken <> ''
