"""What every table of the profile is."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    """A table of the profile: typed, immutable, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class OpenTable(Table):
    """A table whose other keys are parameters of the piece that ``use`` names; the piece checks them."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    use: str = Field(min_length=1)

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.model_extra or {})
