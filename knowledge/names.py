"""Finds the names of people in what citizens write: with and without accents, in small letters and in capitals.

A name is weighed, not looked up: how likely each of its syllables is in a name and how likely as an ordinary word of
questions to an office, whether they stand in capitals, and what stands before and after ("tên là", "bà", a telephone
number). Without accents most given names are ordinary words as well ("hoa", "binh", "mai"), so there a name needs more.

Standard library only, Python 3.10: Rasa's own environment uses this module too. The lists are general knowledge of
Vietnamese names, those of the peoples of Nghệ An's highlands among them; they hold nobody's data. WORDS are the
frequent syllables of the questions and records of this project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from knowledge.normalise import fold, place_tones

# Family names that are hardly anything else when written with accents.
FAMILIES = """
nguyễn trần lê phạm hoàng huỳnh phan võ vũ đặng bùi đỗ ngô đinh trịnh trương đậu phùng quách doãn uông sầm mạc vừ xồng
moong lữ tạ giàng sùng pịt xeo hủn đàm nhữ lầu thò
"""
# Family names that are ordinary words as well, or begin the names of places.
FAMILIES_OR_WORDS = """
hồ dương cao mai thái hà lý chu lương đoàn lưu tăng đào lâm tô kim la vi kha già và ngân quang lang bạch kiều lô lò hờ
"""
# Rare ones that are ordinary words as well.
FAMILIES_RARE = """
mùa từ thân biện lại lộc vang ven văn hạ cung giáp khương thạch ninh nghiêm mông nông phó ứng xa ốc cự ly vàng triệu
tôn tiêu cà điêu ma hầu lục âu cù mong lo chế hạng rê lỳ đới khuất chử tống hứa thào vương bế tòng quàng lìm cụt
"""
# Family names that stay telling without accents, the first list more than the second.
BARE_FAMILIES = "nguyen huynh moong"
BARE_FAMILIES_LESS = """
tran pham hoang phan bui ngo trinh phung quach le dinh vu dang lu truong kieu xong kha luong
"""
# Family names of the highlands that are followed by "bá" (men) or "y" (women).
HILL = "vừ xồng lầu hờ già và thò cự mùa lỳ rùa thào sùng giàng hạ"
MIDDLE = """
bá bích cảnh cẩm công danh diệu duy đăng đình đức gia hải hoài hoàng hồng huy hữu khắc khánh kim lệ mạnh minh mỹ ngọc
nhật như phương phước quang quốc quý quỳnh sỹ sĩ tất thành thanh thế thiên thu thúy thùy thủy tiến tố trí trọng trung
tuấn tuệ tường tú văn thị vân viết việt xuân y nghĩa bảo nguyễn trần lê phạm phan huyền phúc anh thái tâm hà tiểu kiều
duyên
"""
# Those that tell much even without accents.
BARE_MIDDLE = "huu sy si quang xuan ngoc quoc bich hoai khanh thuy huy tue hong kim thanh duc minh ba"
GIVEN = """
an ân ấn anh ánh ái bách bạch bảo bằng bắc bích bình bính bé bảy cảnh cầm cẩm cần châu chi chí chiến chinh chính chung
chúc chuyên chương chức công cúc cương cường cử cừ chắt danh dân diễm diễn diệp diệu dịu doan doanh dung dũng duy
duyên duyệt dương dưỡng đài đại đan đang đào đạo đạt đăng đặng điềm điền điệp điều định đình đoan đoàn độ đô đông đồng
đức gấm gia giang giáp giàu giỏi hà hạ hải hán hanh hạnh hào hảo hằng hân hậu hiên hiền hiến hiển hiệp hiếu hiệu hinh
hoa hòa hoài hoàn hoan hoàng hoạt hoạch hồi hội hồng hợi hợp huân huấn huế huệ hùng huy huyên huyền huỳnh hưng hương
hường hướng hữu hưởng hỷ kha khá khải khang khanh khánh khiêm khiết khoa khoát khôi khởi khương khuê khuyên kiên kiệt
kiều kim kính kỳ kỷ kỹ lai lam lan lành lãm lân lâm lập lê lễ lệ liêm liên liễu linh lĩnh loan long lộc lợi luân luận
luật lụa lục lực lương lượng lưu lựu ly lý mai man mạnh mận mão mẫn mến mi miên minh mơ mùi muội mười mừng my mỹ na
nam năm năng ngà nga ngân nghi nghị nghĩa nghiêm nghiệp ngoan ngọ ngọc nguyên nguyện nguyệt nhã nhàn nhạn nhân nhẫn
nhật nhi nhị nhiên nhung như nhuận nhường nhựt ninh nở nụ oanh phát phong phú phúc phùng phụng phước phương phượng
quân quang quảng quế quốc quý quyên quyền quyết quỳnh sang sáng sanh sáu sâm sen sĩ sỹ sơn sửu sương tài tám tâm tân
tấn tần tạo tạ thạch thái thanh thành thạnh thảo thắm thăng thắng thân thế thêm thi thiên thiện thiệu thìn thịnh thọ
thoa thoan thoại thông thơ thơm thời thu thuần thuận thuật thục thúy thùy thủy thụy thụ thư thức thực thường thương
thưởng thước tiên tiến tiệp tình tỉnh tính tín toán toàn toản tòng tố tôn trà trác trang tráng trãi trâm trân tri trí
trinh trình triết triều triệu trọng trúc trung trường trưởng trực tuân tuấn tuất tuệ tùng tuyên tuyển tuyến tuyết tư
từ tường tưởng tự tý tỵ tú tụ tuy uyên uy út ước văn vân vạn vang vi viên viễn việt vịnh vinh vĩnh vĩ vọng võ vũ vui
vượng vương vy xoan xuân xuyến xuyên xinh xứng ý yên yến bưởi đượm mỵ mị pao dua dợ sua chia nênh dênh pó xia lỳ nỏ
chò tồng pà rùa chù tểnh nhìa xử vả hạng tủa súa
"""
# Names of places that begin like somebody's name.
PLACES = """
hoàng mai; hà nội; hà tĩnh; hà nam; hà giang; hà đông; hà tây; thái hòa; thái bình; thái nguyên; thái lan; cao bằng
kim liên; kim sơn; kim bảng; kim thành; kim nhan; lâm đồng; lai châu; lương sơn; lượng minh; lưu kiền; lưu sơn
văn kiều; mai sơn; mai hùng; mai giang; tăng thành; đặng sơn; đinh sơn; đô lương; lý thành; quang trung; quang thành
quang sơn; quang phong; quang tiến; quang đồng; văn thành; văn sơn; văn lợi; văn hiến; văn hải; vi phạm; viên thành
bạch hà; bạch ngọc; hạ sơn; lục dạ; đào mỹ; hồ chí minh; hàn quốc; anh sơn; anh sơn đông; vũng tàu; phan thiết
phan rang; cao sơn; lạc sơn; trường vinh; trường thi; trường sơn; trường sa; thành vinh; hoàng sa; hoàng trù
hồ gươm; hồ tây; đồng nai; đồng tháp; đồng hới; đà nẵng; thạch giám; thạch ngàn; ninh bình; ninh thuận; vinh phú
vinh lộc; vinh hưng; lang khê; tân kỳ; tam đảo; quảng bình
quảng trị; quảng ninh; quảng nam; quảng ngãi; hà châu; trường sơn đông
"""
# People of history, whose names streets and schools bear. Without a word like "tên là" before them they stay.
FAMOUS = """
lê lợi; lê duẩn; lê hồng phong; lê mao; lê nin; lê viết thuật; lê hoàn; lê lai; lê thánh tông; lê quý đôn; lê ninh
lê hồng sơn; trần phú; trần hưng đạo; trần quang diệu; trần bình trọng; trần nhân tông; trần thủ độ; trần quốc toản
trần nhật duật; trần quang khải; trần đại nghĩa; trần can; trần tấn; nguyễn du; nguyễn trãi; nguyễn huệ
nguyễn thị minh khai; nguyễn văn cừ; nguyễn văn trỗi; nguyễn sỹ sách; nguyễn phong sắc; nguyễn cảnh chân
nguyễn viết xuân; nguyễn xí; nguyễn công trứ; nguyễn gia thiều; nguyễn đức cảnh; nguyễn thái học; nguyễn khuyến
nguyễn đình chiểu; nguyễn biểu; nguyễn trường tộ; nguyễn quốc trị; nguyễn năng tĩnh; nguyễn tất thành
nguyễn ái quốc; nguyễn sinh sắc; nguyễn chí thanh; nguyễn bỉnh khiêm; nguyễn lương bằng; nguyễn tri phương
nguyễn thái bình; nguyễn kiệm; nguyễn duy trinh; nguyễn xuân ôn; nguyễn đức mậu; nguyễn hữu thọ; nguyễn phúc nguyên
phan bội châu; phan đình phùng; phan chu trinh; phan châu trinh; phan đăng lưu; phan công tích; phan sỹ thục
phan đình giót; phạm hồng thái; phạm ngũ lão; phạm đình toái; phạm nguyễn du; phạm hùng; phạm văn đồng; phạm kinh vỹ
hồ tùng mậu; hồ xuân hương; hồ quý ly; hồ chí minh; hồ bá ôn; hồ học lãm; hồ phi tích; hồ hán thương; hồ sĩ đống
hồ sĩ dương; hồ hữu nhân; võ nguyên giáp; võ thị sáu; võ văn tần; võ nguyên hiến; võ trọng ân; hà huy tập
hà huy giáp; hà văn tấn; ngô quyền; ngô gia tự; ngô sĩ liên; ngô thì nhậm; ngô trí hòa; ngô văn sở; lý thường kiệt
lý tự trọng; lý thái tổ; lý nhật quang; lý nam đế; đinh công tráng; đinh bạt tụy; đinh lễ; đinh tiên hoàng
đinh bộ lĩnh; đinh văn chất; đặng thai mai; đặng tất; đặng thái thân; đặng nguyên cẩn; đặng như mai; đặng thùy trâm
đặng tiến đông; mai hắc đế; mai thúc loan; mai lão bạng; cao bá quát; cao thắng; cao xuân huy; cao lỗ; cao đạt
cao xuân dục; phùng chí kiên; phùng khắc khoan; phùng phúc kiều; trường chinh; quang trung; tôn thất thuyết
tôn đức thắng; hoàng văn thụ; hoàng hoa thám; hoàng diệu; hoàng quốc việt; hoàng phan thái; hoàng kế viêm
hoàng trọng trì; huỳnh thúc kháng; bùi huy bích; bùi dương lịch; bùi thị xuân; chu huy mân; chu văn an; chu trạc
đào tấn; đào duy từ; đào duy anh; dương vân nga; dương văn nga; kim đồng; lê khôi; lê sát; lê thiết hùng; la thành
tạ công luyện; trương hán siêu; trương vân lĩnh; trương định; tuệ tĩnh; văn cao; tô hiến thành; tô hiệu
vương thúc mậu; vương thúc quý; vi nhân
"""
# Words of grammar and the commonest verbs: in no name.
FUNCTION = """
là của có không được cho với và thì mà ở tại từ đến đã đang sẽ vẫn còn cũng rồi chưa vừa mới bị do để nếu khi này kia
đó nào gì chi sao ai mấy bao nhiêu ơi ạ nhé nha nhe à ừ hả hay hoặc cùng cả muốn cần phải xin hỏi nộp làm đi lên về ra
vào giờ nay hôm tôi tui em mình nó hắn hấn họ tên sinh ngày tháng số nhờ giúp gửi lấy xong nói bảo thấy biết đứng mất
chết cưới ký răng mô rứa nỏ mần ni tê nớ lắm quá vậy thôi thế đâu đây trên dưới trong ngoài trước sau cái con thằng
ông bà chị cô chú bác vợ chồng bố mẹ cha cháu ko k dc đc vs oi roi o a
"""
# Frequent syllables of questions to an office, in four levels from rare to all the time.
WORDS = """
ak ao be bia biện bon buồn buổi bài bào bánh bây bê bì bít bùn băng bại bảy bấm bầu bầy bắc bền bọn bốc bốn bồn bột
bữa bựa chiều chuyền chuyễn chuồng chuỗi chuột chào chân chè chênh chìm chí chín chó chùa chúng chăm chắc chắn chắt
chẳng chặt chộ chủng chừng cuông cuộc cám cánh cáp cò cúng cương cưỡng cạnh cảm cất cấu cẩu cậu cắm cắn cọc cỏ cống
cốt cờ cỡ cụm cựu dao duy dzậy dành dâu dây dì dính dõi dùi dược dượng dạ dạng dần dễ dị dọc dọn dở dỡ dụ dục dựa ga
ghép ghét ghê ghế giàn giáp gió giùm giật giềng gây gãy gòn góc gói gõ gạch gạo gấp gấy gỡ he hem hen hiếm hiến hoan
hoang hok hong hoài hoàng hoành hoán huống hài hàu hát hí hô hông hùng hút hơi hư hưng hương hạt hầm hầy hậu hề hỉ hỏa
hổ hổng hở hử kem keo khen khoán khoảng khum khung khuyến khuôn khói khô khôi khăn khơi khắc khổ khớp kia kiếm kiệm kè
kém kêu kìa kính kẹt kề kỷ lang loan lon long lun luận láng lãm lí lót lùi lăm lưới lượt lạ lạnh lấp lẫn lặn lễ lệch
lỏng lối lồng lỗ lộc lộn lở lỡ lửa lữ lựa man miếng miền muối muộn màu mày má mái mãi móng mù mùa mún măng mưa mưu
mươi mương mượn mầm mẫn mắc mắm mắt mềm mệt mọi mốc mối mống mổ mợ mừ mực nai nek neo nga ngang nghen nghĩ ngu ngàn
ngã ngô ngôi ngư ngưng ngưỡng ngạch ngập ngắn ngủ nhen nhiễm nhu nhuận nhá nháp nhãn nhé nhòe nhắc nhắn nhặt nhẹ nhở
nhủ nhựa ni nong nua nác nãy nè nét nó núi nút nạp nấu nậm nẵng nền nọ nổi nửa nữ oan ong pha phim phiên phu phà phía
phó phóng phô phù phú phúc phản phận phế phối phổ phủ phức quang que quen quyển quà quét quên quầy quận quế quỳ quỳnh
ranh rành rào rác ráp rất rẻ rể rớt rủi si sn soạn sà sài sáu sét sóc sóng sót súc sạn sạt sập sẵn sẻ sẽ sếp sỏi sớm
sợ sữa t tan than thiểu thiện thiệt thoát thui tháo tháp thép thí thích thím thô thù thùng thăng thơm thước thưởng
thạo thả thảo thấp thần thầy thập thật thắng thẳng thịt thọ thợ thục tiêm tiến tiểu toa trao treo tri truy truyền tràn
trái tráng trâu tròn trôi trông trùng trăm trưng trượt trấn trần trận trắc trắng trễ trọn trống trộm trời trục trứng
trữ tung tuyên tàn tám tán tân tê tí tôn tông tù tùng túi túy tước tưới tường tạp tả tấm tấn tất tầm tắc tắt tẹo tết
tọa tụi tụng tủ tức uy uống ven viễn vo vs vui vung vài vàng vân vé vòng vĩnh vướng vượt vải vầy vắc vết vỉa vịt vỏ
vớt vững wa xanh xi xinh xoa xu xung xuyên xài xá xâm xí xíu xúc xưa xả xế xổ xứ yên yết zậy á ánh áo âm âu ép ôông út
đa đau đinh đoan đua đuối đà đàn đàng đám đáp đèn đê đêm đò đón đôi đương đạc đạn đạo đạp đảng đảo đầy đắp đẳng đẹp
đền đệm đốt đồi đồn đổ đỗ đột đỡ đợi đợt đừng ơ ước ấn ấy ế ốc ốm ống ốt ừ
--
a ad ba bay biến biểu biệt bn buôn buộc bàn bày bác bãi bão bè bé bình bò bón bù bơm bước bạ bạc bảng bất bắn bồi bớt
bờ ca cam canh cao chia chiếc chiến chuyến chuyện chuẩn châu chú chúc chăn chơi chương chấm chậm chịu chọn chối chống
chốt chờ chợ chục chụp chứ chứa chữ chữa cung cuối cuốn cà cát câu cô côi cũng cưới cạn cải cấm cầm cận cập cắt cố
cộng cột cụ cứ cử dai dc diễn dài dán dò dòng dư dương dưỡng dạy dấu dời dứt dừ dừng gian già giáo giả giếng giữ giữa
gà gái gần gắn gặp gọi gỗ gộp ha hiểu hiệp hoa huấn hà hình hôm hơn hướng hạ hạch hại hạng hả hấn hằng hẳn hẹn họp
hồng hữu j k khiếu khoa khoan khoáng khám kháng khó khóa khôông khả khảo khấu khẩn khỏe khối khởi kiều kéo kênh kí
kích kể kịp kỳ kỹ la lan lao lau liền liệt lo loài luyện luồng làng lá lâm lãi lãnh lính lò lòng lúa lĩnh lũ lạc lấn
lắm lắp lẻ lệnh lỗi lộ lớn lớp lợn lụt ma mai mau me mk mét mìn móc môn mười mại mảnh mật mệ mồ mỗi mờ mời nghe nghi
nghiên nghiện nghìn nghĩa ngoái nguyện ngành ngũ ngầm ngừng nhanh nhau nhiên nhiều nhiệm nho nhóm như nhưng nhượng
nhất nhầm nhỏ ninh niêm niên no nát nâng nêu năng nại nạn nạo nằm nặng nối nổ nớ phong phá pháo phạm phạt phố quay quý
quảng quỹ rung ruộng ruột rà rách rõ rút rơi rượu rộng rời san siêu song soát su suất sàn sáng sáp sân sâu súng sơn
sạch sắt sống sứ sức ta tam tang tao tay tem ten tham thiên thiếu thiệu thoại thua thuyết thuật thái thôn thúc thư
thải thất thấy thầu thằng thỏa thổ thờ thụ thứ thức thử tiên tiêu tiếng tiết tiệm tiện trai tranh trinh triển triệu
trách trì trí trúc trúng trương trại trạm trạng trật trọ trọng trở trụ tuyển tuất tuần tái táng tây tìm tình tín tòa
tôm tùy tăng tĩnh tương tướng tượng tầng tận tặng tố tốc tối tốn tốt tồn tổng tộc tỷ van vay ve vi vinh viết voi vét
ví vô vũ vườn vấn vậy vắng vẹt vẽ vực xay xem xuống xóm xăng xếp yếu áp ích ít úc đem điền đo đoàn đoạn đài đào đá đây
đãi đích đính đô đông đạt đảm đập đậu đặc đặt đẻ đều đọc đốc độc đời đứa đức ơi ơn ưu ương ướt ảnh ứng
--
ai anh ban bi biên biết bo bà bìa bưu bạn bắt bến bệnh bỏ bổ cha chiếu chung chuyên cháu cháy chạy chấp chất chế chết
chỉnh chị chồng chỗ chở chừ các cách cái cán cáo cây cùng cả cảng cảnh cấy cầu cổ cổng cục cứu cửa di diện du duyệt
dùng dưới dầu dẫn dụng dữ dựng e ghi giao giám giúp giải giảm giống giới góp gốc gồm hai hay hiện hiệu ho hoàn hoạch
hoạt huyện hàn hãng hè hòa hóa hôn hưu hưởng hệ họ học hỏi hỏng hồi hỗ hủy khoản khu khuyết khách khí khỏi kinh kiến
kiểu kiện ko kèm kê kế lai lam liên loại luôn lào lái lâu lên lô lúc lưu lương lượng lấy lịch lời lợi lục lực mang may
mua mã mình môi mạng mần mặt mỏ mục mức mỹ nam nay ngay nghiệm nghèo nghề nghệ nghỉ ngoại nguyên nguồn ngân nha nhiêu
nhánh nhật nhờ những ntn này nên nói nông nơi nếu nỏ nội nợ nữa phai phiếu phát phân phê phương phường phần phẩm phụ
phục qua quá quán quân quê quả quản riêng răng rứa rừng sai sang sau so sung sách sát sông sĩ sư sắp sử sự tai thanh
thi thiết thuyền thuận thuốc thuộc thác tháng thân thêm thôi thú thăm thương thường thẩm thể thị thống thời thủy thừa
thửa tin tinh tiếp to toàn toán tra trung trích trưởng trẻ trị trồng trừ trực tu tui tuyến tuổi tác tách tâm tích tính
tô tạo tải tập tật tế tới từng viện vì vùng vẫn vận vật vệ vị vốn vợ vừa xa xong xét xóa xưởng xử y yêu à ô ông ý ăn
đai đc điểm đánh đình đòi đó đúng đưa đường đại đấu đến đề địa đỏ đối đồ độ đội đủ đứng ủy
--
an bao biển bán báo bên bản bảo bằng bị bố bộ chi cho chuyển chính chưa chỉ chủ chức chứng con cá còn có công căn cũ
cơ cư cước cấp cần của do doanh dân dịch dự em gia giá giấy giờ gì gửi hiểm hoặc hàng hành hạn hải hết hồ hộ hội hợp
khai khi khác không khẩu kiểm ký kết liệu luật là làm lý lại lần lập lệ miễn muốn mà máy mô mất mấy mẫu mẹ một mới mở
nghiệp nghị ngoài ngày người nhà nhân nhận nhập nuôi nào năm nước nộp pháp phép phí phòng phải quan quyết quyền quốc
ra rồi sao sinh sơ sản số sổ sở sửa thu thuê thuế thành thì thông thẻ thế thủ thực tiền trong trên trình trú trước
trường trả trợ ty tài tàu tên tôi tư tại tạm tỉnh tịch tổ tờ tục từ tử tự viên việc việt và vào văn về với vụ xe xin
xuất xác xây xã án đang đi điều điện đâu đã đóng đăng đơn được đất đầu để định đồng đổi động ạ ở
"""
LONGEST = 5  # syllables
ENOUGH_BESIDE_OTHERS = -0.8  # weight from which it is a name where something else of a person stands beside it
FITTED = Path(__file__).with_name("names.json")  # made by tests/knowledge/masking_fit.py
_TOKEN = re.compile(r"\[[^\[\]\n]{1,20}\]|[^\W\d_]+|\d+")
_SPACES = re.compile(r"[ \u00a0]{1,3}")
_ENDS_SENTENCE = re.compile(r"[.!?\n]")
_NO_VOWEL = re.compile(r"[^aeiouy]{2,}")


class _Word(NamedTuple):
    """A syllable: low as dictionaries have it, bare without accents. kind: "word", "mark" (in brackets) or "digits"."""

    start: int
    end: int
    low: str
    bare: str
    capital: bool
    upper: bool
    kind: str


def _set(block: str) -> frozenset[str]:
    return frozenset(place_tones(block).lower().split())


def _bare(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


def _phrases(block: str) -> frozenset[str]:
    return frozenset(
        phrase.strip() for phrase in place_tones(block).lower().replace("\n", ";").split(";") if phrase.strip()
    )


class _Phrases:
    """Words in a row, found with accents where a text has them, else without."""

    def __init__(self, block: str) -> None:
        self._written = _phrases(block)
        self._bare = _bare(self._written)

    def holds(self, words: list[_Word], exact: bool) -> bool:
        if exact:
            return " ".join(word.low for word in words) in self._written
        return " ".join(word.bare for word in words) in self._bare


def read_pairs(lines: list[str]) -> dict[tuple[str, str], int]:
    """Syllables that follow one another where no name is, without accents; 1 seldom, 2 more often, 3 often."""
    pairs = {}
    for line in lines:
        first, *others = line.split()
        for other in others:
            pairs[first, other.rstrip("+*")] = 3 if other[-1] == "*" else 2 if other[-1] == "+" else 1
    return pairs


class Lists:
    """What is known of single syllables, in one way of writing."""

    def __init__(self, change: Callable[[frozenset[str]], frozenset[str]], middle: frozenset[str]) -> None:
        self.given = change(_set(GIVEN))
        self.middle = change(_set(MIDDLE))
        self.strong_middle = middle
        self.hill = change(_set(HILL))
        self.function = change(_set(FUNCTION))
        self.level: dict[str, int] = {}
        for level, words in enumerate(WORDS.split("--"), 1):
            for word in change(_set(words)):
                self.level[word] = max(level, self.level.get(word, 0))

    def middle_of(self, form: str) -> str:
        """What a syllable says that stands between family and given name."""
        if form in ("thị", "thi", "văn", "van"):
            return "m thi" if form in ("thị", "thi") else "m van"
        if form in self.strong_middle:
            return "m strong"
        return "m known" if form in self.middle else f"m {self.last_of(form)}"

    def last_of(self, form: str) -> str:
        """Letter and number: g a given name, o another syllable, f grammar; how often it is an ordinary word."""
        if form in self.given:
            return f"g{self.level.get(form, 0)}"
        return "f" if form in self.function else f"o{self.level.get(form, 0)}"


EXACT = Lists(lambda words: words, _set("bá sỹ sĩ hữu đình quang xuân ngọc quốc bích hoài khánh thúy thùy khắc cảnh"))
BARE = Lists(_bare, _set(BARE_MIDDLE))
SURE, LESS, RARE = _set(FAMILIES), _set(FAMILIES_OR_WORDS), _set(FAMILIES_RARE)
ALL_FAMILIES = _bare(SURE | LESS | RARE)
_BARE_SURE, _BARE_LESS = _set(BARE_FAMILIES), _set(BARE_FAMILIES_LESS)
_BARE_COMMON = _bare(SURE | LESS)
_FITTED = json.loads(FITTED.read_text(encoding="ascii"))
WEIGHTS: dict[str, float] = _FITTED["weights"]  # how much each trait of a candidate speaks for a name
PAIRS = read_pairs(_FITTED["pairs"])
_PLACES, _FAMOUS = _Phrases(PLACES), _Phrases(FAMOUS)
# Pairs of words that are no part of a name, and of which a name takes no half.
_COMPOUNDS = _Phrases(
    """
nguyên nhân; nguyên tắc; nguyên liệu; nguyên vọng; nguyện vọng; nguyên quán; nguyên đơn; nguyên bản; nguyên gốc
nguyên vẹn; nguyên trạng; nguyên giá; trường hợp; trường học; dương lịch; đình chỉ; gia đình; gia hạn; thái độ
lương hưu; lương như; hưởng lương
tài nguyên; văn phòng; văn bản; văn bằng; văn hóa; văn thư; ngân hàng; ngân sách; quang cảnh; từ chối
từ ngày; thân nhân; thân thể; lâm nghiệp; lâm sản; đồng ý; đồng bào; đồng thời; ủy ban; ủy quyền; vi phạm; vi bằng
lo lắng; la lối; công an; công ty; công dân; công chứng; công nhận; công bố; công tác; công trình; công việc
công nghiệp; công vụ; công khai; công cộng; kim loại; kim khí; kim cương; lưu trú; lưu ý; lưu thông; đoàn viên
đoàn thể; tăng lương; cao tuổi; cao đẳng; ông bà; bà con; đào tạo; hoàng hôn; lý lịch; lý do; ly hôn; ly thân
chu kỳ; chu đáo; chu cấp; hà tiện; phạm nhân; phạm tội; phạm pháp; phạm vi; vũ trang; vũ khí; võ thuật; trình báo
thị trấn; thị xã; thị trường; thi hành; thi công; thi bằng; thi lại; lễ phí; hộ tịch; hộ kinh; hộ khẩu; hộ chiếu
hộ nghèo; hồ sơ; dinh dưỡng; điều kiện; anh em; chị em; vợ con; vợ chồng; đầu tư; đấu giá; đấu thầu; đấu nối
vụ việc; tổ quốc; phân tâm; đăng ký; đăng kí; đăng bộ; đăng kiểm; đô thị; đỗ đại; đỗ xe; đậu xe; đậu đại; căn cước
bảo hiểm; quyết định; hoạt động; hợp đồng; hợp tác; hợp lệ; quốc gia; quốc tịch; quốc lộ; quốc tế; quốc phòng
chứng nhận; chứng thực; chứng minh; chứng chỉ; chứng tử; chứng sinh; kinh doanh; doanh nghiệp; tổ chức; tờ khai
khai sinh; khai tử; khai báo; khai thuế; hải quan; hải sản; thông tin; thông báo; thông tư; thông thường; bản sao
bản chính; lần đầu; trung tâm; quản lý; điện tử; cá nhân; xã hội; điều chỉnh; cư trú; hành chính; tư pháp; tư vấn
phương án; phương tiện; tạm trú; tạm vắng; tạm ngừng; thường trú; thương binh; thương mại; thương tật; thẩm quyền
an toàn; an ninh; an sinh; thời hạn; thời gian; đại diện; đại học; định danh; định cư; nghị định; tài sản; tài khoản
tài chính; tài liệu; bảo vệ; bảo hộ; bảo trợ; bảo lãnh; quân đội; quân sự; dân cư; dân tộc; dân sự; chế độ; thú y
quy định; quy hoạch; luật sư; biển số; bằng lái; danh sách; danh mục; trực tuyến; trực tiếp; sang tên; sang nhượng
số đỏ; thu hồi; thu nhập; hội đồng; hòa giải; thành lập; thành viên; thành phố; phục vụ; chủ trương; chủ hộ
chủ tịch; chủ nhật; chủ nhà; thanh toán; thanh niên; thanh lý; quyền sử; tham gia; tham quan; minh bạch; minh chứng
mình muốn; hướng dẫn; hướng nghiệp; hưởng chế; hưởng trợ; thủy sản; thủy lợi; thủy nội; việt nam; viên chức
vĩnh viễn; trung quốc; hàn quốc; hàn xì; đài loan; mai táng; mai mốt; mai sau; hoa hồng; hoa màu; hoa đơn; hóa đơn
bình thường; bình dân; bình quân; sơn nhà; sơn sửa; tâm thần; hiền lành; phúc lợi; phúc thẩm; tình trạng; tình hình
tình nguyện; xuân này; cảnh sát; sinh viên; học sinh; giám hộ; giám định; giám đốc; giáp ranh; giáp tết; lương tháng
lương tối; đoàn kiểm; đoàn thanh; chuẩn bị; trình độ; trình tự; tiến độ; tiến hành; mạnh thường; đình công
linh hoạt; linh lương; long đường; cần giấy; cần gì; chính quyền; chính sách; chính chủ; chính thức; thế nào
thế chấp; thay đổi; quyền lợi; quyền sở; tuần sau; tuần trước; hôn nhân; nhận con; nhận cha; kỷ luật; kỹ thuật
yên tâm; ý kiến; y tế; cường độ; lợi dụng; lợi ích; lệ phí; tự nguyện; tự ý; tự động; phát lại; phát hiện
phát triển; trọng tài; trọng lượng; trọng tải; phương thức; khoa học; chi nhánh; chi cục; chi phí; chi trả; nghĩa vụ
nghĩa trang; đông người; đông quá; dương tính; lâu năm; lâu rồi; cao hơn; cao quá; mất giấy; mất sổ; hương khói
hưng nguyên; bắc ninh; bắc giang; yên bái; nam định; nam giới; thái lan; anh hùng; bá tánh; bác sĩ; trưởng thôn
trưởng xóm; trưởng phòng; cùng quê; quê quán; kim ngạch; quảng cáo; dũng cảm; dung tích; dung thủ; đức tính
ngọc trai; lan can; sáng mai; tối nay; trang trại; trang phục; trang bị; trang web; tháng giêng; hiến đất; hiến máu
hiệu lực; hiệu trưởng; chức vụ; chức năng; việc làm; phong tục; phong bì; phòng tư; thạch cao; kha khá; kiều bào
việt kiều; trần nhà; trần tình; quách cho; tạ ơn; tiên tiến; lộc trời; sen vòi; năm nay; năm ngoái; năm sau
năm trước; nam sinh; nữ sinh; lữ đoàn; vũ trường; cổ phần; quy trình; hội viên; bệnh viện; lao động; cố định
chỉ định; thẩm định; nhận định; giới hạn; hết hạn; hiện hành; tồn tại; vận tải; sửa đổi; trao đổi; chuyển đổi
nông nghiệp; nông dân; nông trường; lâm trường; biên giới; giá trị; giá đất; đấu tranh; trong tỉnh; khả năng
phản ánh; phản hồi; vận hành; nguyên phụ; vị trí; vì sao; tư cách; tư nhân; tư liệu; sĩ quan; quân nhân; quân y
quân khu; công thương; cô giáo; chủ quán; chủ cũ; kiểu gì; hàng hải; hàng không; hàng xóm; hàng tháng; hàng năm
đường thủy; đường bộ; đường sắt; đồng hồ; đồng sáng; hình thành; trúng đấu; thợ cũ; đô la; cửa lò; vô gia; ngoài giá
tiểu học; đại lý; trả lương; trả lời; duy nhất; tổng cục; trung ương; thi đua; tội phạm; thực phẩm; sản phẩm
dự thảo; văn nghệ; vận chuyển; quản trị; lễ hội; phần hùn; phân hóa; lưu hành; lưu vong; cấp phép; sổ hồng
trường quốc; lợi nhuận; chỉ tiêu; cao cấp; thạc sĩ; tiến sĩ; thường trực; sẵn sàng; làm sao; làm gì; làm thế
làm chi; làm răng; danh nghĩa; nhân viên; nhân dân; nhân đạo; nhân khẩu; ba mẹ; ba tôi; ba má; ba ngày
"""
)
# What stands before the name of a place, street, school or firm.
_BEFORE_PLACES = _set(
    "đường phố ngõ ngách trường thpt thcs xã phường huyện tỉnh tp bản làng xóm thôn khối chùa đền chợ cầu viện phủ "
    "tư ngã quận trấn trại khu vực sông núi ubnd ở tại về quê "
    "duong pho truong xa phuong huyen tinh lang xom khoi den tai"
)
_OWN = _set("toi tui em e chau con minh mk to t ta day nay be")
_KIN = _set(
    "ông bà anh chị cô chú bác dì cậu mợ thím em cháu bé cụ mệ eng thằng con vợ chồng bố mẹ cha má ngoại rể dâu"
)
_BARE_KIN = _bare(_KIN) | _set("ck vk a e o")
# Of these, ordinary words as well without accents.
_BARE_KIN_LESS = _set("con ba co chu bo a e o re ma noi ngoai dau cha bac cu chi di em be")
_BEFORE_NAMES = _Phrases(
    """
đứng tên; mang tên; chủ hộ; chủ đất; chủ tk; chủ xe; chủ quán; chủ nhà; người nộp; người nhận; người gửi
người làm đơn; người yêu cầu; người khai; liên hệ; giám đốc; cán bộ; trưởng bản; trưởng thôn; trưởng xóm; cô dâu
chú rể; bên nam; bên nữ; được ủy quyền; khai sinh; dân tộc; hộ kinh doanh; sử dụng đất; học sinh; sinh viên; thầy
nạn nhân; bị đơn; nguyên đơn; ký tên
"""
)
_BEFORE_NAMES_OFTEN = _set(
    "của cho với và là ghi do bởi gửi hỏi check tìm xem từ thành sang dạ gặp bị vs am name mua bán giữa gồm phải hay "
    "cua voi va la boi gui hoi tim tu thanh da gap ban giua gom phai"
)
_AFTER_NAMES = _set("sinh sn cccd cmnd cmt căn sđt sdt đt dt zalo số quê trú can so que tru")
_BETWEEN = _set("va thanh sang tu voi la hay")  # between two names
_POLITE = _bare(_set("ạ a nha nhé nhe nek nè đây nghe hí vâng ak ơi ad à"))
# Given names that are hardly anything else when written with accents, in small letters behind "chị" and the like.
_GIVEN_ONLY = _set(
    "hương hằng hùng dũng cường tuấn thảo thắng nhung oanh tuyết huyền yến quyên loan nga thủy thúy linh dung hạnh "
    "phượng hoài quỳnh vân hiếu khánh huệ nguyệt lan tùng trâm thoa hậu hòa hải sơn khoa tú thu hiền phúc quân quang "
    "đức trung vinh"
)


def streets() -> list[str]:
    """Names that streets bear, with and without accents, in small letters."""
    written = _phrases(FAMOUS)
    return sorted(written | _bare(written), key=len, reverse=True)


def find_names(text: str) -> list[tuple[int, int]]:
    """Where names of people stand in a text (NFC): start and end of each, in order.

    What stands in square brackets is passed over.
    """
    reader = Reader(text)
    return [(reader.words[first].start, reader.words[last].end) for first, last in reader.names()]


class Candidate(NamedTuple):
    """Words that could be a name: number of the first and the last, and what speaks for and against it."""

    first: int
    last: int
    traits: tuple[str, ...]

    @property
    def weight(self) -> float:
        """Above zero: more likely a name."""
        return sum(WEIGHTS.get(trait, 0.0) for trait in self.traits)


class Reader:
    """The words of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [_word(found) for found in _TOKEN.finditer(text)]
        letters = [word for word in self.words if word.kind == "word"]
        upper = sum(word.upper for word in letters if len(word.low) > 1)
        capital = sum(word.capital for word in letters)
        shouted = len(letters) > 1 and upper > 0.7 * len(letters)
        self.cased = not shouted and not (len(letters) > 5 and capital > 0.85 * len(letters))
        accented = sum(not word.low.isascii() for word in letters)
        self.accented = accented > 0
        self.mostly_accented = accented > 0.4 * len(letters)

    def names(self) -> list[tuple[int, int]]:
        """First and last word of each name; of those that share a word the likeliest."""
        likely = sorted(((each.weight, each.first, each.last) for each in self.candidates()), reverse=True)
        enough = ENOUGH_BESIDE_OTHERS if any(word.kind == "mark" for word in self.words) else 0.0
        found = [(first, last) for weight, first, last in likely if weight > enough]
        taken: set[int] = set()
        names = []
        for begins, so_far in [*found, *self._announced(), *self._behind_kin()]:
            if taken.isdisjoint(range(begins, so_far + 1)):
                first, last = self._begin(begins, taken), self._end(begins, so_far, taken)
                taken.update(range(first, last + 1))
                names.append((first, last))
        return sorted(names)

    def _begin(self, first: int, taken: set[int]) -> int:
        """The first word of a name in capitals that another family name stands before."""
        before = first - 1
        if not self.cased or before < 0 or before in taken or not self.words[first].capital:
            return first
        word = self.words[before]
        is_family = word.kind == "word" and word.capital and (word.low in SURE or word.low in LESS)
        return before if is_family and _SPACES.fullmatch(self._gap(first)) else first

    def _end(self, first: int, last: int, taken: set[int]) -> int:
        """The last word of a name that goes on behind what was found."""
        run = self._run(first, LONGEST + 2)
        exact = any(not word.low.isascii() for word in run[: last - first + 1])
        while last + 1 not in taken and self._goes_on(run, last - first + 1, exact):
            last += 1
        return last

    def candidates(self) -> Iterator[Candidate]:
        """All that begins with a family name and may be somebody's."""
        for first, word in enumerate(self.words):
            if word.kind != "word" or word.bare not in ALL_FAMILIES:
                continue
            run = self._run(first, LONGEST)
            exact = any(not each.low.isascii() for each in run[:3])
            family = self._family(run, exact)
            if not family or len(run) < 2:
                continue
            before = self._before(first)
            if exact and _COMPOUNDS.holds(run[:2], True):
                continue
            if self._is_small_word(run, before) or self._is_place(first, run, exact, before):
                continue
            for count in range(2, len(run) + 1):
                some = run[:count]
                if exact and any(_COMPOUNDS.holds(some[row : row + 2], True) for row in range(1, count - 1)):
                    break
                traits = (*self._traits(some, exact), family, before, self._after(first + count - 1))
                yield Candidate(first, first + count - 1, (*traits, *self._parted(first, run, count, exact)))

    def _run(self, first: int, longest: int) -> list[_Word]:
        """The words that could be one name: parted by spaces only, as far as no word of grammar stands there."""
        run = [self.words[first]]
        for word in self.words[first + 1 : first + longest]:
            gap_ends = word.kind != "word" or not _SPACES.fullmatch(self.text, run[-1].end, word.start)
            if gap_ends or (self.cased and word.capital and not run[-1].capital and len(run) == 1):
                break
            run.append(word)
        return run

    def _capitals(self, run: list[_Word]) -> str:
        """C for a name in capitals, m where only some words have them, nothing where they tell nothing."""
        if not self.cased or not any(word.capital for word in run):
            return ""
        return "C" if all(word.capital for word in run) else "m"

    def _family(self, run: list[_Word], exact: bool) -> str:
        word = run[0]
        kind = "C" if self.cased and word.capital else ""
        if exact:
            for how, families in (("sure", SURE), ("less", LESS), ("rare", RARE)):
                if word.low in families:
                    return f"{kind}family {how}"
            return f"{kind}family flat" if word.capital and word.low.isascii() else ""
        for how, families in (("sure", _BARE_SURE), ("less", _BARE_LESS), ("any", _BARE_COMMON)):
            if word.bare in families:
                return f"{kind}bare family {how}"
        return f"{kind}bare family rare"

    def _traits(self, run: list[_Word], exact: bool) -> list[str]:
        """What its syllables say."""
        lists, way = (EXACT, "") if exact else (BARE, "bare ")
        capitals = self._capitals(run)
        forms = [word.low if exact else word.bare for word in run]
        traits = [f"{way}{lists.middle_of(form)}" for form in forms[1:-1]]
        last = "no vowel" if _NO_VOWEL.fullmatch(run[-1].bare) else lists.last_of(forms[-1])
        announced = len(run) > 2 and forms[-2] in ("thị", "văn", "thi", "van")
        traits.append(f"{way}{'thi ' if announced else ''}{last}")
        traits.append(f"{way}{capitals}length {len(run)}")
        if capitals == "C":
            traits += [f"C{last[0]}"]
        if not exact and any(not word.low.isascii() for word in run):
            traits.append("accent behind")
        if (
            forms[0] in lists.hill
            and len(run) == 3
            and forms[1] in ("bá", "ba", "y")
            and lists.last_of(forms[2]) != "f"
        ):
            traits.append(f"{way}hill")
        return [*traits, *(f"{way}pair {level}" for level in map(_pair, run[:-1], run[1:]) if level)]

    def _parted(self, first: int, run: list[_Word], count: int, exact: bool) -> list[str]:
        """Whether it takes a word of many syllables apart, or holds one; whether more of a name follows."""
        traits = []
        left = self._left(first)
        way = "" if exact else "bare "
        if left is not None:
            traits.append(f"{way}pair left {_pair(left, run[0])}")
            if _COMPOUNDS.holds([left, run[0]], exact):
                traits.append("parted left")
        if count < len(run):
            following = run[count]
            traits.append(f"{way}pair right {_pair(run[count - 1], following)}")
            if _COMPOUNDS.holds(run[count - 1 : count + 1], exact):
                traits.append("parted right")
            if self.cased and run[count - 1].capital and following.capital:
                traits.append("capital follows")
        if _COMPOUNDS.holds(run[:2], exact):
            traits.append("compound first")
        if any(_COMPOUNDS.holds(run[row : row + 2], exact) for row in range(1, count - 1)):
            traits.append("compound")
        if first == 0 and count == len(self.words):
            traits.append("all of it")
        return traits

    def _is_small_word(self, run: list[_Word], before: str) -> bool:
        """Families that are small words: "la" and "va" are hardly ever one."""
        if run[0].bare not in ("la", "va") or (self.cased and run[0].capital):
            return False
        is_hill = run[0].bare == "va" and run[1].low in ("bá", "ba", "y")
        return not (is_hill and (run[1].low == "bá" or before in ("behind tên là", "behind tên", "first")))

    def _is_place(self, first: int, run: list[_Word], exact: bool, before: str) -> bool:
        """Whether a place, a street or a school is meant, which bear names of people."""
        left, second = self._left(first), self._left(first, 2)
        if left is not None and left.low in _BEFORE_PLACES and not (left.low.isascii() and self.accented):
            return second is None or second.bare != "truong" or left.bare not in ("ban", "thon", "xom")
        if run[0].low == "duong" and any(_FAMOUS.holds(run[1:count], False) for count in range(3, len(run) + 1)):
            return True
        if before in ("behind tên là", "behind tên", "behind kin", "behind cue"):
            return False
        for count in range(2, len(run) + 1):
            if _FAMOUS.holds(run[:count], exact) and not self._goes_on(run, count, exact):
                return True
            capitals = self.cased and run[0].capital and count < len(run) and run[count].capital
            if _PLACES.holds(run[:count], exact) and not capitals:
                return True
        return False

    def _goes_on(self, run: list[_Word], count: int, exact: bool) -> bool:
        """Whether a name goes on behind its first words: in capitals, or with a given name."""
        if count >= min(len(run), LONGEST):
            return False
        word, following = run[count], run[count + 1] if count + 1 < len(run) else None
        known = (EXACT if exact else BARE).last_of(word.low if exact else word.bare)
        if self.cased and run[0].capital:
            return word.capital and known != "f"
        if not exact and not word.low.isascii():
            return False
        if following is not None and (
            _pair(word, following) > 1 or (word.bare in _BETWEEN and following.bare in ALL_FAMILIES)
        ):
            return False
        return known in ("g0", "g1", "g2", "g3") and _pair(run[count - 1], word) < 2

    def _left(self, first: int, steps: int = 1) -> _Word | None:
        """The word before, in the same sentence."""
        row = first - steps
        if row < 0 or _ENDS_SENTENCE.search(self.text, self.words[row].end, self.words[row + 1].start):
            return None
        return self.words[row]

    def _gap(self, first: int) -> str:
        return self.text[self.words[first - 1].end : self.words[first].start] if first else ""

    def _before(self, first: int) -> str:
        """What stands before it."""
        left = self._left(first)
        if left is None:
            return "first"
        if left.kind != "word":
            return f"behind {left.kind}"
        return self._naming(first) or self._called(first, left) or self._loosely_before(first, left)

    def _called(self, first: int, left: _Word) -> str:
        """Whether a word that goes with names stands before it."""
        second = self._left(first, 2)
        if left.bare == "la":
            own = second is not None and second.bare in _OWN | _BARE_KIN
            return "behind kin" if own or self._cued(first - 1) else "behind là"
        if self._cued(first) or (left.bare in _OWN and second is not None and self._kin(second)):
            return "behind cue"
        if self._kin(left):
            return "behind kin" if self.accented or left.bare not in _BARE_KIN_LESS else "behind bare kin"
        return ""

    def _loosely_before(self, first: int, left: _Word) -> str:
        gap = self._gap(first).strip()
        if gap:
            return "behind colon" if ":" in gap else "behind comma"
        if left.low in _BEFORE_NAMES_OFTEN:
            return "behind often"
        lists, form = (EXACT, left.low) if self.accented else (BARE, left.bare)
        return "behind grammar" if form in lists.function else f"behind level {lists.level.get(form, 0)}"

    def _cued(self, first: int) -> bool:
        """Whether "đứng tên", "người nộp" and the like stand right before."""
        return any(_BEFORE_NAMES.holds(self.words[max(0, first - count) : first], False) for count in (1, 2, 3))

    def _kin(self, word: _Word) -> bool:
        if not word.low.isascii():
            return word.low in _KIN
        return word.bare in _BARE_KIN and (word.bare != "o" or self.accented)

    def _after(self, last: int) -> str:
        """What stands behind it."""
        if last + 1 == len(self.words):
            return "last"
        following = self.words[last + 1]
        parted = bool(self.text[self.words[last].end : following.start].strip())
        if following.kind == "digits":
            return "before long number" if len(following.low) > 3 else f"before digits{' parted' if parted else ''}"
        if following.kind == "mark" or parted:
            return "before mark" if following.kind == "mark" else "before stop"
        return self._loosely_after(last, following)

    def _loosely_after(self, last: int, following: _Word) -> str:
        if following.low in _AFTER_NAMES:
            return "before cue"
        if following.bare in _POLITE and last + 2 >= len(self.words):
            return "before politeness"
        lists, form = (EXACT, following.low) if self.accented else (BARE, following.bare)
        return "before grammar" if form in lists.function else f"before {lists.last_of(form)}"

    def _naming(self, first: int) -> str:
        """Whether a name is announced: "behind tên là" (or "họ tên:"), "behind tên" ("tên con"), or not ("")."""
        row, told = first - 1, "behind tên"
        if ":" in self._gap(first):
            told = "behind tên là"
        while row >= 0 and first - row <= 5:
            word = self.words[row]
            if word.kind != "word" or self._left(row + 1) is None or "," in self._gap(row + 1):
                return ""
            if word.bare == "la":
                told = "behind tên là"
            elif word.low in ("tên", "ten"):
                return told
            elif (
                word.bare not in _OWN and word.bare not in _BARE_KIN and word.bare not in ("cua", "cho", "that", "goi")
            ):
                return ""
            row -= 1
        return ""

    def _announced(self) -> Iterator[tuple[int, int]]:
        """What stands behind "tên là" is a name, whatever it is, as far as no ordinary word stands in it."""
        for first, word in enumerate(self.words):
            told = self._naming(first) if word.kind == "word" and first else ""
            length = self._announced_length(self._run(first, LONGEST), told) if told else 0
            if length:
                yield first, first + length - 1

    def _announced_length(self, run: list[_Word], told: str) -> int:
        exact = self.accented or any(not word.low.isascii() for word in run)
        lists = EXACT if exact else BARE
        kinds = [lists.last_of(word.low if exact else word.bare) for word in run]
        if self.cased and run[0].capital:
            shouted = run[0].upper and len(run[0].low) > 1
            return (
                0
                if shouted or kinds[0][0] in "f" or kinds[0] in ("o3", "o4")
                else _first_that(run, lambda word: not word.capital)
            )
        if (self.cased and any(word.capital for word in run)) or _COMPOUNDS.holds(run[:2], exact):
            return 0
        length = next(
            (row for row, kind in enumerate(kinds) if kind[0] == "f" or (kind[0] == "o" and kind[1] > "0")), len(run)
        )
        whole = length == len(run)
        if length and not whole and run[0].bare in BARE.level:
            return 0
        return 0 if length < 2 and told != "behind tên là" else length

    def _behind_kin(self) -> Iterator[tuple[int, int]]:
        """Given names alone: "anh Sơn", "chị hương"."""
        for first, word in enumerate(self.words):
            left = self._left(first) if word.kind == "word" and first else None
            if left is None or left.low not in _KIN or self._gap(first).strip():
                continue
            run = self._run(first, LONGEST)
            pair = [left, word]
            second = self._left(first, 2)
            in_place = second is not None and second.low in _BEFORE_PLACES
            is_place = left.capital and _PLACES.holds(pair, True)
            if in_place or is_place or _COMPOUNDS.holds(pair, True) or _COMPOUNDS.holds(run[:2], True):
                continue
            if self.cased and word.capital:
                if EXACT.last_of(word.low)[0] == "g" and not _PLACES.holds(run[:2], True):
                    yield first, first + _first_that(run, lambda each: not each.capital) - 1
            elif (
                self.mostly_accented
                and word.low in _GIVEN_ONLY
                and (len(run) == 1 or EXACT.last_of(run[1].low)[0] != "g")
            ):
                yield first, first


def _first_that(run: list[_Word], is_so: Callable[[_Word], bool]) -> int:
    return next((row for row, word in enumerate(run) if is_so(word)), len(run))


def _pair(first: _Word, second: _Word) -> int:
    """How often one stands behind the other where no name is."""
    return PAIRS.get((first.bare, second.bare), 0)


def _word(found: re.Match[str]) -> _Word:
    written = found[0]
    if written[0] == "[":
        return _Word(found.start(), found.end(), "", "", False, False, "mark")
    if written[0].isdigit():
        return _Word(found.start(), found.end(), written, written, False, False, "digits")
    low, bare = _forms(written.lower())
    return _Word(found.start(), found.end(), low, bare, written[0].isupper(), written.isupper(), "word")


@lru_cache(maxsize=4096)
def _forms(lower: str) -> tuple[str, str]:
    return place_tones(lower), fold(lower)
