-- An age is in one band: `age_band` would take the first of two.
select one.age_band, other.age_band as other_band
from {{ ref("age_bands") }} as one
inner join
    {{ ref("age_bands") }} as other
    on one.age_band <> other.age_band
    and one.from_age <= other.to_age
    and other.from_age <= one.to_age
