"""Discord's refusals: status, code and message as its documentation lists them."""

from sandbox.model import JsonObject


class ApiError(Exception):
    """A call that is answered with Discord's error object."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: JsonObject | None = None,
        *,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{status}/{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after_s = retry_after_s

    def payload(self) -> JsonObject:
        """The answer's JSON."""
        body: JsonObject = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.retry_after_s is not None:
            body |= {"retry_after": round(self.retry_after_s, 3), "global": False}
        return body

    @property
    def headers(self) -> dict[str, str]:
        """What a refusal to be repeated later carries besides."""
        return {} if self.retry_after_s is None else {"Via": "1.1 sandbox"}


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def unknown_route() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def unknown_role() -> ApiError:
    return ApiError(404, 10011, "Unknown Role")


def unknown_user() -> ApiError:
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    return ApiError(404, 10062, "Unknown interaction")


def unknown_command() -> ApiError:
    return ApiError(404, 10063, "Unknown application command")


def request_too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def too_many_old_edits(retry_after_s: float) -> ApiError:
    text = "Maximum number of edits to messages older than 1 hour reached. Try again later"
    return ApiError(429, 30046, text, retry_after_s=retry_after_s)


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def not_the_author() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def dm_closed() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")


def thread_archived() -> ApiError:
    return ApiError(400, 50083, "Thread is archived")


def thread_locked() -> ApiError:
    return ApiError(400, 160005, "Thread is locked")


def no_mutual_guild() -> ApiError:
    text = "Cannot send messages to this user due to having no mutual guilds"
    return ApiError(403, 50278, text)


def no_history_to_reply() -> ApiError:
    text = "Cannot reply without permission to read message history"
    return ApiError(400, 160002, text)


def thread_exists() -> ApiError:
    return ApiError(400, 160004, "A thread has already been created for this message")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def invalid_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def unknown_referenced_message() -> ApiError:
    fault = {"code": "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "message": "Unknown message"}
    return ApiError(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [fault]}})
