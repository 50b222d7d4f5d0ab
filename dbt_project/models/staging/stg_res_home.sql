{{ latest_statement("res_home") }}
