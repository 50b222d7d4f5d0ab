-- The identity rows as the linkage reads them, and beside them whose they are.
create or replace table p_written as
select
    r, child, organisation_code, copy, is_twin, has_siblings,
    sha256(getvariable('seed') || '/' || organisation_code || '/' || r) as person_key,
    if(happens(r, 'forename slips', slips), typed(first_name, r, 'forename'), first_name) as forename,
    if(happens(r, 'middle written', 50), middle, null) as middle,
    -- Of two surnames, sometimes one.
    if(contains(called, '-') and happens(r, 'one surname', 30), split_part(called, '-', 1 + under(r, 'which', 2)), called) as whole,
    if(happens(r, 'surname slips', slips), typed(whole, r, 'surname'), whole) as surname,
    case when happens(r, 'no date', slips * 0.15) then null
        when happens(r, 'date slips', slips * 0.5) then mistaken(birth_date, r) else birth_date end as birth_date,
    case when happens(r, 'no sex', slips * 0.2) then 'U' when happens(r, 'sex slips', 0.3) then if(sex = 'F', 'M', 'F') else sex end as sex,
    case when happens(r, 'no postcode', slips * 0.3) then null
        when happens(r, 'postcode slips', slips * 0.6) then typed(home, r, 'postcode') else home end as postcode,
    case when not happens(r, 'numbered', numbered) then null
        when wrong_number is not null then wrong_number
        -- Two digits changed round or one mistyped: the check digit finds nearly all of them.
        when happens(r, 'number slips', slips * 0.06) then left(nhs_number, 5) || under(r, 'digit', 10) || substr(nhs_number, 7)
        else nhs_number end as nhs_number,
    if(happens(r, 'with UPN', with_upn), upn, null) as upn,
    called <> p_record.surname and happens(r, 'former', 60) as former_name,
    home <> p_record.postcode and happens(r, 'former', 60) as former_home,
    p_record.surname as surname_before, p_record.postcode as postcode_before,
    happens(r, 'turned names', slips * 0.02) as turned,
    happens(r, 'no forename', slips * 0.03) as nameless
from p_record;

create or replace table people as
with
    now as (
        select r * 4 as record_id, person_key, 'SY1' as person_key_scheme, organisation_code,
            case when nameless then null when turned then surname else forename || coalesce(' ' || middle, '') end as forenames,
            if(turned, forename, surname) as surname,
            birth_date, sex, postcode, nhs_number, upn
        from p_written
    ),
    -- What the record said before: a former name or a former address under the same key.
    before as (
        select r * 4 + 1, person_key, 'SY1', organisation_code, if(nameless, null, forename),
            surname_before, birth_date, sex, postcode_before, nhs_number, upn
        from p_written where former_name or former_home
    ),
    -- Some of a council's children stand under a key of another return as well: one row, two keys.
    cared_for as (
        select record_id, sha256('care/' || person_key), 'SSDA903', * exclude (record_id, person_key, person_key_scheme)
        from now where organisation_code = 'SHE' and dice(record_id, 'care') % 40 = 0
    )
from now union all from before union all from cared_for
order by record_id, person_key_scheme;

create or replace table people_truth as
select person_key_scheme, person_key, child, organisation_code, is_twin, has_siblings
from p_written, (values ('SY1'), ('SSDA903')) as s(person_key_scheme)
where person_key_scheme = 'SY1'
union all
select 'SSDA903', p.person_key, w.child, w.organisation_code, w.is_twin, w.has_siblings
from people as p inner join p_written as w on p.record_id = w.r * 4 where p.person_key_scheme = 'SSDA903'
order by all;
