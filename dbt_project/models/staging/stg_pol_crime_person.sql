{{ latest_statement("pol_crime_person") }}
