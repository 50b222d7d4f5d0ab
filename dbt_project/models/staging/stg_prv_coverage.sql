{{ latest_statement("prv_coverage") }}
