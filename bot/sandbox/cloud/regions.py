"""The regions that there are."""

from __future__ import annotations

REGIONS = frozenset(
    {
        "ap-bangkok",
        "ap-beijing",
        "ap-chengdu",
        "ap-chongqing",
        "ap-guangzhou",
        "ap-hongkong",
        "ap-jakarta",
        "ap-nanjing",
        "ap-seoul",
        "ap-shanghai",
        "ap-singapore",
        "ap-tokyo",
        "eu-frankfurt",
        "na-ashburn",
        "na-siliconvalley",
        "sa-saopaulo",
    }
)
"""The vendor's regions (its "Regions and Availability Zones" page), without those for finance."""

WITHOUT_LIGHTHOUSE = frozenset({"ap-chongqing"})
"""Those where Lighthouse is not offered (vendor: Lighthouse, DescribeImagesToShare, parameter ``Region``)."""
