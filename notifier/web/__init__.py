"""What is served over HTTP: metrics and health, and what customers and Twilio reach. Colour: door. Called by cli.

serving           servers on the loop of the process that works
health            /metrics, /healthz, /readyz
metrics           what Prometheus reads: counted by delivery, and looked up in the database
opening           what the web of a shop consists of
app, gate         any routers, behind bounds and with the headers that all answers have
asked             who asks
threads           where the database is asked
buckets           how often somebody may do something
pages             what the links in messages open: an order, choices, messages
signup            signing up for news of a product, and confirming it
twilio_hooks      texts that customers wrote, and what became of ours
twilio_signature  whether Twilio says so
"""
