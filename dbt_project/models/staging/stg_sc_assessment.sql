{{ latest_statement("sc_assessment") }}
