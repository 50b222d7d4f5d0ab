{{ latest_statement("gov_action") }}
