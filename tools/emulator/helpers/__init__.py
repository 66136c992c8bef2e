"""What patches and rules are made with; it changes nothing of moto by itself."""
