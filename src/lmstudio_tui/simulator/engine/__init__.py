"""What stands in for a language model: texts made by rules from the request and from nothing else."""
