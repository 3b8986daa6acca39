"""Every way a provider can fail is one exception whose message can be shown to people."""

from typing import Literal, TypeAlias

Category: TypeAlias = Literal[
    "authentication",  # the provider does not accept our key
    "rate_limit",  # too many requests, or the quota is used up
    "unavailable",  # not reachable, or broken on its side
    "timeout",  # it took the request and then went silent
    "protocol",  # it answered with something that is no answer
    "empty",  # it answered with nothing
    "not_found",  # it does not know the model, or the address is wrong
    "too_long",  # it takes no request of this length
    "rejected",  # it refuses this very request
]


class ProviderError(Exception):
    """A provider could not do what it was asked.

    `str(error)` says what happened, what it means and what to do; it never holds a key, a
    trace or the provider's own words. `retryable` tells whether the same request may succeed
    later; `retry_after_s` is the provider's own wish in seconds, where it stated one.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        category: Category,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.category: Category = category
        self.retry_after_s = retry_after_s
