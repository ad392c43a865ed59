"""/p/<token>/: the page of a payment link, for whoever has it; of the order it tells what is to be paid, nothing else."""
