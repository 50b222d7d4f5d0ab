{{ latest_statement("pol_missing_episode") }}
