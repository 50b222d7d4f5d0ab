{{ latest_statement("pol_incident") }}
