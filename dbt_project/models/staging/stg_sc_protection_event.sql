-- Of the events only a plan stays open: the start of one that has not ended may be
-- stated again with another date.
{{ latest_statement(
    "sc_protection_event",
    open_where="earlier.event_type = 'CPP_START' and earlier.event_id not in (select ended.linked_event_id from kept as ended where ended.event_type = 'CPP_END' and ended.linked_event_id is not null)"
) }}
