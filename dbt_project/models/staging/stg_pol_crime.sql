{{ latest_statement("pol_crime") }}
