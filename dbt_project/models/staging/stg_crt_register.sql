{{ latest_statement("crt_register") }}
