-- A contact that became no referral is never open, so a later referral of the child
-- does not replace it.
{{ latest_statement("sc_contact_referral", open_where="earlier.contact_only = 'N' and earlier.nfa = 'N'") }}
