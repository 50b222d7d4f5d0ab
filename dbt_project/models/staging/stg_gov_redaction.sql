{{ latest_statement("gov_redaction") }}
