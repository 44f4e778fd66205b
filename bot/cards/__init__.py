"""What people see: Block Kit and text as pure functions of the model."""
