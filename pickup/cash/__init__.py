"""Cash sheets (收款单): what each collector took at a store on a day, and its closing with what was counted."""
