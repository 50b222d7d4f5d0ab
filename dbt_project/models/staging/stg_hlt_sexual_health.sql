{{ latest_statement("hlt_sexual_health") }}
