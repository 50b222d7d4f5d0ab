{{ latest_statement("gov_inspection") }}
