"""Static files under content-hashed names, those imported by ES modules too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Rewrites ``import`` addresses as well: a cached module never meets a newer one."""

    support_js_module_import_aggregation = True
