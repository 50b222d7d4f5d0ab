select
    record_ref,
    organisation_code,
    la as area_code,
    inspectorate,
    framework,
    framework_version,
    inspected_date,
    published_date,
    subject,
    judgement,
    submission_id,
    file,
    line
from {{ ref("stg_gov_inspection") }}
