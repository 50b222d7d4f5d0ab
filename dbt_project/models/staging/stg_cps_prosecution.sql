{{ latest_statement("cps_prosecution") }}
