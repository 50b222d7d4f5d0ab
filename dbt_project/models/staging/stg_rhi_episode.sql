{{ latest_statement("rhi_episode") }}
