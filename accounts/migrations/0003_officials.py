"""Who holds, or held, an appointment has an account for an office."""

from django.db import migrations


def mark(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    user.objects.filter(memberships__isnull=False).update(is_official=True)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_offices_under_two_eyes")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
