"""What is told over HTTP: metrics and health now, later the pages. Colour: door. Opened by cli.run.

serving   a server on the loop of the process that works
health    /metrics, /healthz, /readyz
metrics   what Prometheus reads: counted by delivery, and looked up in the database
"""
