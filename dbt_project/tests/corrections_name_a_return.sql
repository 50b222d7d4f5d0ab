-- A correction whose return does not exist would never be looked at, and so never be
-- missed.
select corrections.*
from {{ ref("corrections") }} as corrections
where
    corrections.return_name not in (
        select table_name from information_schema.tables where table_schema = 'accepted'
    )
