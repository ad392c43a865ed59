"""Pages of after-sales: who has to move, one with what can be done, and one that staff open for a buyer."""
