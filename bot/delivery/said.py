"""What the gateway itself says to citizens: about linking, limits, what it cannot read, and trouble."""

from __future__ import annotations

from knowledge.reply import Outcome, Reply

UNREADABLE = (
    "Tôi đọc được chữ, ảnh chụp và tệp PDF, chưa nghe được tiếng nói và chưa hiểu hình dán. "
    "Anh/chị gõ câu hỏi giúp nhé."
)
PRIVATE = (
    "Việc này có thông tin cá nhân nên tôi không trả lời trong nhóm. Anh/chị nhắn riêng cho tôi nhé, tôi sẽ giúp ngay."
)
AWAY = (
    "Lúc này trợ lý chưa trả lời được câu này vì có trục trặc. Anh/chị nhắn lại sau ít phút, "
    "hoặc hỏi Trung tâm Phục vụ hành chính công gần nhất."
)
NO_FILE = "Tôi chưa mở được tệp này. Anh/chị gửi lại giúp nhé."
MORE_FILES = "Mỗi tin nhắn tôi nhận {most} tệp. Anh/chị gửi các tệp còn lại ở tin nhắn sau giúp nhé."
CODE = (
    "Mã liên kết: {code}\n\n"
    "Trong 10 phút tới, anh/chị mở trợ lý ở kênh kia (Telegram, Zalo hoặc trang web) và gõ:\n"
    "liên kết {code}\n\n"
    "Hai bên sẽ là một cuộc trò chuyện: tờ khai đang điền và hồ sơ đang theo dõi dùng chung. "
    "⚠️ Đừng đưa mã này cho ai."
)
JOINED = (
    "Đã nối hai kênh thành một cuộc trò chuyện. Anh/chị làm tiếp tờ khai hay xem hồ sơ ở đây được rồi, "
    "ví dụ gõ “hồ sơ của tôi”. Muốn tách ra, gõ “ngắt liên kết”."
)
ANOTHER_JOINED = (
    "Cuộc trò chuyện này vừa được nối với một kênh khác bằng mã liên kết. Nếu không phải anh/chị làm, "
    "gõ “ngắt liên kết” ngay."
)
WRONG_CODE = "Mã này không đúng, đã dùng rồi hoặc quá 10 phút. Anh/chị gõ “liên kết” ở kênh kia để lấy mã mới."
OWN_CODE = (
    "Mã này là của chính cuộc trò chuyện này. Anh/chị mở trợ lý ở kênh kia (Telegram, Zalo hoặc trang web) "
    "và gõ mã ở đó."
)
PARTED = "Đã tách hai kênh. Từ bây giờ ở đây là một cuộc trò chuyện riêng; dữ liệu cũ ở lại kênh kia."
OTHERS_PARTED = (
    "Đã tách hai kênh. Dữ liệu cũ ở lại đây; kênh kia từ bây giờ là một cuộc trò chuyện riêng, "
    "không xem được gì ở đây nữa."
)
NOT_LINKED = "Cuộc trò chuyện này đang không nối với kênh nào khác."
TOO_OFTEN = "Anh/chị thử mã nhiều lần quá. Xin chờ một giờ rồi thử lại."


def small(text: str) -> Reply:
    """A few words as a reply."""
    return Reply(text=text, outcome=Outcome.SMALL_TALK)


def trouble(text: str = AWAY) -> Reply:
    """That something went wrong, as a reply."""
    return Reply(text=text, outcome=Outcome.TROUBLE)


def spaced(code: str) -> str:
    """A code in groups of four, as it is read out."""
    return " ".join(code[row : row + 4] for row in range(0, len(code), 4))
