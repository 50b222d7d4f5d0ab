{{ latest_statement("pol_investigation_outcome") }}
