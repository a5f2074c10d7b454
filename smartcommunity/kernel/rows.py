"""The type variable of row filters: a queryset that works for the model it is attached to."""

from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
