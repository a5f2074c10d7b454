"""The wire: grammar of topics, the MQTT client, the durable inbox, the ingest process."""
