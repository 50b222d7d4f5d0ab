{{ latest_statement("vic_support") }}
