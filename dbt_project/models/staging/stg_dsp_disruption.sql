{{ latest_statement("dsp_disruption") }}
