"""What the workshop works on: orders, who shares them, and how long each study has had the workers."""
