{{ latest_statement("hlt_ed_cpis") }}
