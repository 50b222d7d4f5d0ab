{{ latest_statement("lac_episode") }}
