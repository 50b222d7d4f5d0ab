{{ latest_statement("edu_absence") }}
