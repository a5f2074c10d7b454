"""Plausible Chinese names, drawn by frequency and by the fashion of the year of birth."""

from random import Random
from typing import Final, NamedTuple

# Share of the population in per mille, roughly after the police's name report of 2020.
SURNAMES: Final = {
    "王": 71, "李": 70, "张": 67, "刘": 54, "陈": 53, "杨": 31, "黄": 24, "赵": 22, "吴": 21,
    "周": 21, "徐": 16, "孙": 15, "马": 14, "朱": 14, "胡": 14, "郭": 12, "何": 12, "高": 11,
    "林": 11, "罗": 10, "郑": 10, "梁": 9, "谢": 9, "宋": 8, "唐": 8, "许": 7, "韩": 7,
    "冯": 6, "邓": 6, "曹": 6, "彭": 6, "曾": 6, "肖": 6, "田": 5, "董": 5, "袁": 5, "潘": 5,
    "于": 5, "蒋": 5, "蔡": 5, "余": 5, "杜": 4, "叶": 4, "程": 4, "魏": 4, "苏": 4, "吕": 4,
    "丁": 4, "任": 3, "沈": 3, "姚": 3, "卢": 3, "姜": 3, "崔": 3, "钟": 3, "谭": 3, "陆": 3,
    "汪": 3, "范": 3, "金": 3, "石": 3, "廖": 3, "贾": 2, "夏": 2, "韦": 2, "付": 2, "方": 2,
    "白": 2, "邹": 2, "孟": 2, "熊": 2, "秦": 2, "邱": 2, "江": 2, "尹": 2, "薛": 2, "闫": 2,
    "段": 2, "雷": 2, "侯": 2, "龙": 2, "史": 2, "陶": 2, "黎": 2, "贺": 2, "顾": 2, "毛": 1,
    "欧阳": 1, "司马": 1, "上官": 1,
}  # fmt: skip


class Fashion(NamedTuple):
    """Given names chosen from the year `since` on, separated by spaces."""

    since: int
    men: str
    women: str


FASHIONS: Final = (
    Fashion(
        1900,
        "国强 建国 志明 德华 永福 长生 金山 文斌 世荣 家驹 树林 宝山 广才 玉成 家旺 福生 正清 守义",
        "秀英 桂英 秀兰 玉兰 桂兰 淑珍 凤英 玉珍 秀珍 素珍 桂芳 玉梅 金枝 淑华 翠兰 腊梅 菊香 月娥",
    ),
    Fashion(
        1958,
        "建军 建华 卫东 国庆 志刚 红兵 海军 永刚 爱民 建平 新华 汉生 学军 卫国 志强 江涛 汉桥 运生",
        "丽华 建华 春梅 红梅 秀芳 玉华 爱华 桂花 晓红 海燕 艳红 淑芬 惠芳 汉玲 腊香 卫红 金莲 丽萍",
    ),
    Fashion(
        1975,
        "伟 勇 军 涛 斌 杰 磊 俊 鹏 志伟 文杰 海波 晓东 宏伟 建波 志勇 立新 华明 少华 汉文",
        "敏 静 丽 艳 燕 娟 芳 霞 玲 红 慧敏 丽娟 海霞 晓燕 春燕 雪梅 文静 志芳 利华 小红",
    ),
    Fashion(
        1988,
        "浩 鑫 宇 凯 超 帅 俊杰 子豪 文博 志豪 明轩 天宇 嘉伟 泽宇 思远 鹏飞 文涛 一鸣",
        "婷 雪 倩 颖 琳 瑶 思雨 佳怡 雅婷 梦洁 晓雯 雨欣 诗涵 文婷 欣怡 思琪 梦婷 佳琪",
    ),
    Fashion(
        2005,
        "浩然 宇轩 子轩 浩宇 梓豪 俊熙 一诺 奕辰 沐阳 梓睿 宇航 嘉懿 子墨 铭泽 景行 知远 亦凡 书衡",
        "雨桐 梓涵 欣怡 子涵 诗涵 梓萱 可馨 语桐 一诺 若汐 沐晴 语嫣 佳琪 芷若 安然 依诺 知夏 书瑶",
    ),
)  # fmt: skip

MALE: Final = "1"


def surname(rng: Random) -> str:
    return rng.choices(list(SURNAMES), list(SURNAMES.values()))[0]


def given_name(rng: Random, sex: str, born: int) -> str:
    """A given name as parents chose it in the year `born`; `sex` is a GB/T 2261.1 code.

    One in three is put together anew from the characters of two.
    """
    fashion = next(fashion for fashion in reversed(FASHIONS) if fashion.since <= born)
    choices = (fashion.men if sex == MALE else fashion.women).split()
    name = rng.choice(choices)
    if len(name) == 2 and rng.random() < 1 / 3:
        ending = rng.choice([other for other in choices if len(other) == 2 and other != name])
        return name if name[0] == ending[1] else name[0] + ending[1]
    return name
