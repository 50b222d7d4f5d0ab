{{ latest_statement("trn_delivery") }}
