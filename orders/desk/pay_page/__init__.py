"""/p/<token>/: the page of a payment link, for whoever has it; it tells what is to be paid, and nothing else."""
