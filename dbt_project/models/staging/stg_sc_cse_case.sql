{{ latest_statement("sc_cse_case") }}
