{{ latest_statement("crt_result") }}
