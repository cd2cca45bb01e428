"""Made-up sentences that measure masking: 1,000 with personal data, marked exactly, and more than 500 without any.

They are built from patterns written by hand, as people write to an office, with made-up names and numbers put into
their slots. Every second pattern, and every second name, was kept out of sight while the masker was written (`held`):
what is measured on those tells how it does on sentences it was not written for. Nobody in here exists.

A slot is `{kind}` or `{kind.style}`. Styles of names: low (small letters), bare (small, no accents), flat (no accents),
caps (capitals), capsbare (both).
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

PERSONAL_SENTENCES = 1000
ROUNDS_OF_CLEAN = 4
HARD_ROUNDS = 8

# People of the lowlands: Kinh and Thổ.
NAMES = """
Nguyễn Văn Hùng; Trần Thị Bưởi; Lê Thị Hương; Phan Văn Đức; Hoàng Thị Lan; Hồ Sỹ Tuấn; Đặng Thị Thảo; Phạm Đình Cường
Võ Thị Nhung; Cao Xuân Trường; Đậu Thị Hiền; Bùi Quang Huy; Trương Thị Mỹ Linh; Thái Bá Dũng; Ngô Thị Kim Oanh
Đinh Văn Lực; Chu Thị Tuyết; Nguyễn Cảnh Toàn; Nguyễn Sỹ Hải; Hồ Thị Bích Ngọc; Trần Bá Quyết; Lê Khắc Thành
Phan Bá Mạnh; Văn Đình Phúc; Tăng Thị Hà; Lưu Văn Sáng; Đoàn Thị Yến; Dương Công Minh; Mai Thị Hòa; Lương Hữu Tài
Vũ Thị Thanh Huyền; Tạ Quang Thắng; Hà Văn Quân; Trịnh Thị Ngân; Kiều Văn Bình; Bạch Thị Loan; Doãn Trí Tuệ
Lại Thị Hằng; Phùng Khắc Vinh; Tống Văn Đạt; Nguyễn Trọng Nghĩa; Nguyễn Thị Hoài Thương; Trần Đình Nam
Lê Minh Châu; Phạm Thị Diệu; Hoàng Văn Thực; Hồ Văn Hoàn; Đặng Ngọc Khánh; Võ Văn Lợi; Cao Thị Minh Nguyệt
Đậu Đức Anh; Bùi Thị Xuân Mai; Trương Công Định; Thái Thị Quỳnh Trang; Ngô Xuân Hòa; Đinh Thị Thu Phương
Chu Văn Khải; Nguyễn Hữu Thanh Lâm; Nguyễn Thị Vân Anh; Trần Thị Hải Yến; Lê Đăng Khoa; Phan Thị Tố Uyên
Hoàng Đình Chiến; Hồ Hữu Phước; Đặng Văn Tiến; Phạm Thị Bảy; Võ Thị Sen; Cao Tiến Dũng; Đậu Văn Tú; Bùi Thị Lựu
Trương Văn Sửu; Thái Văn Tý; Ngô Đức Duy; Nguyễn Thị Út; Trần Văn Tám; Lê Thị Năm; Phan Thị Bé; Hoàng Thị Nga
Nguyễn Phúc An Nhiên; Trần Nguyễn Bảo Hân; Lê Phạm Gia Huy; Hồ Ngọc Minh Thư; Nguyễn Hoàng Nhật Minh
Phạm Nguyễn Tuệ Lâm; Đặng Bảo Châu; Võ Hoàng Thiên Ân; Bùi Khánh Vy; Cao Đức Phát; Trần Quốc Việt
Nguyễn Thị Thùy Dung; Lê Thị Cẩm Tú; Phan Huy Hoàng; Hoàng Nghĩa Sơn; Hồ Đức Thuận; Đặng Hồng Quang
Nguyễn Duy Khang; Trần Thanh Tùng; Lê Anh Dũng; Phạm Hồng Nhung; Võ Trọng Hiếu; Đậu Thị Tâm; Bùi Văn Thương
Trương Quang Vũ; Nguyễn Thế Anh; Nguyễn Tất Đạt; Nguyễn Viết Xuất; Nguyễn Bá Lộc; Nguyễn Như Quỳnh
Trần Hữu Lượng; Lê Doãn Hùng; Phan Công Tuyến; Hoàng Kim Thoa; Hồ Thị Vinh; Đặng Thị Chắt; Phạm Văn Cừ
Võ Minh Hiển; Cao Thị Liễu; Nguyễn Thị Hoa; Trần Văn Bình; Lê Văn An; Phan Thị Mai; Hoàng Văn Hải; Hồ Thị Phượng
Đặng Xuân Thủy; Phạm Thị Thơm; Võ Văn Khôi; Bùi Đức Trọng; Nguyễn Thị Lành; Trần Thị Ước; Lê Xuân Kỷ; Phan Văn Sỹ
Ngô Văn Nghị; Trần Thị Xoan; Nguyễn Văn Chính; Lê Hữu Trang; Đỗ Thị Gấm; Đỗ Minh Quân; Đỗ Hữu Hậu; Huỳnh Ngọc Ánh
Lý Thị Hoa Mai; Tô Văn Đông; Lâm Thị Thúy Hằng; Quách Văn Cảnh; Nguyễn Thị Đào; Trần Ngọc Sơn Tùng; Lê Thị Cúc
Vương Đình Khôi; Thân Thị Lệ; Hứa Văn Lai; Nguyễn Quốc Bảo; Trần Mạnh Hà; Lê Quang Sang; Phan Trung Kiên; Mạc Thị Duyên
Nguyễn Thị Thanh Tâm; Hoàng Trung Hiếu; Nguyễn Lê Khánh An; Trần Lê Hà My; Hồ Hoàng Anh; Phan Như Ý; Đào Thị Thắm
Đào Duy Thanh; Lưu Thị Quyên; Dương Thị Ái; Cù Huy Lập; Uông Thị Hạnh; Biện Văn Tư; Nguyễn Đăng Ninh; Trần Khánh Toàn
"""

# People of the highlands: Thái, Khơ Mú, Mông, Ơ Đu.
HILL_NAMES = """
Lô Văn Thái; Vi Thị Hoa; Kha Văn Tuấn; Lữ Thị Thúy; Moong Văn Hợi; Cụt Thị Lan; Vừ Bá Xồng; Xồng Y Dênh; Lầu Bá Chò
Hờ Y Pà; Già Bá Dìa; Và Bá Tồng; Và Y Mái; Lương Thị Pành; Lò Văn Piếng; Ngân Thị Xuyến; Quang Văn Hùng; Hà Thị Nọi
Lô Thị Xuân; Vi Văn Mằn; Kha Thị Nhàn; Lữ Văn May; Moong Thị Oanh; Cụt Văn Phoong; Vừ Y Xia; Xồng Bá Lẩu; Lầu Y Mo
Hờ Bá Pó; Già Y Xua; Thò Bá Rê; Cự Bá Lỳ; Lương Văn Khánh; Lô Mạnh Cường; Vi Thị Kim Chi; Kha Bảo Nam; Lữ Đình Thi
Moong Phò Hoan; Cụt Minh Tâm; Vừ Bá Nỏ; Xồng Bá Mùa; Lầu Bá Tu; Lô Hoài Thu; Vi Hải Đăng; Mùa Y Gánh; Ven Văn Quý
Lìm Văn Đoàn; Xeo Thị Bích; Pịt Văn Nam; Sầm Thị Hạ; Hủn Vi Thành; Lộc Thị Tuyên; Vang Thị Mỵ; Lo Thị Vân
Lang Văn Chiến
"""

# Family and given name only.
SHORT_NAMES = """
Trần Hùng; Lê Hương; Nguyễn Tuấn; Phạm Nhung; Hoàng Dũng; Nguyễn Hằng; Phan Thảo; Đặng Cường; Bùi Tuyết; Võ Oanh
Trần Quyết; Nguyễn Khoa; Lê Huyền; Phạm Thắng; Hoàng Yến; Đậu Quyên
"""

# Given names as they stand behind "anh", "chị".
GIVEN = """
Hùng; Hương; Tuấn; Nhung; Dũng; Hằng; Thảo; Cường; Tuyết; Oanh; Thắng; Huyền; Quyên; Yến; Khoa; Lan; Nga; Loan; Tú; Hiếu
"""

STREETS = """
Lê Lợi; Quang Trung; Trần Phú; Nguyễn Thị Minh Khai; Lê Hồng Phong; Phan Bội Châu; Hồ Tùng Mậu; Nguyễn Văn Cừ
Trường Chinh; Lê Duẩn; Hà Huy Tập; Nguyễn Trãi; Phan Đình Phùng; Nguyễn Du; Lê Mao; Nguyễn Sỹ Sách; Mai Hắc Đế
Hồ Xuân Hương; Phùng Chí Kiên; Trần Hưng Đạo; Đặng Thai Mai; Lý Thường Kiệt; Ngô Quyền; Nguyễn Phong Sắc
"""

COMMUNES = """
Quế Phong; Anh Sơn; Đô Lương; Con Cuông; Hùng Châu; Nghi Lộc; Diễn Châu; Tương Dương; Kỳ Sơn; Mường Xén; Nam Đàn
Kim Liên; Hưng Nguyên; Yên Thành; Tân Kỳ; Cửa Lò; Trường Vinh; Thành Vinh; Quỳ Hợp; Quỳ Châu; Hoàng Mai; Quỳnh Mai
Thái Hòa
"""


# Patterns with personal data. What stands in a slot has to go.
PERSONAL = """
tôi tên {name}, sđt {phone}
toi ten la {name.bare}, so dien thoai {phone}
Tôi là {name}, CCCD số {cccd}, muốn hỏi hồ sơ của tôi tới đâu rồi
em tên {name.low} ở xã {commune.low}, nhờ anh chị kiểm tra giúp hồ sơ
{name.bare}, {birth}
{name}, sinh ngày {birth}
ten con la {name.bare} sinh ngay {birth}
con trai tôi là {name}, sinh {birth}, giờ làm khai sinh muộn có sao không
con gái tui tên {name.low} mới sinh hôm {birth} làm giấy khai sinh chộ mô
vo toi ten {name.bare} cccd {cccd}
chồng em {name} số cmnd cũ {cmnd} giờ đổi sang căn cước
sdt cua em la {phone} nhe
số này ạ {phone}
gọi cho tui số {phone} với hí
{phone}
{cccd}
{name}
{name.bare}
{name.low}
{name.caps}
{name.flat}
Họ và tên: {name.caps}
ho ten {name.bare}
HỌ TÊN {name.caps} SINH NGÀY {birth}
TOI TEN LA {name.capsbare} SO DIEN THOAI {phone}
TÔI LÀ {name.caps}, CĂN CƯỚC {cccd}, XIN HỎI VỀ SỔ ĐỎ
cho mình hỏi hồ sơ đứng tên {name} đã xong chưa
cho hoi ho so cua {name.bare} nop hom thu 2 xong chua ak
ho so mang ten {name.flat} nop o phuong truong vinh
bà {name} đã mất tháng trước, giờ khai tử ở đâu
ba ngoai em la {name.bare} moi mat, lam giay chung tu can chi
ông {name.low} là bố tôi, sinh năm {year}
ong {name.bare} sn {year} co duoc huong tro cap tuoi cao ko
mẹ tôi {name} sinh {year} già rồi không đi được
giấy chứng nhận đứng tên ông {name} và bà {name}
so do dung ten ong {name.bare} va ba {name.bare} gio muon sang ten cho con
hai vợ chồng {name} và {name} muốn ly hôn thuận tình
mình với {name.low} định đăng ký kết hôn cuối năm
em la {name.bare} ck em la {name.bare} di xklđ ben dai loan
e tên {name.low} đt {phone} zalo cũng số đó
dt zalo {phone} ten {name.bare} a oi
Kính gửi UBND xã, tôi là {name}, sinh năm {year}, CCCD {cccd}, trú tại xóm 5
liên hệ {name} - {phone}
{name} - {phone} - {cccd}
{name.bare} {phone}
{phone} {name.low}
gặp chị {given} số {phone} nhé
anh {given} bảo tôi gọi lại số {phone}
chị {given.low} ở xóm trên cũng làm rồi mà được
tui là {hill} ở bản Huồi Tụ
toi ten {hill.bare} dan toc mong o ky son
{hill}
{hill.bare}
{hill.low}
{hill.caps}
em {hill} người Thái ở Quế Phong, số đt {phone}
con tôi tên {hill} chưa có khai sinh
ten con: {hill.bare}
ten cha {hill.bare} ten me {hill.bare}
bố cháu là {hill.low}, mẹ cháu là {hill.low}
cháu {hill} sinh {birth} chưa được nhập hộ khẩu
gia đình ông {hill} thuộc hộ nghèo bản Cha Nga
anh {hill.low} cccd {cccd} bị sai tên đệm
trưởng bản {hill} xác nhận rồi
ho ten {hill.flat}, so cccd {cccd}
Tên tôi trong khai sinh là {name} nhưng căn cước ghi là {name}
khai sinh ghi {name.low} mà học bạ lại ghi {name.low}
doi ten tu {name.bare} thanh {name.bare} duoc ko
muốn đổi tên con từ {name} sang {name}
bằng lái của tôi tên {name.caps} bị sai ngày sinh {birth}
ngay sinh cua toi la {birth} nhung giay to ghi {birth}
con tui sinh ngày {longbirth} làm khai sinh trễ
toi sinh {longbirth.bare} lam can cuoc duoc chua
sinh ngày {birth} thì bao nhiêu tuổi mới được hưởng hưu trí xã hội
mẹ em sinh năm {year} đã đủ tuổi nhận trợ cấp chưa
tui sn {year}, vợ tui sn {year} có được miễn không
ba tui sinh nam {year} nỏ có giấy tờ chi hết
cmnd {cmnd}
so cmt cua toi {cmnd} bi mo
số định danh cá nhân {cccd} tra không ra
ma dinh danh cua chau {cccd}
cccd: {cccd} cấp ngày 10/5/2021
can cuoc so {cccd} het han roi lam lai o mo
căn cước {cccd} của mẹ tôi bị mất
k có cccd, chỉ có cmnd {cmnd} thôi đc k
hộ chiếu {passport} sắp hết hạn
passport {passport} cua em mat ben nhat
số bhxh {insurance} của tôi
thẻ bhyt {health} không dùng được
ma the bao hiem y te {health}
email {mail} nhé
gui ket qua vao mail {mail} giup em
gửi qua {mail} hoặc zalo {phone}
stk {account} vietinbank tên {name.caps}
chuyen tien vao so tai khoan {account} cua {name.bare}
số tài khoản agribank {account} chủ tk {name}
xe {plate} của anh {name} muốn sang tên
bien so {plate} ten chu cu la {name.bare}
xe máy biển {plate} mất cà vẹt
mã hồ sơ {dossier}
ho so {dossier} toi mo roi
tra giúp em mã {dossier} sđt đăng ký {phone}
hs {dossier} của {name.low} xong chưa
ma {dossier}, 4 so cuoi dt cua ba {name.bare}
nhờ tra hồ sơ {dossier} nộp bởi {name}, cccd {cccd}
Nhà tôi ở {address}, phường Thành Vinh
toi o {address.bare} vinh
số nhà của tôi: {address}
dạ em là {name}, em nộp hồ sơ hôm qua
dạ {name.low} ạ
da {name.bare} a
à, là {name}
ừ, {name.low} nha
tên: {name}; ngày sinh: {birth}; cccd: {cccd}
{name.caps} {birth} {cccd}
{name.bare} {birth} {phone}
1. {name} 2. {name}
{name.low}, {name.low}
cha: {name} mẹ: {name}
cha {name.bare}, me {name.bare}
người cha là {name}, người mẹ là {name}
tên bố {name.low} tên mẹ {name.low}
ten con {name.bare}, ten me {name.bare}, khong co cha
người nhận con là {name}, cccd {cccd}
người được ủy quyền: {name}, số {cmnd}
toi uy quyen cho em gai la {name.bare} di lam thay
bán đất cho anh {name} từ năm 2010 giờ mới làm sổ
mua lai dat cua ong {name.bare} viet giay tay
thừa kế của cụ {name} để lại cho ba anh em {name}, {name}
cụ {name.low} để lại mảnh vườn
co {name.bare} ben dia chinh bao em thieu giay
cán bộ {name} hẹn tôi thứ 3 lên lấy
bác {name} ở xóm 7 bị cháy nhà giờ xin hỗ trợ
chú {name.low} hàng xóm lấn đất nhà tôi
thằng {name.low} nhà tôi đi bộ đội về
con {name.bare} nha toi di lay chong han
cháu {name} bị khuyết tật nặng
chau ten {name.bare} hoc lop 3
be {name.bare} sinh {birth}
bé {name} nhà em được 2 tháng
bé nhà em tên {name.low}
đặt tên con là {name} có được không
con định đặt tên {name.low} có bị trùng không
dinh dat ten cho chau la {name.bare}
tên trên giấy hẹn là {name.caps}
giay hen ghi ten {name.capsbare}
người nộp {name}, sđt {phone}
nguoi nop ho so: {name.bare} sdt {phone}
người yêu cầu là tôi, {name}
chủ hộ {name} muốn tách hộ
chu ho la {name.bare} con em la thanh vien
xóa tên {name.low} khỏi hộ khẩu
nhập khẩu cho {name} về nhà chồng
tam tru cho {name.bare} cccd {cccd} thue tro
cho {name} thuê nhà thì khai báo ở đâu
chủ quán là {name}, mở quán bún
hộ kinh doanh {name} muốn nghỉ bán
ho kinh doanh ten {name.bare} dong cua tu thang truoc
giám đốc {name} ký
{name.low} đây ạ
{name} đây, hôm qua tôi có hỏi
t la {name.bare} nek
mk tên {name.low}, cần làm lại gplx
em ten {name.bare} nam nay 22t muon thi bang lai a1
tớ là {short}
minh la {short.bare}
anh {short} có đất giáp nhà tôi
chị {short.low} bảo em gọi số {phone}
tên em là {short}
ten e la {short.bare} sdt {phone}
ad oi check ho em {name.bare} {birth}
ad ơi ktra giúp e {name.low} cccd {cccd} vs ạ
cho e xin lịch hẹn của {name.bare} vs
nhờ ad xem {name} có trong danh sách hộ nghèo ko
kiem tra giup danh sach co ten {name.bare} khong
tại sao {name} được mà {name} không được
sao {name.bare} duoc ma nha toi khong duoc
hôm qua {name} đã ký rồi
hom truoc {name.bare} nop roi do
hỏi cho {name.low} thôi
hỏi giùm {name}
gửi cho {name.bare} qua buu dien
người nhận: {name}, {phone}, {address}
sdt me {phone}, sdt bo {phone}
số cũ {phone} đổi sang {phone}
đt bàn {landline} hoặc di động {phone}
goi {phone} khong duoc thi goi {phone}
4 số cuối là của máy {phone}
alo {phone} nghe a
cần gấp lắm liên lạc {phone}
{phone} gọi lại cho tui sau 5h
vợ: {name}, sinh {birth}, cccd {cccd}
chồng: {name.low} {birth} {cccd}
bên nam {name}, bên nữ {name}
ben nam: {name.bare}, ben nu: {name.bare}, dang ky ket hon ngay 20/12
cô dâu {name}, chú rể {name}
em {name} và anh {name} cùng quê {commune}
mệ {name} nhà tui 80 tuổi rồi
eng {name.low} mần giấy tờ răng mà lâu rứa
ả {name.low} nói lên xã mà mần
o {name.bare} ở xóm tui hỏi làm sổ hộ nghèo
hấn tên {name.low}, sinh {birth}, chưa có giấy tờ chi
tui tên {name.bare} quê {commune} nỏ biết chữ
nhà mềnh họ tên {name.low}
tui la {hill.flat}, con tui la {hill.flat}
my name is {name.flat}, phone {phone}
I am {name.flat}, passport {passport}
Tôi, {name}, đề nghị cấp lại sổ
Người làm đơn: {name}
đơn của {name} gửi từ tháng 9
đơn đề nghị ngày 3/11 của bà {name.caps}
theo giấy ủy quyền của {name.caps} sinh {birth}
thửa đất số 12 của {name}
sổ hộ khẩu do {name.low} làm chủ hộ
người sử dụng đất: ông {name}, cccd {cccd}; bà {name}, cccd {cccd}
NGUYÊN QUÁN {name.caps}
CHO TÔI HỎI HỒ SƠ CỦA {name.caps} NỘP NGÀY 5/11
CON TÔI {name.caps} SINH {birth} LÀM KHAI SINH Ở ĐÂU
SDT {phone} {name.capsbare}
dạ ở {commune}, tôi là {hill}
"""

# Harder: names with rare syllables, most of them without accents and with nothing around them that tells.
HARD_NAMES = """
Nguyễn Đình Phấn; Trần Thị Cam; Lê Công Vượng; Phan Thị Huệ; Hoàng Thái Sơn; Hồ Thị Ngọc Mai; Đặng Quốc Thái
Phạm Thị Nhàn; Võ Đình Hoàn; Cao Văn Lương; Đậu Xuân Thìn; Bùi Thị Tình; Trương Thị Lương; Thái Doãn Bảy
Ngô Thị Hợi; Đinh Thị Xuân; Chu Đức Hòa; Nguyễn Thị Kim Dung; Lê Thanh Hải; Trần Minh Đức; Phạm Ngọc Thạch
Nguyễn Khắc Nguyên; Hoàng Mạnh Linh; Vũ Đức Thiện; Đỗ Văn Lập; Lương Thị Tươi; Vi Thị Nguyệt; Lô Thị Nga
Kha Văn Chương; Lữ Văn Hào; Vừ Chống Pao; Xồng Bá Thái; Lầu Y Chi; Moong Thị Thanh; Nguyễn Bảo Ngọc Anh
Tô Thị Hiếu; Dương Văn Khiêm; Nguyễn Hà My; Lê Bảo Trâm Anh; Trần Gia Bảo; Phan Tuấn Kiệt; Mai Xuân Lộc
Lưu Đình Nhiên; Quách Thị Phấn; Đoàn Ngọc Hân; Lê Thị Chín; Hà Thị Mận; Hồ Phi Long; Nguyễn Thạc Tính; Cao Cự Đề
Phạm Bá Khuê
"""
HARD = """
nhờ anh chị tra giúp cho mẹ em là {hard} với
nho tra giup me em {hard.bare} voi
hồ sơ cấp sổ đỏ của gia đình {hard.low} đến mô rồi
{hard.bare} nop ho so xin tach thua hom 5/10
hom bua {hard.bare} co len xa hoi roi
{hard} ở xóm 3 muốn xin xác nhận hộ nghèo
{hard.low} xóm 3 muốn xin xác nhận hộ nghèo
{hard.bare} xom 3 xin xac nhan ho ngheo
em trai em {hard.bare} di bo doi ve
dat nay ong noi {hard.bare} cho bo toi
bên bán {hard}, bên mua {hard}
ben ban la {hard.bare} con ben mua la {hard.bare}
{hard.caps} XIN HỎI GIẤY TỜ LÀM KHAI SINH
XIN CHO HOI HO SO CUA {hard.capsbare} DA XONG CHUA
cán bộ tên {hard} hướng dẫn sai
tên cháu: {hard.low}
ten bo: {hard.bare}, ten me: {hard.bare}
vợ là {hard.bare}, chồng là {hard.bare}
toi la con cua {hard.bare}
tôi là con trai ông {hard.low}
cho {hard.bare} va {hard.bare} cung dung ten so do duoc khong
nhà {hard} với nhà {hard} tranh chấp bờ rào
{hard.bare} oi ho so xong chua
anh {hard} ơi
chi {hard.bare} phong tu phap noi thieu giay
sửa tên trong khai sinh {hard.low} thành {hard.low}
đăng ký kết hôn giữa {hard} và {hard}
dk ket hon {hard.bare} va {hard.bare}
ai là {hard} trong danh sách
người giám hộ {hard} của cháu {hard}
nguoi giam ho cua chau {hard.bare} la {hard.bare}
xin cấp lại bằng tốt nghiệp mang tên {hard.bare}
chứng tử cho {hard} mất ở bệnh viện
chung tu cua {hard.bare}
bố {hard.low} mẹ {hard.low} chưa kết hôn
con {hard} bố {hard}
sổ bảo hiểm tên {hard.bare} cccd moi
không phải {hard} mà là {hard}
ko phai {hard.bare} ma la {hard.bare}
{hard.bare} hay {hard.bare} deu duoc
đại diện hộ: {hard}
{hard.flat} xin hỏi
Em la {hard.flat} o Vinh
danh sach gom {hard.bare}, {hard.bare}, {hard.bare}
hỏi cho cháu ngoại {hard.low} vừa sinh
hoi cho chau noi {hard.bare} vua sinh
trả kết quả cho {hard.low} giúp
mình tên {hard.low} nhé ad
m ten {hard.bare} ne
{hard.low} 1990 làm lại cccd
{hard.bare} 1990 lam lai cccd
tôi cùng vợ {hard.low} đi làm
toi cung vo {hard.bare} di lam
mẹ chồng tôi {hard} bị ốm nặng
me chong toi {hard.bare} om nang
người làm chứng {hard}
xe của {hard.bare} ban cho toi
thay mặt {hard} nộp hồ sơ
thay mat {hard.bare} nop ho so
"""

# Patterns without personal data: the text has to stay as it is.
CLEAN = """
thủ tục {code} cần giấy tờ gì
thu tuc {code} lam o dau
mã thủ tục {code} và {code} khác nhau chỗ nào
{code}
ma tthc {code}.000.00.00.H41
2.000365
lệ phí {fee} đúng không
le phi {fee} phai ko ad
sao thu tui {fee} rứa
phí {fee} một bản
hết {fee} chưa kể tiền chụp ảnh
1tr2 là giá đo đất à
mất 3 triệu rưỡi tiền thuế
nộp 200k được chưa
giá 15.000 một trang
thu nhập 1.500.000 mỗi tháng có phải hộ nghèo không
mua 250tr thì nộp thuế bao nhiêu
thue 2% cua 1,2 ty la bao nhieu
theo nghị định {decree} thì sao
nghi dinh {decree} co hieu luc chua
luật đất đai {law} điều 137
thông tư 04/2020/TT-BTP mẫu nào
quyết định số 1872/QĐ-BTP nói gì
điều 12 khoản 3 luật cư trú
Điều 188 Luật Đất đai 2024 quy định điều kiện
khoan 2 dieu 16 luat ho tich
nop ngay {date} bao gio lay
nộp ngày {date} thì ngày nào có kết quả
ngày {date} có làm việc không
hẹn trả {date} mà chưa thấy
cưới ngày {date} rồi mới đăng ký có bị phạt không
ly hon tu nam 2015 gio ket hon lai
đất mua năm 1993 bằng giấy viết tay
sổ đỏ cấp năm 2004
ở đây từ năm 1990 tới giờ
mất ngày 2/9/2020 giờ mới khai tử
kết hôn ngày 12/3/1990 mà chưa đăng ký
24/11 có làm việc ko
thứ 7 xã có nhận hồ sơ không
8h30 đến 16h chiều nay
trước 17h ngày 25/11
xã {commune} mới sáp nhập từ đâu
xa {commune.bare} o cho nao
phường {commune} nộp được không
trung tâm hành chính công {commune} ở đâu
ubnd xa {commune.bare} lam viec thu 7 khong
tôi ở {commune} thì nộp ở đâu
nha o {commune.bare} nop o vinh duoc ko
quê {commune}, đang làm ở Hà Nội
chuyển khẩu từ {commune} về {commune}
tu {commune.bare} chuyen ve {commune.bare} can chi
trung tâm ở đường {street} phải không
đường {street} cấm xe tải à
duong {street.bare} gan cho vinh
trường {street} tuyển sinh lúc nào
truong thpt {street.bare} xin giay xac nhan
UBND phường đường {street}
pho {street.bare} co van phong cong chung nao
ngã tư {street} có phòng công chứng không
làng Sen quê Bác Hồ
khu di tích Kim Liên mở cửa mấy giờ
Thành phố Hồ Chí Minh có nhận không
giấy tờ ở tp ho chi minh gửi về
đi làm ở Hà Nội, hộ khẩu Nghệ An
xin lý lịch tư pháp để đi Hàn Quốc
làm hộ chiếu cho con nhỏ
khai sinh cho con cần gì
khai sinh cho con ngoai gia thu
con trai 5 tuổi đã làm căn cước được chưa
con gai toi 14 tuoi lam can cuoc o dau
bố mẹ chưa đăng ký kết hôn thì khai sinh thế nào
mẹ đơn thân làm khai sinh cho con
ông bà nội đi làm khai sinh thay được không
ong ba ngoai di thay duoc ko
vợ chồng tôi đều đi nước ngoài
vo chong toi ly than
chồng em là người Lào
vợ tôi là người Đài Loan
anh chị cho em hỏi chút
anh chi oi cho em hoi
chị ơi cho em hỏi với
cô ơi cho cháu hỏi
bác cho cháu hỏi thủ tục với
anh hùng lực lượng vũ trang được hưởng gì
bà mẹ Việt Nam anh hùng được trợ cấp chi
me vnah duoc huong gi
anh hai tôi mất, chị dâu làm khai tử
chị cả đứng ra nhận thừa kế
chú út ở chung hộ khẩu
bà con xóm tôi hỏi về sổ đỏ
cán bộ tư pháp hộ tịch xã
công an xã có làm căn cước không
chủ tịch ủy ban ký chưa
phó chủ tịch đi vắng thì ai ký
trưởng thôn xác nhận được không
truong xom xac nhan co duoc khong
bác sĩ cấp giấy chứng sinh
cô giáo bảo nộp bản sao khai sinh
thầy cúng có phải đăng ký không
tên là gì cũng được à
tên trong khai sinh khác tên trong sổ đỏ
ten tren giay khai sinh sai dau
đổi tên đệm cho con được không
doi ten cho con can giay to chi
tên công ty đặt thế nào
ten ho kinh doanh co duoc trung khong
họ tên viết in hoa hay thường
họ và tên ghi theo căn cước hay khai sinh
ho ten viet the nao
sai họ tên cha mẹ trong giấy khai sinh
đứng tên hai vợ chồng trên sổ đỏ
so do dung ten 2 vo chong
xóa tên khỏi hộ khẩu
ngày sinh sai thì sửa ở đâu
ngay sinh tren bang khac tren cccd
năm sinh trên giấy tờ không khớp
sinh con thứ ba có bị phạt không
sinh con o benh vien lay giay chung sinh
sinh viên tạm trú ở ký túc xá
học sinh lớp 9 làm căn cước
sinh năm nhuận thì tính sao
đẻ ở nhà không có giấy chứng sinh
số điện thoại của xã là gì
sdt trung tam hanh chinh cong la bao nhieu
tổng đài 1022 có làm việc chủ nhật không
goi 19001096 mai khong duoc
goi 113 hay 114
hotline 18008000 đúng không
căn cước công dân hết hạn năm 25 tuổi
can cuoc 12 so la gi
cmnd 9 số còn dùng được không
cccd gắn chip làm mấy ngày
mã định danh là 12 số à
số tài khoản của kho bạc là gì
tài khoản vneid mức 2 làm ở đâu
tai khoan dinh danh muc 1 len muc 2
biển số 37 là tỉnh nào
xe 7 chỗ sang tên cần gì
xe máy 50cc có cần bằng không
bằng lái b2 hết hạn 3 tháng
bang lai a1 100cc
đổi biển vàng thế nào
đất 200m2 tách thửa được không
dat 5x20m co duoc cap so
thửa 12 tờ bản đồ số 5
thua dat so 245 to ban do so 18
lô đất 150 m2 ở mặt đường quốc lộ 1A
nhà cấp 4 rộng 80m2 xin phép không
xây nhà 3 tầng cần giấy phép không
văn phòng đăng ký đất đai ở đâu
van phong dang ky dat dai chi nhanh nao
van phong cong chung may gio mo
văn hóa xã hội phụ trách việc này à
thi hành án dân sự ở đâu
thi tran cu nay la xa nao
do thi vinh mo rong den dau
quy hoạch đô thị mới
thi bang lai xe o dau
thi tốt nghiệp xong mới đổi tên được không
hộ nghèo, hộ cận nghèo khác chi
ho ngheo duoc mien le phi khong
hồ sơ gồm những gì
ho so gom nhung gi
hồ sơ lâm nghiệp nộp ở đâu
lâm sản vận chuyển cần giấy gì
hải sản chế biến cần giấy phép gì
mai táng phí cho người có công
mai tang phi bao nhieu
mai tôi lên được không
mai mot co lam viec khong
ngày mai trung tâm có mở không
sáng mai 7h30 tôi lên nộp
hoa hồng môi giới đất có phải đóng thuế không
mở tiệm hoa ở chợ cần giấy gì
ban hoa o via he co bi phat khong
mở quán bún bò ở Vinh
bán nước mía ven đường
quán ăn bình dân cần giấy an toàn thực phẩm không
an sinh xã hội là gì
an toan thuc pham cap o dau
trợ cấp người cao tuổi 75
cao tuổi được hưởng gì
cao đẳng nghề có được vay vốn không
võ thuật mở lớp có phải xin phép
ly hon don phuong nop o dau
lý lịch tự thuật có chứng thực không
chu kỳ 3 tháng đóng một lần
lương hưu nhận qua bưu điện
luong huu bao nhieu la cao
tăng lương hưu từ tháng mấy
trần nhà bị dột có được hỗ trợ không
phạm pháp rồi có được làm lý lịch không
vi phạm xây dựng phạt bao nhiêu
vi bang thua phat lai co gia tri khong
hoàng hôn mới tới nơi thì còn ai nhận không
ngô lúa bị lũ có được hỗ trợ không
đào ao nuôi cá có phải xin phép
đào tạo nghề miễn phí ở đâu
doan vien thanh nien duoc ho tro gi
lưu trú qua đêm khai báo thế nào
luu tru may ngay phai khai
và bà ngoại tôi cũng đi cùng
va ba toi cung di
già yếu không đi được thì ai làm
gia dinh co 5 nguoi
gia đình văn hóa được gì
già làng xác nhận được không
mùa vụ này có hỗ trợ giống không
người Mông ở Kỳ Sơn có được ưu tiên không
dân tộc thái ở quế phong
dân tộc Khơ Mú, Ơ Đu được hỗ trợ gì
bản Huồi Tụ xã Huồi Tụ nộp ở đâu
bản làng vùng sâu thì làm sao
xóm 5 xã {commune}
khối 7 phường {commune}
ct01 điền thế nào
mẫu ct01, tk1-ts tải ở đâu
nghị quyết 1678 sáp nhập xã
mang theo 2 ảnh 3x4 và 4x6
3 bản chính 2 bản sao
làm mấy ngày: 3, 5 hay 7 ngày
60 ngày kể từ ngày sinh
qua 60 ngay co bi phat ko
tỷ lệ thương tật 61% trở lên
tài khoản bị khóa 24h
mở website abc.vn cần giấy phép không
dichvucong.gov.vn bị lỗi
vào trang https://dichvucong.gov.vn/tra-cuu-ho-so mà không được
có app trên điện thoại không
cảm ơn nhiều nha
ok cảm ơn ad
dạ vâng
ừ
không
k bít
mần răng chừ
đi mô mà nộp
răng lâu rứa
tui nỏ biết mần
chi rứa hè
Hỏi cán bộ
Tiếp tục
Bỏ qua câu này
How much is the fee
I want to register my marriage
what documents do I need for a birth certificate
Where is the office in Vinh
LÀM KHAI SINH CẦN GIẤY TỜ GÌ
LÀM SỔ ĐỎ HẾT BAO NHIÊU TIỀN
CHO TÔI HỎI THỦ TỤC ĐĂNG KÝ KẾT HÔN
LAM LAI CAN CUOC O DAU
UBND XÃ {commune.caps}
thủ tục lâu năm rồi không nhớ
hôm nay thứ hai, mai thứ ba nghỉ lễ à
lễ 24/11 nghỉ không
le tet co lam khong
đi lính về làm lại căn cước
bị tai nạn lao động năm 2019
thương binh 4/4 hưởng gì
liệt sĩ hy sinh năm 1972 chưa có bằng
con liệt sĩ được miễn không
nhiễm chất độc da cam
hợp tác xã nông nghiệp đổi tên
hop tac xa thanh lap can 7 nguoi
cty tnhh 1 tv doi dia chi
chuyển nhượng 500m2 đất lúa
cho tặng đất cho con đẻ
cho con dat co mat thue khong
hiến đất làm đường
đo đạc lại ranh giới
tranh chấp đất với hàng xóm
hoàn công nhà ở
cấp số nhà
xin trích lục khai tử
trich luc ket hon ban sao
ban sao co cong chung
bản sao trích lục hộ tịch từ sổ gốc
xac nhan tinh trang hon nhan
giấy độc thân có thời hạn 6 tháng
nhận cha cho con
nhan con nuoi trong nuoc
giám hộ cho trẻ mồ côi
thay đổi hộ tịch cho người trên 14 tuổi
xác định lại dân tộc từ Kinh sang Thái
bổ sung tên mẹ vào giấy khai sinh
cải chính năm sinh
mã hồ sơ ghi ở đâu
ma ho so co may so
mã tra cứu ở góc phải giấy hẹn
giấy hẹn mất thì sao
hồ sơ trễ hẹn 5 ngày
phiếu yêu cầu bổ sung là gì
{quantity} m2 đất vườn
{quantity} con bò chuồng trại cần phép không
nuôi {quantity} con lợn
khoảng cách {quantity} mét
cách trung tâm {quantity} km
nộp {fee} ở quầy số 3
hoàn lại {fee} được không
từ ngày {date} áp dụng mẫu mới à
giấy hẹn ghi {date} mà giờ chưa có
nghỉ từ {date} đến {date}
đường {street} thuộc phường nào
nha mat tien duong {street.bare} thue bao nhieu
trạm y tế xã {commune} tiêm phòng không
cho {commune.bare} hop ngay nao
trường mầm non {commune} tuyển sinh chưa
công an phường {commune} làm căn cước ngày nào
về {commune} làm được không
{commune} sáp nhập với xã nào
{commune.bare} nay thuoc xa nao
Bưu điện {commune} nhận hồ sơ không
theo khoản 1 điều {quantity}
mất {quantity} ngày
nộp {quantity} bộ hồ sơ
thủ tục {code} mức độ 4
ket qua thu tuc {code} gui qua buu dien
{decree} và {law} khác chi
nghị định {decree} thay nghị định {decree}
luat {law} co hieu luc tu {date}
em muốn hỏi thủ tục nhận con nuôi
em bé mới sinh có cần căn cước không
cháu 14 tuổi rồi
con mới đẻ được 2 tháng chưa khai sinh
bố mất rồi đất để lại cho con
mẹ kế đứng tên được không
anh trai đứng tên giùm được không
chị gái tôi ở Đức ủy quyền về
em ruột có được thừa kế không
ông chủ nhà không cho đăng ký tạm trú
bà chủ trọ giữ căn cước
cô ấy là người Trung Quốc
anh ấy đi tù về
chị ấy bỏ đi 3 năm
ông ấy không ký giáp ranh
co duoc khong
thi sao
vậy hả
an com chua
hoa đơn điện tử
minh can hoi thu tuc
minh muon hoi ve dat dai
thanh toan qua ngan hang duoc khong
thanh pho vinh con khong
quang cao ngoai troi xin phep o dau
phuong an boi thuong
phương tiện thủy nội địa đăng ký ở đâu
hưởng chế độ thai sản
huong dan em nop online
dung thu tuc nay khong
dũng cảm lên tiếng có được bảo vệ không
duc nha cua tu nam ngoai
sơn nhà có phải xin phép không
son sua nha cua
tuan sau co lam khong
tuần sau nghỉ tết dương lịch à
duong lich hay am lich
long duong pho bi chiem
linh luong huu o buu dien
ngoc trai xuat khau
kim ngach
tâm thần có được trợ cấp không
tam than nhe duoc huong gi
hiền lành mà bị phạt
phuc loi xa hoi
loc trời
vinh co may trung tam
trung tam o vinh dong qua
nam nay co doi moi the bao hiem
nam sinh lop 12 can gi
nữ 18 tuổi nam 20 tuổi mới được cưới
nhà cô em ở bên kia sông
hỏi thăm cô cán bộ hôm trước
tôi tên ghi sai trong sổ
ten toi bi sai dau
tên họ bị viết tắt
ten dem bi thieu
đăng ký lại khai sinh vì mất bản gốc
dang ky tam tru online
đăng bộ xe cũ
đỗ đại học chuyển hộ khẩu
do đạc xong rồi chờ gì nữa
võ đường mở lớp
vo mat giay ket hon
lễ tân bảo quay lại
le ra phai xong roi
lo làm mãi không xong
la sao
lương tháng 5 triệu có phải hộ nghèo
trần tình với ai bây giờ
phan nan voi ai
phân loại rác
to khai lay o dau
tô màu bản đồ quy hoạch
chu nhat co lam khong
chủ hộ mất thì ai làm chủ hộ
hạ thế điện vào nhà
ha tang giao thong
cao tốc đi qua nhà tôi đền bù răng
cao ốc văn phòng
thai nhi chết lưu có phải khai tử
thái độ cán bộ không tốt
ly do bi tu choi
lý do trả hồ sơ là gì
tạ ơn ad
hứa hẹn hoài
đoàn kiểm tra xuống
truong hop nay xu ly sao
trường hợp của tôi khác
dau an cong ty khac moi
đậu xe trước nhà bị phạt
chuẩn bị giấy tờ chi
"""


@dataclass(frozen=True)
class Span:
    """What has to go, and which kind of thing it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Sentence:
    """A made-up sentence. held: not looked at while the masker was written."""

    text: str
    spans: tuple[Span, ...]
    pattern: str
    held: bool


def personal_sentences() -> list[Sentence]:
    """A thousand sentences with personal data, each once, always the same."""
    patterns = lines(PERSONAL)
    found: dict[str, Sentence] = {}
    for row in itertools.count():
        if len(found) == PERSONAL_SENTENCES:
            return list(found.values())
        sentence = filled(patterns[row % len(patterns)], row % len(patterns) % 2 == 1, row)
        found.setdefault(sentence.text, sentence)
    raise AssertionError("there is no end to rows")


def hard_sentences() -> list[Sentence]:
    """More than four hundred sentences with names that are hard to find, always the same."""
    return [filled(pattern, False, turn) for turn in range(HARD_ROUNDS) for pattern in lines(HARD)]


def clean_sentences() -> list[Sentence]:
    """Sentences without personal data, each once, always the same."""
    found: dict[str, Sentence] = {}
    for turn in range(ROUNDS_OF_CLEAN):
        for row, pattern in enumerate(lines(CLEAN)):
            sentence = filled(pattern, row % 2 == 1, row + turn * 10_000)
            found.setdefault(sentence.text, Sentence(sentence.text, (), pattern, sentence.held))
    return list(found.values())


def lines(block: str) -> list[str]:
    """The lines of a block of patterns."""
    return [line for line in unicodedata.normalize("NFC", block).splitlines() if line]


def filled(pattern: str, held: bool, seed: int) -> Sentence:
    """A pattern with something in each of its slots."""
    dice = random.Random(f"{pattern} {seed}")
    text, spans, position = "", [], 0
    for slot in re.finditer(r"\{(\w+)(?:\.(\w+))?\}", pattern):
        text += pattern[position : slot.start()]
        value = styled(SLOTS[slot[1]](dice, held), slot[2] or "")
        if slot[1] not in HARMLESS:
            spans.append(Span(len(text), len(text) + len(value), KINDS.get(slot[1], slot[1])))
        text, position = text + value, slot.end()
    return Sentence(text + pattern[position:], tuple(spans), pattern, held)


def styled(value: str, style: str) -> str:
    """As somebody types it."""
    if style in ("bare", "flat", "capsbare"):
        value = "".join(
            letter for letter in unicodedata.normalize("NFD", value) if not unicodedata.combining(letter)
        ).translate(str.maketrans("đĐ", "dD"))
    if style in ("low", "bare"):
        return value.lower()
    return value.upper() if style.startswith("caps") else value


def pool(block: str, *, halved: bool = True) -> Callable[[random.Random, bool], str]:
    """One of a block; halved: every second one only in patterns that are held out."""
    words = [word.strip() for line in lines(block) for word in line.split(";")]
    return lambda dice, held: dice.choice(words[held::2] if halved else words)


def thrown(dice: random.Random, form: str) -> str:
    """A number of a form: # any digit, % one from 1 to 9."""
    return "".join(
        str(dice.randint(0, 9)) if letter == "#" else str(dice.randint(1, 9)) if letter == "%" else letter
        for letter in form
    )


# # is any digit; the first behind the zero is put in.
PHONES = (
    *(
        "0{}########",
        "0{}########",
        "0{}## ### ###",
        "0{}##.###.###",
        "0{}##-###-###",
        "0{}# ### ####",
        "0{}#.###.####",
    ),
    *("0{} ## ## ## ##", "0{}#.##.##.##.#", "0{}#-###-####", "0{}#### ####", "+84{}########", "84{}########"),
    *("+84 {}# ### ####", "(+84) {}########", "+84.{}##.###.###", "84 {}## ### ###"),
)


def phone(dice: random.Random, held: bool) -> str:
    """A mobile number as people write it."""
    head = dice.choice("35789")
    return thrown(dice, dice.choice(PHONES).format(head))


def landline(dice: random.Random, held: bool) -> str:
    """A fixed line of the province."""
    return thrown(dice, dice.choice(("0238%######", "0238 %### ###", "0238.%######", "(0238) %######")))


def identity(dice: random.Random, held: bool) -> str:
    """An identity number: 040, century and sex, year, six digits."""
    digits = f"{dice.choice(('040', '040', '040', '038', '042', '001'))}{dice.choice('0123')}{thrown(dice, '##')}"
    digits += thrown(dice, "######")
    cut: tuple[int, ...] = dice.choice(((12,), (12,), (12,), (3, 3, 3, 3), (4, 4, 4), (3, 3, 6), (6, 6)))
    parts, position = [], 0
    for length in cut:
        parts.append(digits[position : position + length])
        position += length
    return dice.choice(" .").join(parts)


def birth(dice: random.Random, held: bool) -> str:
    """A date of birth as people write it."""
    day, month, year = dice.randint(1, 28), dice.randint(1, 12), dice.randint(1938, 2014)
    forms = ("{d}/{m}/{y}", "{d:02}/{m:02}/{y}", "{d}-{m}-{y}", "{d:02}.{m:02}.{y}", "{d}/{m}/{y}")
    return dice.choice(forms).format(d=day, m=month, y=year)


def long_birth(dice: random.Random, held: bool) -> str:
    """A date of birth in words."""
    return f"{dice.randint(1, 28)} tháng {dice.randint(1, 12)} năm {dice.randint(1938, 2024)}"


def year_of_birth(dice: random.Random, held: bool) -> str:
    """A year of birth."""
    return str(dice.randint(1935, 2005))


def mail(dice: random.Random, held: bool) -> str:
    """An e-mail address."""
    user = dice.choice(("huong.nt", "tuan_le90", "hoabanmai", "vanhung1985", "thao-dang", "lo.van.thai"))
    return f"{user}@{dice.choice(('gmail.com', 'yahoo.com.vn', 'vinhuni.edu.vn', 'outlook.com'))}"


def account(dice: random.Random, held: bool) -> str:
    """A bank account."""
    return thrown(dice, dice.choice(("%###########", "%########", "%### #### ####", "%#############")))


def plate(dice: random.Random, held: bool) -> str:
    """A vehicle's plate."""
    return thrown(dice, dice.choice(("37A-###.##", "37B1-###.##", "37C #####", "37-M1 ####", "37h1 #####", "37A#####")))


def dossier(dice: random.Random, held: bool) -> str:
    """A dossier's code."""
    day = f"{dice.randint(24, 26)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    heads = ("000.00.00.H41-", "H41.12-", "H41-", "000.00.12.H41-", "G09.20-20")
    return dice.choice(heads) + day + thrown(dice, "-####")


def address(dice: random.Random, held: bool) -> str:
    """A house with its street."""
    street = pool(STREETS)(dice, held)
    return dice.choice(("số {} đường {}", "{} đường {}", "số {} {}", "ngõ {} đường {}")).format(
        dice.randint(2, 290), street
    )


def day_of_event(dice: random.Random, held: bool) -> str:
    """A day on which something happens at an office."""
    return dice.choice(("{}/{}/2026", "{}/{}", "{}-{}-2026", "{}.{}.2026")).format(
        dice.randint(1, 28), dice.randint(1, 12)
    )


def fee(dice: random.Random, held: bool) -> str:
    """An amount of money."""
    thousands = dice.choice((5, 8, 15, 50, 75, 100, 135, 200))
    forms = ("{t}.000đ", "{t}.000 đồng", "{t}k", "{t}000 dong", "{t} nghìn", "{t}.000 vnđ", "{t},000 đ", "{t}.000")
    return dice.choice(forms).format(t=thousands)


SLOTS: dict[str, Callable[[random.Random, bool], str]] = {
    "name": pool(NAMES),
    "hill": pool(HILL_NAMES),
    "short": pool(SHORT_NAMES),
    "hard": pool(HARD_NAMES, halved=False),
    "given": pool(GIVEN),
    "phone": phone,
    "landline": landline,
    "cccd": identity,
    "cmnd": lambda dice, held: thrown(dice, dice.choice(("18#######", "18# ### ###", "%########", "18#.###.###"))),
    "birth": birth,
    "longbirth": long_birth,
    "year": year_of_birth,
    "passport": lambda dice, held: thrown(dice, dice.choice(("C#######", "B#######", "P########"))),
    "insurance": lambda dice, held: thrown(dice, dice.choice(("40########", "01########"))),
    "health": lambda dice, held: thrown(dice, dice.choice(("GD4404#########", "HT3404#########", "TE1404#########"))),
    "mail": mail,
    "account": account,
    "plate": plate,
    "dossier": dossier,
    "address": address,
    "commune": pool(COMMUNES),
    "street": pool(STREETS),
    "code": lambda dice, held: thrown(dice, dice.choice(("1.00####", "2.00####", "3.000###", "1.01####"))),
    "fee": fee,
    "decree": lambda dice, held: thrown(dice, dice.choice(("%#/2025/NĐ-CP", "%##/2024/NĐ-CP", "%##/2025/ND-CP"))),
    "law": lambda dice, held: dice.choice(("31/2024/QH15", "60/2014/QH13", "45/2013/QH13", "68/2020/QH14")),
    "date": day_of_event,
    "quantity": lambda dice, held: dice.choice(("15", "120", "250", "1.200", "3,5", "1000", "20")),
}
HARMLESS = frozenset(("commune", "street", "code", "fee", "decree", "law", "date", "quantity"))
# The kinds that recall is told of, where a slot has another name.
KINDS = {
    "hill": "name",
    "short": "name",
    "given": "name",
    "hard": "name",
    "landline": "phone",
    "cccd": "identity number",
    "cmnd": "identity number",
    "birth": "date of birth",
    "longbirth": "date of birth",
    "year": "date of birth",
}
