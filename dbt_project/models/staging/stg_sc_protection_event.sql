{{ latest_statement("sc_protection_event") }}
