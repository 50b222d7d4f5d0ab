{{ latest_statement("rhi") }}
