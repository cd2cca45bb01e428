"""Errors of the gateway. `message` is written for the citizen who reads it; nothing internal stands in it.

GatewayError
├── BadRequest        B101  400  the request is no JSON of the documented form
├── EmptyMessage      B102  400  there is nothing in the message
├── MessageTooLong    B103  413  more characters than allowed
├── BadSession        B104  401  the session's signature is not ours, or it is too old
├── TooManyMessages   B105  429  too many messages in a short time
├── AttachmentTooBig  B106  413  a file of more bytes than allowed
├── AttachmentRefused B107  422  the file cannot be taken; the message says why
├── TooManyFiles      B108  429  too many files in a short time
├── NoSuchFile        B109  404  there is no file of this id, or none any more
├── NotFromChannel    B110  401  a call of a webhook that the channel's service did not make
├── AssistantAway     B201  503  Rasa or the action server does not answer
├── AssistantSilent   B202  502  Rasa answered with nothing, or with something unreadable
├── ActionsAway       B203  503  the action server does not take or give files or notices
└── NotStored         B204  503  what a channel brought could not be stored; its service sends it again
"""

from __future__ import annotations


class GatewayError(Exception):
    """Base: code is stable, status is the HTTP status, message is for the citizen."""

    code = "B000"
    status = 500
    message = "Có lỗi xảy ra. Xin thử lại sau ít phút."

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message or self.message)
        self.retry_after = retry_after

    def as_json(self) -> dict[str, dict[str, str]]:
        """What a client gets."""
        return {"error": {"code": self.code, "message": str(self)}}


class BadRequest(GatewayError):
    """The request is no JSON of the documented form."""

    code = "B101"
    status = 400
    message = "Yêu cầu không đúng dạng."


class EmptyMessage(GatewayError):
    """There is nothing in the message."""

    code = "B102"
    status = 400
    message = "Tin nhắn trống. Anh/chị gõ câu hỏi rồi gửi lại nhé."


class MessageTooLong(GatewayError):
    """More characters than allowed."""

    code = "B103"
    status = 413
    message = "Tin nhắn dài quá. Anh/chị rút ngắn giúp, nói việc cần làm là đủ."


class BadSession(GatewayError):
    """The session's signature is not ours, or it is too old."""

    code = "B104"
    status = 401
    message = "Phiên trò chuyện không còn hiệu lực. Anh/chị tải lại trang để bắt đầu phiên mới."


class TooManyMessages(GatewayError):
    """Too many messages in a short time."""

    code = "B105"
    status = 429
    message = "Anh/chị gửi nhanh quá. Xin chờ một chút rồi gửi lại."


class AttachmentTooBig(GatewayError):
    """A file of more bytes than allowed. largest: bytes allowed."""

    code = "B106"
    status = 413
    message = "Tệp này lớn quá. Anh/chị gửi ảnh hoặc PDF nhẹ hơn giúp nhé."

    def __init__(self, largest: int | None = None) -> None:
        size = f"{largest / 1024 / 1024:.3g}".replace(".", ",") if largest else None
        super().__init__(
            f"Tệp này lớn quá. Anh/chị gửi ảnh hoặc PDF từ {size} MB trở xuống giúp nhé." if size else None
        )


class AttachmentRefused(GatewayError):
    """The file cannot be taken; the message says why."""

    code = "B107"
    status = 422
    message = "Không nhận được tệp này. Anh/chị gửi ảnh chụp hoặc tệp PDF giúp nhé."


class TooManyFiles(GatewayError):
    """Too many files in a short time."""

    code = "B108"
    status = 429
    message = "Anh/chị đã gửi nhiều tệp. Xin chờ một lúc rồi gửi tiếp."


class NoSuchFile(GatewayError):
    """There is no file of this id, or none any more."""

    code = "B109"
    status = 404
    message = "Tệp này không còn nữa. Tệp chỉ được giữ một thời gian."


class NotFromChannel(GatewayError):
    """A call of a webhook that the channel's service did not make: a wrong or missing signature or secret."""

    code = "B110"
    status = 401
    message = "Yêu cầu không được ký đúng."


class AssistantAway(GatewayError):
    """Rasa or the action server does not answer."""

    code = "B201"
    status = 503
    message = "Trợ lý đang tạm nghỉ. Tin nhắn của anh/chị vẫn còn trên trang, xin bấm gửi lại sau ít phút."


class AssistantSilent(GatewayError):
    """Rasa answered with nothing, or with something unreadable."""

    code = "B202"
    status = 502
    message = "Trợ lý chưa trả lời được câu này. Xin gửi lại, hoặc hỏi Trung tâm Phục vụ hành chính công gần nhất."


class ActionsAway(GatewayError):
    """The action server does not take or give files or notices."""

    code = "B203"
    status = 503
    message = "Chưa nhận hoặc mở được tệp lúc này. Xin thử lại sau ít phút."


class NotStored(GatewayError):
    """What a channel brought could not be stored; its service sends it again."""

    code = "B204"
    status = 503
    message = "Chưa nhận được, xin gửi lại."
