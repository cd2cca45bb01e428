"""What people take for granted wrongly: found where they say it, nowhere else, and put right from sources."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.check import facts, sourced_facts
from knowledge.errors import DuplicateCode, RecordError
from knowledge.lexicons import load_lexicons
from knowledge.normalise import Lexicon, readings
from knowledge.premises import AT_ONCE, Premise, Premises, load_premises
from knowledge.settings import ROOT

DATA = ROOT / "data"
# What is not in a record: decisions on the two levels of government and on the national portal.
NOT_IN_RECORDS = {"1678/NQ-UBTVQH15", "29/2026/QĐ-TTg"}
SOURCE: dict[str, object] = {"name": "Cổng Dịch vụ công quốc gia", "as_of": "2026-06-01"}

# Phrasings of procedures that really say something wrong: the sentence and what it says.
PHRASINGS_WITH_A_PREMISE = {
    "mất bằng lái ô tô còn hạn, có phải thi lại không": "mat-bang-lai-thi-lai",
    "làm hồ sơ xin con nuôi cần phiếu lý lịch tư pháp của hai vợ chồng": "con-nuoi-ly-lich",
}

SAYS_IT = [
    ("bạn hứa chắc hồ sơ của tôi được duyệt đi", "cam-ket-duoc-duyet"),
    ("Tui lên công an huyện làm lại căn cước thì mang chi theo?", "cong-an-huyen"),
    ("vneid muc 2 phai ra cong an huyen moi lam duoc ha", "cong-an-huyen"),
    ("hồ sơ trợ cấp cho mẹ phải nộp trên huyện phải không ạ", "uy-ban-huyen"),
    ("em phai len huyen nop giay to nay a", "uy-ban-huyen"),
    ("Đơn này đem lên huyện xin chủ tịch huyện ký mới được à?", "uy-ban-huyen"),
    ("sua ho tich phai len phong tu phap huyen ha ad", "phong-tu-phap-huyen"),
    ("lấy chồng Hàn thì lên phòng tư pháp đăng ký kết hôn hả em", "phong-tu-phap-huyen"),
    ("Tách thửa cho con thì ra phòng tài nguyên huyện chộ ai nhận?", "phong-tai-nguyen-huyen"),
    ("ban hang online thi khai o chi cuc thue huyen dung khong", "chi-cuc-thue-huyen"),
    ("tui về bảo hiểm xã hội huyện rút tiền tuất cho bố", "bao-hiem-huyen"),
    ("mo quan bun phai ra phong tai chinh huyen dang ky a", "phong-tai-chinh-huyen"),
    ("Xin trợ cấp cho cháu khuyết tật phải qua phòng lao động thương binh huyện à?", "phong-lao-dong-huyen"),
    ("đổi bằng lái xe máy phải xuống tận sở giao thông vận tải hả", "so-giao-thong"),
    ("lam ly lich tu phap di nhat thi len so tu phap nop", "so-tu-phap-ly-lich"),
    ("cưới vợ Lào thì phải lên sở tư pháp đăng ký chứ", "so-tu-phap-ket-hon"),
    ("Tui xây nhà cấp bốn mà người ta bắt lên sở xây dựng xin phép", "so-xay-dung"),
    ("mở tạp hóa phải lên sở kế hoạch đầu tư đăng ký hả anh", "so-dang-ky-ho-kinh-doanh"),
    ("lap cong ty tnhh thi nop o so ke hoach dau tu dung ko", "so-ke-hoach-cong-ty"),
    ("em nộp hồ sơ trên cổng dịch vụ công tỉnh nghệ an mà không thấy", "cong-dich-vu-cong-tinh"),
    ("cổng dịch vụ công em đăng nhập bằng số điện thoại mãi không được", "dang-nhap-cong-quoc-gia"),
    ("nhà cháy mất sổ hộ khẩu giờ xin cấp lại ở mô", "lam-lai-so-ho-khau"),
    ("lam lai so ho khau bi rach can giay chi", "lam-lai-so-ho-khau"),
    ("đi đăng ký kết hôn có phải mang theo sổ hộ khẩu gốc không", "mang-so-ho-khau"),
    ("xin hoc cho con ma khong co so ho khau thi sao", "mang-so-ho-khau"),
    ("vô trọ rồi, giờ xin sổ tạm trú thì ra đâu", "so-tam-tru"),
    ("bỏ hộ khẩu giấy rồi thì khỏi phải nhập khẩu cho vợ nữa chứ", "bo-ho-khau-khoi-dang-ky"),
    ("muon nhap khau ve nha chong phai ve que xin giay chuyen khau truoc ha", "cat-khau-truoc"),
    ("chứng minh thư của ông ghi hạn tới 2030, vẫn còn dùng được mà", "chung-minh-con-dung"),
    ("cmnd 9 so cua tui chua het han thi khoi lam can cuoc dung khong", "chung-minh-con-dung"),
    ("có luật mới nên căn cước công dân gắn chip phải đổi hết sang thẻ mới à", "cccd-phai-doi-het"),
    ("Xã tui gộp xã rồi, căn cước ghi xã cũ có phải đi đổi lại không?", "sap-nhap-doi-can-cuoc"),
    ("doi ten xa roi thi can cuoc cu bi phat ha", "sap-nhap-doi-can-cuoc"),
    ("con 3 tuổi nghe nói bắt buộc phải làm căn cước, không làm bị phạt", "tre-em-can-cuoc-bat-buoc"),
    ("làm căn cước cho cháu phải chờ đủ 6 tuổi mới được à", "can-cuoc-tre-cho-6-tuoi"),
    ("doi can cuoc thi phai ve que ngoai nghe an moi lam duoc dung ko", "can-cuoc-ve-que"),
    ("căn cước làm online thì khỏi phải lên công an lấy vân tay nữa đúng không", "can-cuoc-online-khoi-den"),
    ("sao y cái bằng phải về đúng nơi thường trú mới làm hả chị", "chung-thuc-dung-noi"),
    ("xin giay doc than phai ve noi sinh moi cap phai khong", "doc-than-noi-sinh"),
    ("Khai sinh cho cháu phải về quê nội mới làm được hay răng?", "khai-sinh-ve-que"),
    ("xin trích lục kết hôn phải về nơi đăng ký hồi xưa à", "trich-luc-ve-noi-cu"),
    ("kết hôn là phải về quê nhà gái đăng ký mới đúng", "ket-hon-ve-que"),
    ("làm hộ chiếu phải ra tận Hà Nội đúng không ạ", "ho-chieu-ha-noi"),
    ("lam ho chieu phai ve que thuong tru moi duoc ha", "ho-chieu-dung-tinh"),
    ("giờ hộ chiếu bắt buộc làm qua mạng, mẹ em không biết dùng máy", "ho-chieu-chi-online"),
    ("mất hộ chiếu phải lên công an tỉnh trình báo hả anh", "mat-ho-chieu-len-cuc"),
    ("sang tên sổ đỏ phải về đúng nơi có đất mới nộp được à", "so-do-dung-noi-co-dat"),
    ("nộp hồ sơ là phải đúng xã mình ở mới nhận chứ", "nop-dung-xa-minh"),
    ("có khách tây ở nhà phải lên công an tỉnh khai báo tạm trú hả", "nguoi-nuoc-ngoai-len-cuc"),
    ("con tui quá 60 ngày chưa khai sinh, chừ xã không nhận nữa à", "khai-sinh-qua-han"),
    ("khai sinh muon bi phat nang lam dung khong", "khai-sinh-qua-han"),
    ("ông mất mấy năm rồi chưa khai tử, nghe nói không làm được nữa", "khai-tu-qua-han"),
    ("me tui 77 tuoi khong luong huu, phai doi du 80 moi co tien ha", "huu-tri-xa-hoi-80"),
    ("người già 70 tuổi ai cũng được 500 nghìn một tháng phải không", "huu-tri-xa-hoi-ai-cung-duoc"),
    ("muốn xin hộ nghèo mà xóm bảo phải chờ cuối năm mới xét", "ho-ngheo-cho-cuoi-nam"),
    ("tạm trú đăng ký một lần là xong, khỏi gia hạn chứ", "tam-tru-mot-lan"),
    ("thuế đất năm nào cũng phải đi khai lại à", "thue-dat-nam-nao-cung-khai"),
    ("nghe don bao hiem mot lan cam rut roi", "rut-bao-hiem-bi-cam"),
    ("nghỉ việc tuần trước, rút bảo hiểm một lần là được tiền ngay chứ", "rut-bao-hiem-ngay"),
    ("chỗ mô bán bằng lái, tui mua bằng lái ô tô khỏi học", "mua-bang-lai"),
    ("thi bang lai bao dau het bao nhieu", "mua-bang-lai"),
    ("làm giả giấy xác nhận thu nhập giá bao nhiêu", "giay-to-gia"),
    ("mần cái căn cước giả thì ở mô làm", "giay-to-gia"),
    ("đưa phong bì cho cán bộ bao nhiêu thì nhanh", "dut-lot"),
    ("làm sổ đỏ phải bồi dưỡng anh địa chính mới xong hả", "phai-boi-duong"),
    ("lam giay to phai quen biet moi nhanh dung khong", "phai-boi-duong"),
    ("ông cò bảo đưa 3 triệu lo xong cái hộ khẩu", "co-thu-tien"),
    ("em bận, nhờ mẹ xin lý lịch tư pháp số 2 thay được chứ", "uy-quyen-ly-lich-so-2"),
    ("mẹ đơn thân thì không khai sinh cho con được phải không", "con-ngoai-gia-thu"),
    ("chua dang ky ket hon nen xa khong cho lam khai sinh", "con-ngoai-gia-thu"),
    ("khai sinh cho bé bắt buộc phải có giấy đăng ký kết hôn mới làm à", "khai-sinh-phai-co-ket-hon"),
    ("đẻ ở nhà không ai cho giấy nên không khai sinh được à", "khai-sinh-khong-chung-sinh"),
    ("bà nội đi khai sinh cho cháu phải có giấy ủy quyền hả", "ong-ba-khai-sinh-uy-quyen"),
    ("đăng ký kết hôn phải xin giấy độc thân trước đúng không", "giay-doc-than-de-ket-hon"),
    ("đăng ký kết hôn một mình em đi nhận cũng được chứ", "ket-hon-mot-nguoi-di"),
    ("xin con nuôi người ta bắt làm phiếu lý lịch tư pháp", "con-nuoi-ly-lich"),
    ("chưa chồng thì không được nhận con nuôi đúng không", "con-nuoi-doc-than"),
    ("muốn nhập khẩu phải đứng tên sổ đỏ mới được à", "thuong-tru-phai-co-so-do"),
    ("o nha thue thi khong duoc dang ky thuong tru dau nhi", "nha-thue-khong-thuong-tru"),
    ("tach khau phai co nha rieng moi cho tach ha", "tach-ho-phai-co-nha"),
    ("đăng ký tạm trú mà hợp đồng thuê phải công chứng mới được hả", "tam-tru-hop-dong-cong-chung"),
    ("đất ông bà không có giấy tờ thì không làm sổ được đúng không", "dat-khong-giay-to"),
    ("mua đất giấy viết tay năm 2010 coi như không sang tên được nữa", "mua-giay-tay-khong-lam-so"),
    ("mua bán đất chỉ cần giấy viết tay có chữ ký trưởng thôn là được", "ban-dat-viet-tay-la-xong"),
    ("bán đất phải ra văn phòng công chứng mới được, xã không làm", "hop-dong-dat-phai-phong-cong-chung"),
    ("ra xã chứng thực chữ ký vô hợp đồng mua bán đất", "chung-thuc-chu-ky-hop-dong"),
    ("mệ tui không biết chữ thì không lập được di chúc à", "khong-biet-chu-di-chuc"),
    ("mất bìa đỏ phải đăng báo ba lần hả", "mat-so-do-dang-bao"),
    ("bìa đỏ cũ nghe nói hết hiệu lực rồi", "so-do-mau-cu"),
    ("tranh chấp đất với hàng xóm, kiện thẳng ra tòa luôn được mà", "tranh-chap-kien-thang"),
    ("mat bang lai la phai thi lai tu dau ha", "mat-bang-lai-thi-lai"),
    ("bằng B2 quá hạn một tháng khỏi thi, chỉ đóng phạt là đổi được", "bang-qua-han-van-doi"),
    ("bằng lái còn hạn mà đi đổi cũng phải thi lại à", "doi-bang-con-han-thi-lai"),
    ("bằng lái bìa giấy bị phạt đúng không", "bang-giay-phai-doi"),
    ("mua xe máy cũ thì giữ nguyên biển số của chủ cũ luôn chứ", "mua-xe-giu-bien-so"),
    ("mua xe cũ có giấy viết tay là xong, khỏi sang tên", "mua-xe-khong-sang-ten"),
    ("mất cà vẹt xe phải đăng báo hả", "mat-ca-vet-dang-bao"),
    ("bo thue khoan roi thi khoi dong thue dung khong", "bo-thue-khoan"),
    ("quán tui nghỉ bán mấy tháng, cứ nghỉ thôi khỏi báo ai chứ", "nghi-ban-khoi-bao"),
    ("giấy đăng ký hộ kinh doanh huyện cấp giờ hết giá trị rồi hả", "giay-kinh-doanh-cu"),
    ("nhờ em đi đăng ký kinh doanh thì giấy ủy quyền phải công chứng à", "uy-quyen-kinh-doanh-cong-chung"),
    ("cháu tự kỷ phải lên tỉnh giám định mới có giấy khuyết tật hả", "khuyet-tat-giam-dinh"),
    ("nộp cái gì cũng phải công chứng hết à", "cai-gi-cung-cong-chung"),
    ("chứng thực hợp đồng qua mạng thì khỏi phải đến ký nữa chứ", "hop-dong-online-khoi-ky"),
    ("mần khai sinh cho cháu họ nói hết ba trăm nghìn", "phi-khai-sinh"),
    ("dang ky ket hon mat 200k dung khong", "phi-ket-hon"),
    ("khai tử cho ông nghe nói phải nộp 100 nghìn", "phi-khai-tu"),
    ("nhập khẩu cho vợ tốn 500k phải không", "phi-thuong-tru"),
    ("tách hộ mất mấy trăm nghìn hả", "phi-tach-ho"),
    ("đăng ký tạm trú cho cháu họ thu 150.000 đồng", "phi-tam-tru"),
    ("xin giấy ct07 mất 50 nghìn à", "phi-xac-nhan-cu-tru"),
    ("đổi chủ hộ phải nộp 100k hả", "phi-doi-chu-ho"),
    ("làm căn cước cho con hết 50 nghìn à", "phi-can-cuoc-lan-dau"),
    ("doi the can cuoc mat 200 nghin ha", "phi-doi-can-cuoc"),
    ("mất căn cước làm lại nghe nói hết 300k", "phi-lam-lai-can-cuoc"),
    ("đăng ký giám hộ cho cháu mất 500 nghìn phải không", "phi-giam-ho"),
    ("xin vào hộ nghèo phải nộp 200 nghìn tiền hồ sơ à", "phi-ho-ngheo"),
    ("sao y học bạ họ lấy 10k một bản", "phi-chung-thuc-ban-sao"),
    ("làm hộ chiếu hết 2 triệu đúng không", "phi-ho-chieu"),
    ("đổi bằng lái mất 500 nghìn hả", "phi-doi-bang-lai"),
    ("nhận con nuôi phải nộp mấy triệu à", "phi-con-nuoi"),
]

DOES_NOT_SAY_IT = [
    "căn cước của tui do công an huyện cấp năm 2021, chừ hết hạn",
    "bỏ cấp huyện rồi thì nộp hồ sơ ở đâu",
    "không còn công an huyện thì làm căn cước ở đâu",
    "chị Huyền làm khai sinh cho con",
    "em tên huyen, lam can cuoc o xa nao cung duoc a",
    "nhà tôi ở huyện Yên Thành cũ, giờ làm khai sinh ở đâu",
    "phòng tư pháp giờ bỏ rồi thì hỏi ai",
    "sở tư pháp có nhận đơn tố cáo văn phòng công chứng không",
    "bỏ sổ hộ khẩu rồi thì lấy giấy gì thay",
    "giấy thay sổ hộ khẩu xin ở đâu",
    "tôi cần giấy xác nhận số chứng minh nhân dân cũ",
    "chứng minh nhân dân hết giá trị rồi, giờ làm căn cước thế nào",
    "đổi căn cước do sai ngày sinh",
    "căn cước bị gãy, làm lại ở đâu",
    "làm căn cước cho bé 3 tuổi cần giấy gì",
    "con tròn 14 tuổi làm căn cước ở đâu",
    "làm hộ chiếu ở đâu, mất bao lâu",
    "em đang ở Hà Nội làm hộ chiếu ở đâu",
    "mất hộ chiếu thì báo ai",
    "khai sinh cho con cần giấy gì",
    "khai sinh hết bao nhiêu tiền",
    "lệ phí đăng ký kết hôn bao nhiêu",
    "nhập khẩu cho vợ mất 20 nghìn đúng không",
    "nhập khẩu lô hàng 5 triệu thì khai thế nào",
    "con sinh được 70 ngày thì khai sinh có mất tiền không",
    "xin bản sao giấy khai sinh mất 8 nghìn phải không",
    "trợ cấp thai sản được 2 triệu, cần giấy khai sinh của con",
    "đổi thẻ căn cước 25 nghìn phải không",
    "làm hộ chiếu 200 nghìn đúng không",
    "mẹ tôi 80 tuổi xin trợ cấp hưu trí xã hội ở đâu",
    "xin xét hộ nghèo trong năm thì nộp giấy gì",
    "xóm tui có hai trăm mét đường, xin hộ nghèo ở mô",
    "tạm trú sắp hết hạn thì gia hạn thế nào",
    "nghỉ việc đủ 12 tháng rồi, rút bảo hiểm một lần cần gì",
    "thi bằng lái A1 cần giấy tờ gì",
    "thi ho so bang lai o dau a",
    "mua xe máy cũ sang tên thế nào",
    "gia hạn giấy phép xây dựng làm ở đâu",
    "lam giay gia han tam tru o dau",
    "phát hiện hàng xóm làm giả sổ đỏ thì báo ai",
    "tui bị lừa mua bằng lái giả, tố cáo ở mô",
    "cán bộ vòi tiền thì tố cáo ở đâu",
    "học lớp bồi dưỡng cán bộ xã đăng ký ở đâu",
    "con cò ăn đêm thì có phải xin phép không",
    "nghi ban hang may thang co phai bao xa khong",
    "xin phiếu lý lịch tư pháp số 1 nhờ em đi nộp",
    "con ngoài giá thú làm khai sinh cần giấy gì",
    "đăng ký kết hôn cần những giấy gì",
    "kết hôn với người Nhật phải có giấy độc thân đúng không",
    "bà ngoại đi khai sinh cho cháu cần mang gì",
    "vợ chồng nhận con nuôi cần giấy tờ gì",
    "nhận con nuôi ở nước ngoài phải có lý lịch tư pháp à",
    "nhập khẩu vào nhà thuê cần hợp đồng gì",
    "thuê trọ thì đăng ký tạm trú ở đâu",
    "tách hộ cần giấy gì, ở chung với bố mẹ",
    "đất không có giấy tờ xin cấp sổ lần đầu thế nào",
    "mua đất giấy viết tay năm 2015 muốn làm sổ",
    "hợp đồng mua bán đất chứng thực ở xã mất bao nhiêu",
    "mất sổ đỏ thì làm lại ở đâu",
    "sổ đỏ bị rách phải đổi thế nào",
    "bằng lái hết hạn rồi thì làm sao",
    "mất bằng lái đã quá hạn có phải thi lại không",
    "bằng lái còn hạn muốn đổi sang thẻ nhựa",
    "mất cà vẹt xe làm lại ở đâu",
    "bỏ thuế khoán thì khai thuế kiểu gì",
    "quán em tạm nghỉ hai tháng thì báo ở đâu",
    "đăng ký hộ kinh doanh ở xã nào cũng được à",
    "xin giấy khuyết tật cho con ở xã",
    "hội đồng không kết luận được khuyết tật, phải đi giám định y khoa à",
    "chứng thực bản sao ở xã khác có được không",
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(DATA)


@pytest.fixture(scope="module")
def lexicons() -> list[Lexicon]:
    return load_lexicons(DATA)


@pytest.fixture(scope="module")
def shipped() -> tuple[Premise, ...]:
    return load_premises(DATA / "premises")


@pytest.fixture(scope="module")
def premises(shipped: tuple[Premise, ...]) -> Premises:
    return Premises(shipped)


def ids(found: tuple[Premise, ...]) -> list[str]:
    return [premise.id for premise in found]


def premise(*said: list[str], unless: tuple[str, ...] = (), id: str = "mot-dieu-sai") -> Premise:
    return Premise.model_validate(
        {"id": id, "said": said, "unless": unless, "correction": "Không phải vậy.", "sources": [SOURCE]}
    )


def found(text: str, *premises: Premise) -> list[str]:
    return ids(Premises(premises).found_in(text))


@pytest.mark.parametrize(("sentence", "expected"), SAYS_IT)
def test_a_wrong_belief_is_found(sentence: str, expected: str, premises: Premises, lexicons: list[Lexicon]) -> None:
    assert expected in ids(premises.found_in(readings(sentence, lexicons)[-1]))


@pytest.mark.parametrize("sentence", DOES_NOT_SAY_IT)
def test_a_question_without_a_wrong_belief_is_left_alone(
    sentence: str, premises: Premises, lexicons: list[Lexicon]
) -> None:
    assert ids(premises.found_in(readings(sentence, lexicons)[-1])) == []


def test_every_premise_has_a_sentence_that_says_it(shipped: tuple[Premise, ...]) -> None:
    assert {premise.id for premise in shipped} == {expected for _, expected in SAYS_IT}


def test_the_phrasings_of_procedures_say_nothing_wrong(
    premises: Premises, catalogue: Catalogue, lexicons: list[Lexicon]
) -> None:
    alarms = {
        sentence: ids(said)
        for code in catalogue.procedures
        for sentence in catalogue.phrasings.get(code, ())
        if (said := premises.found_in(readings(sentence, lexicons)[-1]))
    }
    assert alarms == {sentence: [expected] for sentence, expected in PHRASINGS_WITH_A_PREMISE.items()}


def test_topics_and_ordinary_questions_of_others_raise_no_alarm(
    premises: Premises, catalogue: Catalogue, lexicons: list[Lexicon]
) -> None:
    sentences = [text for topic in catalogue.topics.values() for text in topic.phrasings]
    sentences += [text for other in catalogue.elsewhere.values() for text in other.phrasings]
    assert len(sentences) > 300
    assert [text for text in sentences if premises.found_in(readings(text, lexicons)[-1])] == []


def test_corrections_lead_to_procedures_that_are_there(shipped: tuple[Premise, ...], catalogue: Catalogue) -> None:
    assert [one.id for one in shipped if one.leads_to and one.leads_to not in catalogue.procedures] == []


def test_every_figure_of_a_correction_stands_in_a_source(shipped: tuple[Premise, ...], catalogue: Catalogue) -> None:
    by_page = {source.page: record for record in catalogue.procedures.values() for source in record.sources}
    unsourced = {}
    for one in shipped:
        records = [by_page[source.page] for source in one.sources if source.page in by_page]
        if one.leads_to:
            records.append(catalogue.procedures[one.leads_to])
        allowed = set[str]().union(*(sourced_facts(record) for record in records))
        allowed |= {figure for source in one.sources for figure in facts(source.name)}
        if missing := facts(one.correction) - allowed:
            unsourced[one.id] = missing
    assert unsourced == {}


def test_every_source_is_a_record_or_a_law_that_a_record_cites(
    shipped: tuple[Premise, ...], catalogue: Catalogue
) -> None:
    pages = {source.page for record in catalogue.procedures.values() for source in record.sources}
    laws = {law.number for record in catalogue.procedures.values() for law in record.legal_basis} | NOT_IN_RECORDS
    for one in shipped:
        for source in one.sources:
            cited = re.findall(r"\d+/(?:\d{4}/)?[A-ZĐ][\w-]+", source.name)
            assert set(cited) <= laws, one.id
            assert cited or source.page in pages or source.name.startswith("Cổng Dịch vụ công"), one.id


def test_texts_are_nfc_short_and_name_no_district_as_a_place_to_go(shipped: tuple[Premise, ...]) -> None:
    for one in shipped:
        assert unicodedata.is_normalized("NFC", one.correction)
        assert 1 <= len(re.findall(r"[.!?](?:\s|$)", one.correction)) <= 3, one.id
        for place in re.findall(r"[^.;,]*\bhuyện\b[^.;,]*", one.correction):
            assert re.search(r"không|bỏ", place), one.id


def test_only_crooked_ways_refuse_an_answer(shipped: tuple[Premise, ...]) -> None:
    assert {one.id for one in shipped if one.refuse} == {"mua-bang-lai", "giay-to-gia", "dut-lot"}


def test_all_groups_must_stand_in_the_message() -> None:
    one = premise(["sổ hộ khẩu", "làm lại"])
    assert found("làm lại sổ hộ khẩu", one) == ["mot-dieu-sai"]
    assert found("làm lại sổ đỏ", one) == []


def test_words_of_a_group_stand_next_to_each_other() -> None:
    assert found("sổ cũ của hộ anh khẩu", premise(["sổ hộ khẩu"])) == []


def test_dots_leap_over_three_words_at_most() -> None:
    one = premise(["phải … công chứng"])
    assert found("phải đi ra công chứng", one) == ["mot-dieu-sai"]
    assert found("phải đi ra tận văn phòng công chứng", one) == []


def test_either_word_and_either_phrase_will_do() -> None:
    one = premise(["lên/ra huyện|gặp chủ tịch"])
    assert [bool(found(text, one)) for text in ("lên huyện", "ra huyện", "gặp chủ tịch", "gặp huyện")] == [
        True,
        True,
        True,
        False,
    ]


def test_bare_letters_fit_but_other_accents_do_not() -> None:
    one = premise(["công an huyện"])
    assert found("ra cong an huyen", one) == ["mot-dieu-sai"]
    assert found("ra công an Huyền", one) == []


def test_an_equals_sign_asks_for_the_accents() -> None:
    one = premise(["nhờ =cò"])
    assert found("nhờ cò", one) == ["mot-dieu-sai"]
    assert found("nho co", one) == []


@pytest.mark.parametrize(
    "amount", ["500k", "500.000 đồng", "500 nghìn", "năm trăm ngàn", "2tr5", "mấy triệu", "hai trăm"]
)
def test_amounts_of_money_are_understood(amount: str) -> None:
    assert found(f"làm khai sinh mất {amount} đúng không", premise(["mất <tiền>"])) == ["mot-dieu-sai"]


@pytest.mark.parametrize("no_amount", ["hai trăm mét", "năm ngày", "3 bản", "2 năm đóng bảo hiểm"])
def test_other_numbers_are_no_money(no_amount: str) -> None:
    assert found(f"mất {no_amount} đúng không", premise(["mất <tiền>"])) == []


def test_who_knows_better_is_not_corrected_even_by_an_amount() -> None:
    one = premise(["hộ chiếu", "<tiền>"], unless=("200 nghìn|200k", "không phải"))
    assert found("hộ chiếu 900 nghìn", one) == ["mot-dieu-sai"]
    assert found("hộ chiếu 200 nghìn", one) == []
    assert found("hộ chiếu không phải 900 nghìn", one) == []


def test_at_most_two_are_told_and_what_says_most_comes_first() -> None:
    short = premise(["huyện"], id="ngan")
    long = premise(["lên công an huyện"], id="dai")
    middle = premise(["công an huyện"], id="giua")
    assert found("tui lên công an huyện", short, long, middle) == ["dai", "giua"]
    assert AT_ONCE == 2


def test_a_file_with_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    content = {"id": "mot", "said": [["a"]], "correction": "Sai.", "sources": [SOURCE], "khac": 1}
    (tmp_path / "mot.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RecordError, match=r"mot\.yml.*khac"):
        load_premises(tmp_path)


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    content = {"id": "mot", "said": [["a"]], "correction": "Sai.", "sources": [SOURCE]}
    for name in ("mot.yml", "hai.yml"):
        (tmp_path / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DuplicateCode, match="mot"):
        load_premises(tmp_path)


def test_a_premise_needs_a_source_and_words() -> None:
    with pytest.raises(ValidationError):
        Premise.model_validate({"id": "mot", "said": [["a"]], "correction": "Sai.", "sources": []})
    with pytest.raises(ValidationError, match="without words"):
        premise(["huyện|"])
