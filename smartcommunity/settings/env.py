"""The one environment reader: every variable, its type, and its default stand here."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env(
    SECRET_KEY=(str, ""),
    DATABASE_URL=(str, "postgres://sc_app@127.0.0.1:55432/smartcommunity"),
    DATABASE_APP_ROLE=(str, "sc_app"),
    REDIS_URL=(str, "redis://127.0.0.1:56379/0"),
    MQTT_URL=(str, "mqtt://platform@127.0.0.1:51883"),
    MQTT_BROKER_LOG=(str, ""),
    SC_BROKER_DIR=(str, ""),
    FIELD_KEYS=(list, []),
    BLIND_INDEX_KEY=(str, ""),
    FIELD_CIPHER=(str, "AES-GCM"),
    SC_STATE_DIR=(str, str(BASE_DIR / ".data")),
    SC_MEDIA_ROOT=(str, ""),
    ALLOWED_HOSTS=(list, ["127.0.0.1", "localhost"]),
    CSRF_TRUSTED_ORIGINS=(list, []),
    LOG_LEVEL=(str, "INFO"),
    REQUIRE_SECOND_FACTOR=(bool, False),
    DEMO_MODE=(bool, False),
    FACE_ENGINE=(str, "face_recognition"),
    FRAME_MAX_BYTES=(int, 1024 * 1024),
    GRANT_REPLY_WORKING_DAYS=(int, 10),
    STATISTICS_THRESHOLD=(int, 5),
    REVEALS_AN_HOUR=(int, 30),
    EMERGENCY_MINUTES=(int, 60),
    EMERGENCY_LONGEST_MINUTES=(int, 240),
    EMERGENCIES_A_DAY=(int, 3),
    EMERGENCY_REVIEW_DAYS=(int, 3),
    GRANT_UNCONDITIONAL_REPLY_WORKING_DAYS=(int, 1),
    GRANT_EXPIRING_DAYS=(int, 30),
    WORKDAYS_FILE=(str, ""),
    PERMISSION_CHANGE_DAYS=(int, 7),
    STATISTICS_MIN_COUNT=(int, 5),
    IMPORT_MAX_BYTES=(int, 20 * 1024 * 1024),
    IMPORT_MAX_UNPACKED_BYTES=(int, 400 * 1024 * 1024),
    IMPORT_MAX_ROWS=(int, 200_000),
    EXPORT_ROWS_A_DAY=(int, 2000),
)
