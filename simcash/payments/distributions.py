"""How large payments are and how urgent."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from simcash.core.money import MONEY_MAX
from simcash.core.schema import Amount, Model, broken, cents, number, whole

Size = Annotated[float, Field(ge=1, le=MONEY_MAX), BeforeValidator(lambda v: number(_in_cents(v)))]
Spread = Annotated[float, Field(ge=0, le=MONEY_MAX), BeforeValidator(lambda v: number(_in_cents(v)))]
Exponent = Annotated[float, Field(ge=-50, le=50), BeforeValidator(number)]
Priority = Annotated[int, Field(ge=0, le=10), BeforeValidator(whole)]
Weight = Annotated[float, Field(ge=0, le=1e12), BeforeValidator(number)]


def _in_cents(value: object) -> object:
    return cents(value) if isinstance(value, str) else value


class FixedAmount(Model):
    """Every payment has the same amount."""

    type: Literal["Fixed"]
    value: Amount
    max: Amount = MONEY_MAX


class UniformAmount(Model):
    """Every amount from `min` to `max`, both included, is equally likely."""

    type: Literal["Uniform"]
    min: Amount
    max: Amount

    @model_validator(mode="after")
    def _ordered(self) -> UniformAmount:
        if self.max < self.min:
            raise broken(f"max {self.max} is less than min {self.min}")
        return self


class NormalAmount(Model):
    """Amounts around `mean`; below 1 cent becomes 1."""

    type: Literal["Normal"]
    mean: Annotated[
        float, Field(ge=-MONEY_MAX, le=MONEY_MAX), BeforeValidator(lambda v: number(_in_cents(v)))
    ]
    std_dev: Spread
    max: Amount = MONEY_MAX


class LogNormalAmount(Model):
    """Many small amounts and few large ones, by the mean of the amount or of its logarithm."""

    type: Literal["LogNormal"]
    mean: Size | None = None
    std_dev: Spread | None = None
    mu: Exponent | None = None
    sigma: Annotated[float, Field(ge=0, le=50), BeforeValidator(number)] | None = None
    max: Amount = MONEY_MAX

    @model_validator(mode="after")
    def _one_pair(self) -> LogNormalAmount:
        given = {key for key in ("mean", "std_dev", "mu", "sigma") if getattr(self, key) is not None}
        if given not in ({"mean", "std_dev"}, {"mu", "sigma"}):
            raise broken(
                "LogNormal takes either mean and std_dev (of the amount) or mu and sigma (of its logarithm)"
            )
        return self

    def log_parameters(self) -> tuple[float, float]:
        """Mean and standard deviation of the amount's natural logarithm."""
        if self.mu is not None and self.sigma is not None:
            return self.mu, self.sigma
        assert self.mean is not None
        assert self.std_dev is not None
        variance = math.log(1.0 + self.std_dev**2 / self.mean**2)
        return math.log(self.mean) - variance / 2.0, math.sqrt(variance)


class ExponentialAmount(Model):
    """Amounts with mean 1/lambda."""

    type: Literal["Exponential"]
    lambda_: Annotated[float, Field(ge=1e-16, le=1e3), BeforeValidator(number)] = Field(alias="lambda")
    max: Amount = MONEY_MAX


Amounts = Annotated[
    FixedAmount | UniformAmount | NormalAmount | LogNormalAmount | ExponentialAmount,
    Field(discriminator="type"),
]


class FixedPriority(Model):
    """Every payment has the same priority."""

    type: Literal["Fixed"] = "Fixed"
    value: Priority


class UniformPriority(Model):
    """Every priority from `min` to `max` is equally likely."""

    type: Literal["Uniform"] = "Uniform"
    min: Priority
    max: Priority

    @model_validator(mode="after")
    def _ordered(self) -> UniformPriority:
        if self.max < self.min:
            raise broken(f"max {self.max} is less than min {self.min}")
        return self


class CategoricalPriority(Model):
    """Listed priorities, each with its weight."""

    type: Literal["Categorical"]
    values: tuple[Priority, ...] = Field(min_length=1)
    weights: tuple[Weight, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _paired(self) -> CategoricalPriority:
        if len(self.values) != len(self.weights):
            raise broken(
                f"{len(self.values)} values but {len(self.weights)} weights; each value needs its weight"
            )
        if sum(self.weights) <= 0:
            raise broken("the weights sum to 0; at least one must be positive")
        return self


Priorities = Annotated[FixedPriority | UniformPriority | CategoricalPriority, Field(discriminator="type")]
