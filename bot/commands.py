"""Commands that start with a slash, as Telegram shows them in its menu, and what they say to the assistant."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """name: without the slash, letters a to z. says: the words that the assistant gets. title: for the menu."""

    model_config = ConfigDict(frozen=True)

    name: str
    says: str
    title: str


COMMANDS = (
    Command(name="start", says="xin chào", title="Bắt đầu"),
    Command(name="trogiup", says="trợ giúp", title="Trợ lý giúp được những gì"),
    Command(name="tracuu", says="tra cứu hồ sơ", title="Hồ sơ của tôi đến đâu rồi"),
    Command(name="hoso", says="hồ sơ của tôi", title="Hồ sơ tôi đang theo dõi, đang khai"),
    Command(name="nophoso", says="nộp hồ sơ trực tuyến", title="Điền tờ khai, nộp hồ sơ"),
    Command(name="canbo", says="gặp cán bộ", title="Gặp người thật"),
    Command(name="lienket", says="", title="Nối với cuộc trò chuyện ở kênh khác"),
    Command(name="dulieu", says="xem dữ liệu của tôi", title="Trợ lý giữ gì của tôi"),
    Command(name="xoadulieu", says="xóa dữ liệu của tôi", title="Xóa dữ liệu của tôi"),
    Command(name="dung", says="dừng", title="Dừng việc đang làm"),
    Command(name="help", says="trợ giúp", title="Trợ giúp"),
)
