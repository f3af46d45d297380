"""What whoever runs the service looks at: metrics, and the dashboard over them. Nothing personal is in any of it."""
