{{ latest_statement("la_missing") }}
