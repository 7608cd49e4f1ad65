"""What Prefect sees: the flows, their deployments, and the service around a server and a worker."""
