"""The verbs of e-waybills: asked for, answered, used, voided."""
