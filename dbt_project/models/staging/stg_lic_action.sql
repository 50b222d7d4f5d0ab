{{ latest_statement("lic_action") }}
