{{ latest_statement("hlt_service") }}
