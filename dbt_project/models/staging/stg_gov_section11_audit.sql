{{ latest_statement("gov_section11_audit") }}
