"""Stay points of a file of pings, as one would write it plainly: the reference of `script/bench pings`."""
import csv
import math
import sys
from datetime import datetime

RADIUS_M, MINIMUM_S, GAP_S, ACCURACY_MOST_M = 200, 600, 7200, 200


def distance_m(a, b):
    latitude, other = math.radians(a[1]), math.radians(b[1])
    h = (
        math.sin((other - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(other) * math.sin(math.radians(b[2] - a[2]) / 2) ** 2
    )
    return 2 * 6371008.8 * math.asin(math.sqrt(h))


def stays_of(points):
    points.sort()
    start, stays = 0, 0
    for i in range(1, len(points)):
        if points[i][0] - points[i - 1][0] > GAP_S:
            stays += points[i - 1][0] - points[start][0] >= MINIMUM_S
            start = i
        elif distance_m(points[start], points[i]) >= RADIUS_M:
            stays += points[i][0] - points[start][0] >= MINIMUM_S
            start = i
    return stays + (points[-1][0] - points[start][0] >= MINIMUM_S)


tracks = {}
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        if float(row["accuracy_m"]) <= ACCURACY_MOST_M:
            at = datetime.fromisoformat(row["at"]).timestamp()
            tracks.setdefault(row["device"], []).append((at, float(row["latitude"]), float(row["longitude"])))
print(sum(stays_of(points) for points in tracks.values()))
