{{ latest_statement("vol_service") }}
