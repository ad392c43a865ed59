"""Freight templates and their rules: what it costs to send goods to which regions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.events.models import Versioned
from shop.freight.choices import Counts


class FreightTemplate(Versioned):
    """How the freight of some products is worked out; those that name none go by the default one."""

    subject_kind = "freight_template"

    name = models.CharField(_("name"), max_length=40)
    counts = models.CharField(_("freight counts"), max_length=6, choices=Counts, default=Counts.PIECE)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="freight_template_name_once"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_freight_template"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FreightRule(models.Model):
    """What one row of a template says: `first_fen` for the first units, `next_fen` for each further lot begun.

    A unit is a piece or a gram, as the template counts. From `free_from_fen` worth of goods, or from so many pieces
    on, it is free; None: never.
    """

    template = models.ForeignKey(
        FreightTemplate, on_delete=models.CASCADE, related_name="rules", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    regions = models.JSONField(_("regions"), default=list)
    """Codes of provinces and cities (`shop.store.area`); none where the row is about everywhere else."""
    is_elsewhere = models.BooleanField(default=False)
    is_served = models.BooleanField(_("served"), default=True)
    first_units = models.PositiveIntegerField(_("first"), default=1)
    first_fen = models.PositiveIntegerField(_("costs"), default=0)
    next_units = models.PositiveIntegerField(_("each further"), default=1)
    next_fen = models.PositiveIntegerField(_("costs more"), default=0)
    free_from_fen = models.PositiveIntegerField(_("free from an amount of"), null=True)
    free_from_pieces = models.PositiveIntegerField(_("free from so many pieces"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "position"], name="freight_rules_in_order"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(is_elsewhere=True), name="one_freight_rule_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(first_units__gte=1, next_units__gte=1), name="freight_counts_in_units"
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.position} of freight template {self.template_id}"
