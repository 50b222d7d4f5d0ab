{{ latest_statement("wkf_post") }}
