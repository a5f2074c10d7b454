"""What the featured resident's phone shows: his account, notices, two requests."""

from typing import Final

from accounts.models import Area, User
from accounts.selectors import viewer_for
from accounts.viewer import SYSTEM, Viewer
from residents.actions import bind_account
from residents.models import Resident, ResidentAccount
from services.actions import accept, close, load_items, publish_notice, rate, report_repair
from services.choices import RepairKind, Where
from services.models import Notice, ServiceRequest
from smartcommunity.demo.offices import RESIDENT

NOTICES: Final = (
    (
        "关于二次供水水箱清洗的通知",
        "各位业主：本周四 9:00 至 12:00 清洗二次供水水箱，期间停水，请提前储水。"
        "恢复供水后请先放水两分钟再使用。给您带来不便，敬请谅解。",
    ),
    (
        "电动自行车充电安全提示",
        "请将电动自行车停放在集中充电棚，不要把车辆或电池带入楼道和室内充电。"
        "发现飞线充电可在手机端“报修”中反映，物业将在两小时内处理。",
    ),
    (
        "社区义诊活动",
        "本周六上午 8:30 至 11:30，社区卫生服务中心在中心花园为居民免费测量血压、血糖，"
        "65 周岁以上老人可现场预约年度体检。",
    ),
)


def seed_services(resident: Resident, area: Area) -> None:
    """Catalogue, account, notices and requests, as far as they are missing."""
    load_items()
    user = User.objects.get(username=RESIDENT)
    if not ResidentAccount.objects.filter(user=user).exists():
        bind_account(viewer=SYSTEM, user=user, resident_id=resident.pk)
    known = set(Notice.objects.filter(area=area).values_list("title", flat=True))
    for title, body in NOTICES:
        if title not in known:
            publish_notice(viewer=_viewer("property_manager"), area=area, title=title, body=body)
    if not ServiceRequest.objects.filter(resident=resident).exists():
        _ask()


def _ask() -> None:
    """One repair finished and rated, one that waits."""
    person, staff = _viewer(RESIDENT), _viewer("property")
    tap = report_repair(
        viewer=person,
        where=Where.HOME,
        place="",
        repair_kind=RepairKind.WATER,
        description="厨房水龙头关不紧，一直滴水。",
    )
    accept(viewer=staff, request_id=tap.request_id)
    close(viewer=staff, request_id=tap.request_id, note="已更换陶瓷阀芯，试水半小时无滴漏。")
    rate(viewer=person, request_id=tap.request_id, stars=5, comment="师傅很快就到了，谢谢。")
    report_repair(
        viewer=person,
        where=Where.PUBLIC,
        place="3栋1单元二楼楼道",
        repair_kind=RepairKind.POWER,
        description="楼道声控灯不亮，晚上老人上下楼看不清。",
    )


def _viewer(username: str) -> Viewer:
    return viewer_for(user=User.objects.get(username=username))
